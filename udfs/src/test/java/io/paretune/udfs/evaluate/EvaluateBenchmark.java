package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.checkpoint.VisionConfig;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.model.ImageProcessor;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.TokenTree;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.DoubleAdder;

/**
 * Where an evaluation's time goes, without Spark: phases in seconds of CPU and of the clock, the
 * rate of arithmetic reached, and the limit that plain matrix products of the same shapes set in
 * the same run. The first round is cold: nothing was compiled or allocated before.
 *
 * <p>Arguments: model directory, samples file, split, threads, questions in a batch, rounds.
 */
public final class EvaluateBenchmark {
  private static final int SHARDS_PER_THREAD = 4;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final Benchmark BENCHMARK = new GenericBenchmark("samples");

  private final ResidentModel resident;
  private final List<SampleFile.Image> images;
  private final int threads;
  private final int batch;
  private final DoubleAdder flops = new DoubleAdder();

  private EvaluateBenchmark(
      ResidentModel resident, List<SampleFile.Image> images, int threads, int batch) {
    this.resident = resident;
    this.images = images;
    this.threads = threads;
    this.batch = batch;
  }

  /** Seconds of a phase. */
  private record Spent(double cpu, double wall) {
    Spent plus(Spent other) {
      return new Spent(cpu + other.cpu, wall + other.wall);
    }
  }

  /** Phases of one thread. */
  private static final class Phases {
    final Map<String, Spent> spent = new TreeMap<>();
    private long cpu = THREADS.getCurrentThreadCpuTime();
    private long wall = System.nanoTime();

