package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Gathers {@link InputSquares} over passes, if they are wanted. */
final class SquareSums {
  private final List<Map<InputSite, double[]>> layers;
  private double tokens;

  private SquareSums(int layers) {
    this.layers = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      this.layers.add(new EnumMap<>(InputSite.class));
    }
  }

  static SquareSums unwanted() {
    return new SquareSums(0);
  }

  static SquareSums of(int layers) {
    return new SquareSums(layers);
  }

  boolean wanted() {
    return !layers.isEmpty();
  }

  /** The kernels' weights of a pass's rows; empty, which asks for no sums, if none are wanted. */
  NDArray tokenWeights(NDManager owner, double[] weights) {
    if (!wanted()) {
      return owner.create(new Shape(0), DataType.FLOAT64);
    }
    tokens += Arrays.stream(weights).sum();
    return owner.create(weights);
  }

  /**
   * Adds what a layer's kernel returned, one array a site in {@link InputSite}'s order, and closes
   * it.
   */
  void add(int layer, NDList sums) {
    if (!wanted()) {
      return;
    }
    Iterator<NDArray> arrays = sums.iterator();
    for (InputSite site : InputSite.values()) {
      try (NDArray array = arrays.next()) {
        layers.get(layer).merge(site, array.toDoubleArray(), SquareSums::sum);
      }
    }
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  InputSquares result() {
    return new InputSquares(Math.round(tokens), layers);
  }
}
