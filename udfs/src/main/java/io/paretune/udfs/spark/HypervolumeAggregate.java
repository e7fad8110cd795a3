package io.paretune.udfs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.expressions.Aggregator;
import scala.Tuple4;

/**
 * The share of the rectangle between (dense memory, chance score) and (0, 1) that points dominate.
 * Its input is memory, score, dense memory and chance score, the last two alike in every row.
 */
public final class HypervolumeAggregate
    extends Aggregator<Tuple4<Long, Double, Long, Double>, HypervolumeAggregate.Points, Double> {
  private static final long serialVersionUID = 1;

  /** Points so far; only those that no other beats are kept. */
  public static final class Points implements Serializable {
    private static final long serialVersionUID = 1;

    private final ArrayList<double[]> front = new ArrayList<>(); // memory, score
    private double dense = Double.NaN;
    private double chance = Double.NaN;

    void add(double[] point) {
      if (front.stream().anyMatch(p -> p[0] <= point[0] && p[1] >= point[1])) {
        return;
      }
      front.removeIf(p -> point[0] <= p[0] && point[1] >= p[1]);
      front.add(point);
    }

    void refer(double denseMemory, double chanceScore) {
      if (!Double.isNaN(dense) && (dense != denseMemory || chance != chanceScore)) {
        throw new IllegalArgumentException(
            "a hypervolume has one reference, was (%s, %s) and (%s, %s): group by what differs"
                .formatted(dense, chance, denseMemory, chanceScore));
      }
      dense = denseMemory;
      chance = chanceScore;
    }

    double share() {
      List<double[]> inside =
          front.stream()
              .filter(p -> p[0] < dense && p[1] > chance)
              .sorted(Comparator.comparingDouble(p -> p[0]))
              .toList();
      double area = 0;
      for (int i = 0; i < inside.size(); i++) {
        double next = i + 1 < inside.size() ? inside.get(i + 1)[0] : dense;
        area += (next - inside.get(i)[0]) * (inside.get(i)[1] - chance);
      }
      double rectangle = dense * (1 - chance);
      return rectangle > 0 ? area / rectangle : 0;
    }
  }

  @Override
  public Points zero() {
    return new Points();
  }

  @Override
  public Points reduce(Points points, Tuple4<Long, Double, Long, Double> row) {
    // A trial without a score yet is no point.
    if (row._1() != null && row._2() != null && row._3() != null && row._4() != null) {
      points.refer(row._3(), row._4());
      points.add(new double[] {row._1(), row._2()});
    }
    return points;
  }

  @Override
  public Points merge(Points a, Points b) {
    if (!b.front.isEmpty()) {
      a.refer(b.dense, b.chance);
      b.front.forEach(a::add);
    }
    return a;
  }

  @Override
  public Double finish(Points points) {
    return points.share();
  }

  @Override
  public Encoder<Points> bufferEncoder() {
    return Encoders.javaSerialization(Points.class);
  }

  @Override
  public Encoder<Double> outputEncoder() {
    return Encoders.DOUBLE();
  }

  static Encoder<Tuple4<Long, Double, Long, Double>> inputEncoder() {
    return Encoders.tuple(Encoders.LONG(), Encoders.DOUBLE(), Encoders.LONG(), Encoders.DOUBLE());
  }
}
