package io.paretune.udfs.prune;

import io.paretune.udfs.hash.Sha256;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What calibration saw at the inputs of every linear layer: per decoder layer, input site and
 * channel the sum of squares, and how many tokens went into it. Immutable. {@link #merge} is
 * associative and commutative to the last bit, so any sharding of the calibration set gives the
 * same statistics. The mean square is Wanda's {@code scaler_row} (arXiv 2306.11695 §3).
 */
public final class ActivationStatistics {
  private final StatisticsShape shape;
  private final List<Map<InputSite, SiteSums>> sums; // by layer
  private volatile @Nullable String id; // asked for by every task and layer, so computed once

  /** The sums of one site of one layer and the tokens they are over; never written once inside. */
  record SiteSums(ExactSums squares, long tokens) {
    SiteSums merge(SiteSums other) {
      ExactSums merged = squares.copy();
      merged.add(other.squares);
      return new SiteSums(merged, Math.addExact(tokens, other.tokens));
    }
  }

  ActivationStatistics(StatisticsShape shape, List<Map<InputSite, SiteSums>> sums) {
    this.shape = shape;
    this.sums = sums.stream().map(Map::copyOf).toList();
  }

  /** Statistics over no tokens: the neutral element of {@link #merge}. */
  public static ActivationStatistics empty(StatisticsShape shape) {
    return new StatisticsAccumulator(shape).statistics();
  }

  /**
   * Statistics of a model from those of its layers.
   *
   * @param shape of the model
   * @param first of its first layers, each of one layer; those after them saw no token
   */
  public static ActivationStatistics ofLayers(
      StatisticsShape shape, List<ActivationStatistics> first) {
    List<Map<InputSite, SiteSums>> sums = new ArrayList<>();
    for (ActivationStatistics layer : first) {
      if (!layer.shape.equals(new StatisticsShape(1, shape.channels()))) {
        throw new IllegalArgumentException(
            "statistics of one layer of %s expected, were %s".formatted(shape, layer.shape));
      }
      sums.addAll(layer.sums);
    }
    sums.addAll(empty(shape).sums.subList(sums.size(), shape.layers()));
    return new ActivationStatistics(shape, sums);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @param where what to call it in an error, such as the file's path
   * @throws InvalidInputException if the bytes are damaged, of another format or another version
   */
  public static ActivationStatistics fromBytes(String where, byte[] bytes) {
    return StatisticsFormat.read(where, bytes);
  }

  /** A versioned binary form with a checksum; equal statistics have equal bytes. */
  public byte[] toBytes() {
    return StatisticsFormat.write(this);
  }

  /** The first 16 hexadecimal digits of the SHA-256 of {@link #toBytes}. */
  public String id() {
    String known = id;
    if (known == null) {
      known = Sha256.name(toBytes()); // the same, whichever thread is first
      id = known;
    }
    return known;
  }

  public StatisticsShape shape() {
    return shape;
  }

  /** Tokens seen at that site of that layer, repeats counted. */
  public long tokens(int layer, InputSite site) {
    return at(layer, site).tokens();
  }

  /** Sum of squares over the tokens, by channel: as many as {@link StatisticsShape#channels}. */
  public double[] sumOfSquares(int layer, InputSite site) {
    ExactSums squares = at(layer, site).squares();
    double[] values = new double[squares.channels()];
    for (int c = 0; c < values.length; c++) {
      values[c] = squares.value(c);
    }
    return values;
  }

  /**
   * Mean squared input of that projection, by input channel: E[x²], Wanda's {@code scaler_row}.
   *
   * @throws IllegalStateException if no token was seen there
   */
  public float[] meanSquare(int layer, Projection projection) {
    InputSite site = InputSite.of(projection);
    long tokens = tokens(layer, site);
    if (tokens == 0) {
      throw new IllegalStateException(
          "layer %d, %s: no calibration token was seen".formatted(layer, projection.key()));
    }
    double[] squares = sumOfSquares(layer, site);
    float[] mean = new float[squares.length];
    for (int c = 0; c < mean.length; c++) {
      mean[c] = (float) (squares[c] / tokens);
    }
    return mean;
  }

  /**
   * {@link #meanSquare(int, Projection)} for a matrix of so many columns.
   *
   * @throws IllegalArgumentException if another number of channels was calibrated
   */
  float[] meanSquare(int layer, Projection projection, int columns) {
    float[] mean = meanSquare(layer, projection);
    if (mean.length != columns) {
      throw new IllegalArgumentException(
          "layer %d, %s: %d input channels were calibrated, the weights have %d"
              .formatted(layer, projection.key(), mean.length, columns));
    }
    return mean;
  }

  /**
   * Statistics over the tokens of both.
   *
   * @throws IllegalArgumentException if the other is of a model of another shape
   */
  public ActivationStatistics merge(ActivationStatistics other) {
    if (!shape.equals(other.shape)) {
      throw new IllegalArgumentException(
          "statistics of different models: %s and %s".formatted(shape, other.shape));
    }
    List<Map<InputSite, SiteSums>> merged = new ArrayList<>();
    for (int l = 0; l < shape.layers(); l++) {
      Map<InputSite, SiteSums> layer = new EnumMap<>(InputSite.class);
      for (InputSite site : InputSite.values()) {
        layer.put(site, at(l, site).merge(other.at(l, site)));
      }
      merged.add(layer);
    }
    return new ActivationStatistics(shape, merged);
  }

  SiteSums at(int layer, InputSite site) {
    return Objects.requireNonNull(sums.get(layer).get(site), "every site has sums");
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ActivationStatistics that
        && shape.equals(that.shape)
        && sums.equals(that.sums);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + sums.hashCode();
  }
}