    /** Ends a phase; the next one begins. */
    void end(String phase) {
      long cpuNow = THREADS.getCurrentThreadCpuTime();
      long wallNow = System.nanoTime();
      spent.merge(phase, new Spent((cpuNow - cpu) / 1e9, (wallNow - wall) / 1e9), Spent::plus);
      cpu = cpuNow;
      wall = wallNow;
    }
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 6) {
      throw new IllegalArgumentException("MODEL SAMPLES SPLIT THREADS BATCH ROUNDS");
    }
    Path model = Path.of(arguments[0]);
    int threads = Integer.parseInt(arguments[3]);
    int rounds = Integer.parseInt(arguments[5]);
    List<SampleFile.Image> images = SampleFile.read(Path.of(arguments[1]), arguments[2]);
    ResidentModel resident = ResidentModel.of(model, Place.HOST, Long.MAX_VALUE);
    EvaluateBenchmark benchmark =
        new EvaluateBenchmark(resident, images, threads, Integer.parseInt(arguments[4]));
    say("load average %s", load());
    for (int round = 0; round < rounds; round++) {
      benchmark.evaluate(round);
    }
    say("load average %s", load());
    resident.close();
  }

  private static String load() throws Exception {
    Path file = Path.of("/proc/loadavg");
    return Files.isReadable(file) ? Files.readString(file).strip() : "unknown";
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private void evaluate(int round) throws Exception {
    List<List<SampleFile.Image>> shards = new ArrayList<>();
    int count = threads * SHARDS_PER_THREAD;
    for (int i = 0; i < count; i++) {
      shards.add(new ArrayList<>());
    }
    for (int i = 0; i < images.size(); i++) {
      shards.get(i % count).add(images.get(i));
    }
    long started = System.nanoTime();
    List<Phases> all =
        onThreads(shards.stream().<Callable<Phases>>map(s -> () -> shard(s)).toList());
    double seconds = (System.nanoTime() - started) / 1e9;
    Map<String, Spent> sum = new TreeMap<>();
    all.forEach(p -> p.spent.forEach((k, v) -> sum.merge(k, v, Spent::plus)));
    int questions = images.stream().mapToInt(i -> i.samples().size()).sum();
    Spent total = sum.values().stream().reduce(new Spent(0, 0), Spent::plus);
    say(
        "round %d: %d questions in %.2f s: %.0f questions/s; CPU %.2f s: %.0f questions/CPU-s",
        round, questions, seconds, questions / seconds, total.cpu, questions / total.cpu);
    sum.forEach((k, v) -> say("  %-18s CPU %6.3f s  clock %6.3f s", k, v.cpu, v.wall));
    double needed = flops.sumThenReset() / 1e9;
    double rate = limit();
    say(
        "  %.0f GFLOP: %.1f GFLOP/CPU-s, %.0f %% of the %.1f of matrix products alone; limit %.0f"
            + " questions/CPU-s",
        needed,
        needed / total.cpu,
        100 * needed / total.cpu / rate,
        rate,
        questions * rate / needed);
  }

  private <T> List<T> onThreads(List<Callable<T>> work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : executor.invokeAll(work)) {
        results.add(future.get());
      }
      return results;
    } finally {
      executor.shutdown();
    }
  }

  private Phases shard(List<SampleFile.Image> own) throws InterruptedException {
    Phases phases = new Phases();
    QuestionTokenizer tokenizer = new QuestionTokenizer(BENCHMARK, resident.checkpoint());
    List<List<PreparedQuestion>> questions = new ArrayList<>();
    for (SampleFile.Image image : own) {
      questions.add(image.samples().stream().map(tokenizer::prepare).toList());
    }
    phases.end("1 tokenize");
    ImageProcessor processor = new ImageProcessor(resident.checkpoint().imageProcessor());
    own.forEach(i -> processor.pixels(i.bytes(), i.id()));
    phases.end("2 decode");
    List<float[]> features =
        new ImageEncoding(resident.model(), processor)
            .encode(own.stream().map(i -> new ImageEncoding.Image(i.id(), i.bytes())).toList());
    phases.end("3 decode, encode");
    List<PreparedImage> prepared = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      prepared.add(
          new PreparedImage(
              own.get(i).id(),
              features.get(i),
              resident.model().config().imageTokens(),
              questions.get(i)));
    }
    LayerStack layers = resident.model().dense();
    PreparedShard shard = new PreparedShard(0, tokenizer.textBefore(), prepared);
    new ShardEvaluation(resident.model(), BENCHMARK, batch).run(layers, shard, () -> false);
    phases.end("4 answer");
    prepared.forEach(i -> flops.add(flops(tokenizer.textBefore().length, i)));
    return phases;
  }

  /** Operations of the matrix products that an image and its questions cannot do without. */
  private double flops(int before, PreparedImage image) {
    DecoderConfig text = resident.model().config().text();
    VisionConfig vision = resident.model().config().vision();
    double hidden = text.hiddenSize();
    double keysValues = 2.0 * text.kvHeads() * text.headDim() * hidden;
    double layer =
        keysValues
            + 2.0 * text.heads() * text.headDim() * hidden
            + 3.0 * text.intermediateSize() * hidden;
    TokenTree tree = ShardEvaluation.tree(image.questions());
    double prefix = (before + image.tokens()) * ((text.layers() - 1) * layer + keysValues);
    double rows = tree.size() * ((text.layers() - 1) * layer + keysValues);
    double read = tree.readNodes().length * (layer - keysValues + text.vocabSize() * hidden);
    double width = vision.hiddenSize();
    double encoder =
        (vision.patches() + 1.0)
            * resident.model().config().visionLayersUsed()
            * (4 * width * width + 2 * width * vision.intermediateSize());
    double patches = vision.patches() * 3.0 * vision.patchSize() * vision.patchSize() * width;
    double projector = image.tokens() * (width * hidden + hidden * hidden);
    return 2 * (prefix + rows + read + encoder + patches + projector);
  }

  /** Billions of operations in a second of all threads together, at the model's own shapes. */
  private double limit() throws Exception {
    DecoderConfig text = resident.model().config().text();
    int hidden = text.hiddenSize();
    int[][] shapes = {
      {1024, hidden, 2 * text.intermediateSize()},
      {1024, text.intermediateSize(), hidden},
      {1024, hidden, (text.heads() + 2 * text.kvHeads()) * text.headDim()}
    };
    double seconds = 0;
    double operations = 0;
    for (int[] shape : shapes) {
      List<Callable<Double>> work = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        work.add(() -> gemm(shape[0], shape[1], shape[2]));
      }
      double rate = onThreads(work).stream().mapToDouble(d -> d).average().orElseThrow();
      say("  matrix product %d×%d×%d: %.1f GFLOP/CPU-s", shape[0], shape[1], shape[2], rate);
      double own = 2e-9 * shape[0] * shape[1] * shape[2];
      operations += own;
      seconds += own / rate;
    }
    return operations / seconds;
  }

  private double gemm(int m, int k, int n) {
    try (NDManager manager = resident.model().newManager()) {
      NDArray a = manager.ones(new Shape(m, k), DataType.FLOAT32);
      NDArray b = manager.ones(new Shape(k, n), DataType.FLOAT32);
      double[] rates = new double[41];
      for (int i = 0; i < rates.length; i++) {
        long cpu = THREADS.getCurrentThreadCpuTime();
        a.matMul(b).close();
        rates[i] = 2.0 * m * k * n / (THREADS.getCurrentThreadCpuTime() - cpu);
      }
      Arrays.sort(rates);
      return rates[rates.length / 2];
    }
  }
}
