package io.paretune.udfs.prune;

import io.paretune.udfs.profile.Projection;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Wanda on a set of matrices, one thread: one ratio from the weights, the level index, and a
 * further ratio from the index. {@code src/test/python/wanda_benchmark.py} runs it beside the
 * published algorithm and explains the figures.
 */
public final class WandaBenchmark {
  private static final double[] RATIOS = {0.3, 0.5, 0.6, 0.7};

  private record Matrix(
      WeightMatrix dense, WeightMatrix out, PruningCriterion criterion, RatioGrid grid) {}

  private WandaBenchmark() {}

  /**
   * Prints one JSON line a set.
   *
   * @param arguments sets: {@code NAME=ROWSxCOLUMNS,…}
   */
  public static void main(String[] arguments) {
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      List<Matrix> matrices = new ArrayList<>();
      Random random = new Random(1);
      for (String shape : List.of(argument.substring(equals + 1).split(",", -1))) {
        int rows = Integer.parseInt(shape.substring(0, shape.indexOf('x')));
        int columns = Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
        matrices.add(
            new Matrix(
                DemoShapedLayer.matrix(random, rows, columns),
                WeightMatrix.of(
                    ByteBuffer.allocateDirect(rows * columns * Float.BYTES), rows, columns),
                new Wanda(LevelMatrixTest.statistics(random, columns)),
                RatioGrid.ofParts(20)));
      }
      run(argument.substring(0, equals), matrices);
    }
  }

  private static void run(String name, List<Matrix> matrices) {
    double one =
        median(
            ratio ->
                matrices.forEach(
                    m ->
                        MatrixPruning.withoutIndex(m.criterion())
                            .prune(0, Projection.O, ratio, m.dense(), m.out())));
    List<LevelMatrix> levels = new ArrayList<>();
    double index =
        median(
            ratio -> {
              levels.clear();
              matrices.forEach(
                  m ->
                      levels.add(
                          LevelMatrix.build(m.criterion(), 0, Projection.O, m.dense(), m.grid())));
            });
    double further =
        median(
            ratio -> {
              for (int i = 0; i < matrices.size(); i++) {
                Matrix m = matrices.get(i);
                levels
                    .get(i)
                    .prune(levels.get(i).position(ratio).orElseThrow(), m.dense(), m.out());
              }
            });
    System.out.printf(
        Locale.ROOT,
        "{\"set\":\"%s\",\"one_ratio_ms\":%.3f,\"index_ms\":%.3f,\"further_ms\":%.3f}%n",
        name,
        one,
        index,
        further);
  }

  private interface Pruning {
    void run(double ratio);
  }

  /** Milliseconds of processor time, the median after a warm-up. */
  private static double median(Pruning pruning) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] millis = new double[2 * RATIOS.length];
    for (int round = -RATIOS.length; round < millis.length; round++) {
      double ratio = RATIOS[Math.floorMod(round, RATIOS.length)];
      long started = threads.getCurrentThreadCpuTime();
      pruning.run(ratio);
      if (round >= 0) {
        millis[round] = (threads.getCurrentThreadCpuTime() - started) / 1e6;
      }
    }
    Arrays.sort(millis);
    return millis[millis.length / 2];
  }
}
