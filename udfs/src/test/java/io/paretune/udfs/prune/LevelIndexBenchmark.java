package io.paretune.udfs.prune;

import io.paretune.udfs.profile.Projection;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What it costs to rank a matrix's weights once and to write its pruned form, one thread, beside a
 * plain copy of the dense weights. Run {@link #main}: the last table is medians and the share of
 * the copy's bandwidth, counting each byte read or written once (copy 8 a weight, pruning 9).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class LevelIndexBenchmark {
  private static final int POSITION = 9; // half of 20 steps of 5 %

  /** Rows × columns: a 7B model's down projection, then the demo layer's matrices and all of it. */
  @Param({"4096x11008", "384x192", "1024x192", "192x512", "2112x192"})
  public String shape = "";

  private WeightMatrix dense = WeightMatrix.copyOf(new float[1], 1, 1);
  private WeightMatrix out = dense;
  private PruningCriterion criterion = new Magnitude();
  private LevelMatrix levels =
      LevelMatrix.build(criterion, 0, Projection.O, dense, RatioGrid.ofParts(20));

  @Setup(Level.Trial)
  public void fill() {
    int rows = Integer.parseInt(shape.substring(0, shape.indexOf('x')));
    int columns = Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
    Random random = new Random(1);
    dense = DemoShapedLayer.matrix(random, rows, columns);
    out = WeightMatrix.of(ByteBuffer.allocateDirect(rows * columns * Float.BYTES), rows, columns);
    criterion = new Wanda(LevelMatrixTest.statistics(random, columns));
    levels = LevelMatrix.build(criterion, 0, Projection.O, dense, RatioGrid.ofParts(20));
  }

  /** Scores and sorts every row. */
  @Benchmark
  public LevelMatrix build() {
    return LevelMatrix.build(criterion, 0, Projection.O, dense, RatioGrid.ofParts(20));
  }

  /** Writes the matrix at 50 % by its levels. */
  @Benchmark
  public WeightMatrix prune() {
    levels.prune(POSITION, dense, out);
    return out;
  }

  /** The bandwidth to compare with. */
  @Benchmark
  public WeightMatrix copy() {
    dense.copyTo(out);
    return out;
  }

  public static void main(String[] arguments) throws RunnerException {
    String include = LevelIndexBenchmark.class.getSimpleName();
    StringBuilder table = new StringBuilder("shape        what    median ms    GB/s\n");
    for (RunResult run : new Runner(new OptionsBuilder().include(include).build()).run()) {
      String shape = run.getParams().getParam("shape");
      int x = shape.indexOf('x');
      double weights =
          Double.parseDouble(shape.substring(0, x)) * Double.parseDouble(shape.substring(x + 1));
      String what = run.getPrimaryResult().getLabel();
      double median = run.getPrimaryResult().getStatistics().getPercentile(50);
      double bytes = weights * ("copy".equals(what) ? 8 : 9);
      table.append(
          String.format(
              Locale.ROOT, "%-12s %-7s %9.4f %7.2f%n", shape, what, median, bytes / median / 1e6));
    }
    System.out.print(table);
  }
}
