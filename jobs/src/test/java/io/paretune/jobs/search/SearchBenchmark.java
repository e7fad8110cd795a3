package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Runs samplers on the benchmark's problems and prints medians; the ablation of issue 4. Not a
 * test: {@code java -cp … io.paretune.jobs.search.SearchBenchmark SUITE SEEDS BATCH VARIANT…}, with
 * {@code -Dvariants=N} problems of each shape, {@code -Dsamples=N} answers a trial (0: exact) and
 * {@code -Dtrials=N} in the place of 200.
 */
final class SearchBenchmark {
  private static final int TRIALS = Integer.getInteger("trials", 200);
  private static final int[] BUDGETS =
      IntStream.of(20, 30, 40, 50, 70, 100, 200).filter(b -> b <= TRIALS).toArray();

  private SearchBenchmark() {}

  interface Factory {
    Sampler create(long seed);
  }

  static Map<String, Factory> variants() {
    Map<String, Factory> variants = new LinkedHashMap<>();
    variants.put("random", RandomSampler::new);
    variants.put("uniform", UniformSweep::new);
    variants.put("tpe", seed -> new TpeSampler(TpeSettings.DEFAULT, seed));
    variants.put("guided", seed -> new GuidedSampler(GuidedSettings.DEFAULT, seed));
    for (GuidedSettings.Part part : GuidedSettings.Part.values()) {
      variants.put(
          "no-" + part.name().toLowerCase(java.util.Locale.ROOT),
          seed -> new GuidedSampler(GuidedSettings.DEFAULT.without(part), seed));
    }
    for (double spread : new double[] {0, 0.25, 1}) {
      variants.put(
          "spread-" + spread,
          seed -> new GuidedSampler(GuidedSettings.DEFAULT.withSpread(spread), seed));
    }
    for (double boldness : new double[] {0.1, 1}) {
      variants.put(
          "boldness-" + boldness,
          seed -> new GuidedSampler(GuidedSettings.DEFAULT.withBoldness(boldness), seed));
    }
    TpeSettings tpe = TpeSettings.DEFAULT;
    variants.put(
        "tpe-uniform", seed -> new TpeSampler(tpe.with(TpeSettings.Weighting.UNIFORM), seed));
    variants.put(
        "tpe-linear-0.10",
        seed -> new TpeSampler(tpe.with(new TpeSettings.Split.Linear(0.1, 25)), seed));
    variants.put(
        "tpe-root-0.75", seed -> new TpeSampler(tpe.with(new TpeSettings.Split.Root(0.75)), seed));
    variants.put(
        "tpe-shrinking",
        seed -> new TpeSampler(tpe.with(TpeSettings.Bandwidth.SHRINKING, 0.03), seed));
    variants.put(
        "tpe-min-0.1", seed -> new TpeSampler(tpe.with(TpeSettings.Bandwidth.SCOTT, 0.1), seed));
    variants.put(
        "tpe-min-0.01", seed -> new TpeSampler(tpe.with(TpeSettings.Bandwidth.SCOTT, 0.01), seed));
    return variants;
  }

  /** All uniform profiles in random order, then random points: the sweep to beat. */
  private static final class UniformSweep implements Sampler {
    private final long seed;

    UniformSweep(long seed) {
      this.seed = seed;
    }

    @Override
    public List<Point> propose(History history, long firstId, int count) {
      SearchSpace space = history.space();
      List<Point> all = new UniformSettings(space, Group.of(space)).all(new SplittableRandom(seed));
      int[] order = IntStream.range(0, all.size()).toArray();
      Shuffle.inPlace(order, new SplittableRandom(seed));
      List<Point> points = new ArrayList<>();
      for (int k = 0; k < count; k++) {
        int at = (int) firstId + k;
        points.add(
            at < order.length
                ? all.get(order[at])
                : RandomSampler.uniform(space, TrialRandom.of(seed, at)));
      }
      return points;
    }
  }

