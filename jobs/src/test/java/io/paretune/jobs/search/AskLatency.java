package io.paretune.jobs.search;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/**
 * How long an ask for eight of 96 variables takes, up to 500 trials and at 500 trials; wall and CPU
 * time. Not a test: {@code java -cp … io.paretune.jobs.search.AskLatency SAMPLER}.
 */
final class AskLatency {
  private static final int BATCH = 8;
  private static final int TRIALS = 500;
  private static final int MORE = 40; // asks at 500 trials and above

  private AskLatency() {}

  public static void main(String[] args) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    BenchmarkProblem problem =
        CompressionProblems.frontier(CompressionProblems.Shape.EARLY, 1, 48, 1000);
    SamplerName sampler = SamplerName.ofKey(args[0]).orElseThrow();
    Study study = new Study(problem.space(), sampler.create(1));
    int asks = TRIALS / BATCH + MORE;
    double[] wall = new double[asks];
    double[] cpu = new double[asks];
    for (int a = 0; a < asks; a++) {
      long started = System.nanoTime();
      long used = threads.getCurrentThreadCpuTime();
      var asked = study.ask(BATCH);
      cpu[a] = (threads.getCurrentThreadCpuTime() - used) / 1e6;
      wall[a] = (System.nanoTime() - started) / 1e6;
      for (Trial t : asked) {
        study.tell(t.id(), problem.measure(t.point(), TrialRandom.of(1, t.id())));
      }
    }
    print("up to 500, cpu ms", Arrays.copyOf(cpu, TRIALS / BATCH));
    print("at 500-820, cpu ms", Arrays.copyOfRange(cpu, TRIALS / BATCH, asks));
    print("up to 500, wall ms", Arrays.copyOf(wall, TRIALS / BATCH));
    print("at 500-820, wall ms", Arrays.copyOfRange(wall, TRIALS / BATCH, asks));
  }

  private static void print(String what, double[] values) {
    Arrays.sort(values);
    System.out.printf(
        "%s: median %.1f, p95 %.1f, most %.1f%n",
        what,
        values[values.length / 2],
        values[(int) (0.95 * values.length)],
        values[values.length - 1]);
  }
}
