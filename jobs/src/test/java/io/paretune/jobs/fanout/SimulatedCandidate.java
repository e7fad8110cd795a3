package io.paretune.jobs.fanout;

import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.evaluate.LoadedLayers;
import io.paretune.udfs.spark.CandidateFailure;
import io.paretune.udfs.spark.ShardAnswers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * A candidate whose answers and durations are known: it takes what it is told to for each shard, in
 * batches between which it hears of a cancellation, and gets the hardest questions wrong.
 *
 * @param images of each shard
 * @param questions of each image
 * @param quality share of the questions that it answers right
 * @param millis time for each shard
 * @param unreadable shards that cannot be read
 * @param poison why it cannot be run; null if it can
 */
record SimulatedCandidate(
    int images,
    int questions,
    double quality,
    List<Long> millis,
    Set<Integer> unreadable,
    @Nullable CandidateFailure poison)
    implements SimulatedTrials.Candidate {
  private static final long BATCH_MILLIS = 5;
  private static final GenericBenchmark BENCHMARK = new GenericBenchmark("simulated");

  @Override
  public Iterator<ShardAnswers> call(Iterator<Integer> shards) throws Exception {
    List<ShardAnswers> answers = new ArrayList<>();
    while (shards.hasNext()) {
      int shard = shards.next();
      long started = System.nanoTime();
      if (unreadable.contains(shard)) {
        throw new IOException("part-0" + shard + ".parquet: input/output error");
      }
      work(started, millis.get(shard));
      answers.add(
          new ShardAnswers(
              shard,
              poison == null ? outcomes(shard) : List.of(),
              (System.nanoTime() - started) / 1e9,
              SparkEnv.get().executorId(),
              TaskContext.get().attemptNumber(),
              new LoadedLayers(1, 100),
              poison));
    }
    return answers.iterator();
  }

  private static void work(long started, long millis) throws InterruptedException {
    while (System.nanoTime() - started < millis * 1_000_000) {
      if (TaskContext.get().isInterrupted()) {
        throw new IllegalStateException("cancelled");
      }
      Thread.sleep(Math.min(BATCH_MILLIS, millis));
    }
  }

  /** What it answers in a shard. */
  List<Outcome> outcomes(int shard) {
    return IntStream.range(0, images * questions)
        .mapToObj(
            i -> {
              String id = sample(shard, i);
              boolean correct = difficulty(id) < quality;
              return BENCHMARK.recorded(
                  question(id, image(shard, i / questions)),
                  correct ? "yes" : "no",
                  correct ? 1 : 0);
            })
        .toList();
  }

  /** All questions of so many shards. */
  static QuestionImages questions(int shards, int images, int questions) {
    Map<String, Sample> samples = new HashMap<>();
    for (int shard = 0; shard < shards; shard++) {
      for (int i = 0; i < images * questions; i++) {
        Sample sample = question(sample(shard, i), image(shard, i / questions));
        samples.put(sample.sampleId(), sample);
      }
    }
    return new QuestionImages(BENCHMARK, samples, IntStream.range(0, shards).boxed().toList());
  }

  private static Sample question(String id, String image) {
    return new Sample(id, image, "?", List.of("yes", "no"), List.of("yes"), "");
  }

  /** The score that the candidate ends with. */
  static double score(QuestionImages questions, double quality) {
    return questions.samples().keySet().stream().filter(q -> difficulty(q) < quality).count()
        / (double) questions.questions();
  }

  private static String sample(int shard, int question) {
    return "s" + shard + "q" + question;
  }

  private static String image(int shard, int image) {
    return "s" + shard + "i" + image;
  }

  private static double difficulty(String sample) {
    return new java.util.SplittableRandom(sample.hashCode() * 0x9E3779B97F4A7C15L).nextDouble();
  }
}