  static List<BenchmarkProblem> suite(String name) {
    List<BenchmarkProblem> problems = new ArrayList<>();
    switch (name) {
      case "frontier" -> {
        for (CompressionProblems.Shape shape : CompressionProblems.Shape.values()) {
          if (!System.getProperty("shapes", shape.name()).contains(shape.name())) {
            continue;
          }
          for (long seed = Integer.getInteger("from", 1);
              seed <= Integer.getInteger("variants", 2);
              seed++) {
            problems.add(
                CompressionProblems.frontier(shape, seed, 24, Integer.getInteger("samples", 1000)));
          }
        }
      }
      case "criteria" -> { // each problem beside the same with a worse criterion to choose as well
        for (CompressionProblems.Shape shape : CompressionProblems.Shape.values()) {
          for (double[] multiples : new double[][] {{1}, {1.8, 1}}) {
            problems.add(CompressionProblems.frontier(shape, 1, 8, 1000, multiples));
          }
        }
      }
      case "held-out" -> {
        for (HeldOutProblems.Kind kind : HeldOutProblems.Kind.values()) {
          problems.add(HeldOutProblems.of(kind, Integer.getInteger("from", 1)));
        }
      }
      case "constrained" -> {
        for (long seed = 1; seed <= 3; seed++) {
          problems.add(CompressionProblems.constrained(seed));
        }
      }
      case "single" -> problems.addAll(GenericProblems.singles(0.1));
      case "multi" -> problems.addAll(GenericProblems.multiples());
      default -> throw new IllegalArgumentException("no suite " + name);
    }
    return problems;
  }

  /** Quality after each budget: share of the best hypervolume, or the least loss. */
  static double[] run(
      BenchmarkProblem problem, Factory factory, long seed, int batch, long[] asks) {
    Study study = new Study(problem.space(), factory.create(seed));
    double[] qualities = new double[BUDGETS.length];
    double[] reference = problem.reference().stream().mapToDouble(Double::doubleValue).toArray();
    Front front = new Front(reference.length == 0 ? new double[] {1e300} : reference);
    int done = 0;
    int next = 0;
    while (next < BUDGETS.length) {
      long started = System.nanoTime();
      List<Trial> asked = study.ask(batch);
      asks[0] = Math.max(asks[0], System.nanoTime() - started);
      asks[1] += System.nanoTime() - started;
      for (Trial trial : asked) {
        study.tell(
            trial.id(), problem.measure(trial.point(), TrialRandom.of(seed + 7777, trial.id())));
        double[] truth = problem.evaluator().truth(trial.point());
        for (int j = 0; j < truth.length; j++) {
          truth[j] = problem.space().objectives().get(j).direction().loss(truth[j]);
        }
        front.add(truth);
        done++;
        if (next < BUDGETS.length && done == BUDGETS[next]) {
          qualities[next++] =
              reference.length == 0
                  ? front.points().get(0)[0]
                  : Hypervolume.of(front.points().toArray(double[][]::new), reference)
                      / problem.best();
        }
      }
    }
    return qualities;
  }

  public static void main(String[] args) {
    int seeds = Integer.parseInt(args[1]);
    int batch = Integer.parseInt(args[2]);
    List<BenchmarkProblem> problems = suite(args[0]);
    Map<String, Factory> variants = variants();
    System.out.println(
        "| problem | sampler | " + Arrays.toString(BUDGETS) + " | ask ms mean/max |");
    for (BenchmarkProblem problem : problems) {
      for (String name : Arrays.asList(args).subList(3, args.length)) {
        double[][] all = new double[BUDGETS.length][seeds];
        long[] asks = new long[2];
        for (int s = 0; s < seeds; s++) {
          double[] one = run(problem, variants.get(name), 100 + s, batch, asks);
          for (int b = 0; b < one.length; b++) {
            all[b][s] = one[b];
          }
        }
        StringBuilder line = new StringBuilder("| " + problem.name() + " | " + name + " |");
        for (double[] values : all) {
          Arrays.sort(values);
          line.append(String.format(" %8.4g", values[seeds / 2]));
        }
        int calls = seeds * TRIALS / batch;
        System.out.println(
            line + String.format(" | %.1f/%.0f", asks[1] / 1e6 / calls, asks[0] / 1e6));
      }
    }
  }
}
