package io.paretune.udfs.evaluate;

import com.google.gson.Gson;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.model.ImageProcessor;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.OpenPrompt;
import io.paretune.udfs.model.StopRules;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Tokens per second of generation, image decoding and encoding counted, without Spark; {@code
 * jobs/src/test/python/generation_benchmark.py} runs it beside {@code transformers}. Prints one
 * JSON object: tokens, seconds and the tokens of every answer.
 *
 * <p>Arguments: model directory, samples file, split, questions (in the file's order), threads,
 * slots a thread, and how answers end: {@code own} (end token, 32 tokens at most), a number of
 * tokens, or {@code mixed} (2 to 64 tokens, by the sample's id).
 */
public final class GenerationBenchmark {
  private static final GenericBenchmark BENCHMARK = new GenericBenchmark("samples");

  private GenerationBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 7) {
      throw new IllegalArgumentException("MODEL SAMPLES SPLIT QUESTIONS THREADS SLOTS END");
    }
    int threads = Integer.parseInt(arguments[4]);
    int slots = Integer.parseInt(arguments[5]);
    List<SampleFile.Image> images =
        first(SampleFile.read(Path.of(arguments[1]), arguments[2]), Integer.parseInt(arguments[3]));
    ResidentModel resident = ResidentModel.of(Path.of(arguments[0]), Place.HOST, Long.MAX_VALUE);
    Map<String, long[]> answers = new ConcurrentSkipListMap<>();
    // A first pass over a few images, as a server that has run for a while has behind it.
    run(resident, images.subList(0, Math.min(8, images.size())), threads, slots, arguments[6]);
    long started = System.nanoTime();
    answers.putAll(run(resident, images, threads, slots, arguments[6]));
    double seconds = (System.nanoTime() - started) / 1e9;
    long tokens = answers.values().stream().mapToLong(a -> a.length).sum();
    Map<String, Object> result = new TreeMap<>();
    result.put("questions", answers.size());
    result.put("tokens", tokens);
    result.put("seconds", seconds);
    result.put("tokens_per_second", tokens / seconds);
    result.put("answers", answers);
    System.out.println(new Gson().toJson(result));
  }

  /** Whole images until they hold that many questions. */
  private static List<SampleFile.Image> first(List<SampleFile.Image> images, int questions) {
    List<SampleFile.Image> some = new ArrayList<>();
    int held = 0;
    for (SampleFile.Image image : images) {
      if (held < questions) {
        some.add(image);
        held += image.samples().size();
      }
    }
    return some;
  }

  private static Map<String, long[]> run(
      ResidentModel resident, List<SampleFile.Image> images, int threads, int slots, String end)
      throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Map<String, long[]>>> shards =
          IntStream.range(0, threads)
              .mapToObj(
                  t ->
                      IntStream.range(0, images.size())
                          .filter(i -> i % threads == t)
                          .mapToObj(images::get)
                          .toList())
              .<Callable<Map<String, long[]>>>map(own -> () -> shard(resident, own, slots, end))
              .toList();
      Map<String, long[]> all = new TreeMap<>();
      for (Future<Map<String, long[]>> future : executor.invokeAll(shards)) {
        all.putAll(future.get());
      }
      return all;
    } finally {
      executor.shutdown();
    }
  }

  private static Map<String, long[]> shard(
      ResidentModel resident, List<SampleFile.Image> own, int slots, String end) {
    QuestionTokenizer tokenizer = new QuestionTokenizer(BENCHMARK, resident.checkpoint());
    List<float[]> features =
        new ImageEncoding(
                resident.model(), new ImageProcessor(resident.checkpoint().imageProcessor()))
            .encode(own.stream().map(i -> new ImageEncoding.Image(i.id(), i.bytes())).toList());
    List<PreparedImage> images =
        IntStream.range(0, own.size())
            .mapToObj(
                i ->
                    new PreparedImage(
                        own.get(i).id(),
                        features.get(i),
                        resident.model().config().imageTokens(),
                        own.get(i).samples().stream().map(tokenizer::prepare).toList()))
            .sorted(Comparator.comparing(PreparedImage::imageId))
            .toList();
    LayerStack layers = resident.model().dense();
    List<List<long[]>> generated =
        resident
            .model()
            .generate(
                layers,
                images.stream()
                    .map(i -> i.questions().stream().map(q -> prompt(resident, q, end)).toList())
                    .toList(),
                tokenizer.textBefore(),
                (owner, from, to) -> ShardForwards.features(owner, images.subList(from, to)),
                slots,
                () -> {});
    Map<String, long[]> answers = new TreeMap<>();
    for (int i = 0; i < images.size(); i++) {
      for (int q = 0; q < images.get(i).questions().size(); q++) {
        answers.put(images.get(i).questions().get(q).sample().sampleId(), generated.get(i).get(q));
      }
    }
    return answers;
  }

  private static OpenPrompt prompt(ResidentModel resident, PreparedQuestion question, String end) {
    StopRules rules =
        switch (end) {
          case "own" -> StopRules.of(resident.model().config().text().eosTokenIds(), 32);
          case "mixed" -> StopRules.of(List.of(), length(question.sample()));
          default -> StopRules.of(List.of(), Integer.parseInt(end));
        };
    return new OpenPrompt(question.suffix(), rules);
  }

  /** 2 to 64, by the id: the same in generation_benchmark.py. */
  private static int length(Sample sample) {
    int sum = 0;
    for (byte b : sample.sampleId().getBytes(StandardCharsets.UTF_8)) {
      sum = (sum * 31 + (b & 0xff)) % 65_521;
    }
    return 2 + sum % 63;
  }
}
