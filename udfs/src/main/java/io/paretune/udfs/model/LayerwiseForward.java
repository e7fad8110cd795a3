package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.profile.LayerPlan;
import java.io.Serializable;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The decoder over some images and all that is asked about them, one layer at a time: a layer can
 * be changed by what the layers before it, already changed, make of a calibration set. Keys and
 * values are not quantized. Nothing native outlives a call. Shapes as in {@code decoder.py}.
 */
public final class LayerwiseForward {
  /**
   * What a layer reads: hidden states, row-major.
   *
   * @param prefix (I·P, H)
   * @param trees (N, H)
   */
  public record States(float[] prefix, float[] trees) implements Serializable {}

  /** Keys and values as they are. */
  private static final LayerPlan UNTOUCHED = LayerPlan.dense(0);

  private static final int NOT_GROUPED = 0;

  private final Decoder decoder;
  private final TorchScript script;
  private final DecoderConfig config;
  private final RotaryTable rotary;
  private final long[] before;
  private final int images;
  private final int prefixTokens;
  private final TreeStep step;

  LayerwiseForward(
      Decoder decoder,
      DecoderConfig config,
      long[] before,
      int imageTokens,
      List<TokenTree> trees) {
    this.decoder = decoder;
    this.script = decoder.script();
    this.config = config;
    this.rotary = decoder.rotary();
    this.before = before;
    this.images = trees.size();
    this.prefixTokens = before.length + imageTokens;
    this.step = new TreeStep(new TokenForest(trees), prefixTokens, NOT_GROUPED);
  }

  /** Tokens that count: an image's prefix once, a sequence's tokens once per sequence. */
  public long tokens() {
    double tokens = (double) images * prefixTokens;
    return Math.round(tokens + Arrays.stream(step.multiplicities()).sum());
  }

  /**
   * What the first layer reads.
   *
   * @param owner of nothing that outlives the call
   * @param features of the images, (I, T, H)
   */
  public States embed(NDManager owner, NDArray features) {
    try (NDManager pass = owner.newSubManager()) {
      NDArray prefix = decoder.embedPrefix(pass, before, features); // (I·P, H)
      NDArray trees = decoder.embed(pass, step.tokens()); // (N, H)
      return new States(decoder.floats(pass, prefix), decoder.floats(pass, trees));
    }
  }

  /** What the next layer reads, after a layer of these weights. */
  public States after(NDManager owner, States states, LayerWeights weights) {
    try (NDManager pass = owner.newSubManager()) {
      List<NDList> result = run(pass, states, weights, Wanted.NOTHING);
      return new States(
          decoder.floats(pass, result.get(0).get(0)), decoder.floats(pass, result.get(1).get(0)));
    }
  }

  /** The sums of squared inputs of the layer's matrices, by channel. */
  public Map<InputSite, double[]> squares(NDManager owner, States states, LayerWeights weights) {
    Map<InputSite, double[]> sums = new EnumMap<>(InputSite.class);
    try (NDManager pass = owner.newSubManager()) {
      List<NDList> result = run(pass, states, weights, Wanted.SQUARES);
      for (InputSite site : InputSite.values()) {
        NDArray prefix = sumsOf(site, result.get(0));
        sums.put(site, prefix.add(sumsOf(site, result.get(1))).toDoubleArray());
      }
    }
    return sums;
  }

  /**
   * Adds Σ x xᵀ over the tokens to a running sum: fp64, (C, C) for a site of C channels.
   *
   * @param sums by site, owned by the caller; of sites that are missing nothing is kept
   */
  public void addProducts(
      NDManager owner, States states, LayerWeights weights, Map<InputSite, NDArray> sums) {
    try (NDManager pass = owner.newSubManager()) {
      for (NDList result : run(pass, states, weights, Wanted.PRODUCTS)) {
        sums.forEach((site, sum) -> sum.addi(sumsOf(site, result)));
      }
    }
  }

  private enum Wanted {
    NOTHING,
    SQUARES,
    PRODUCTS
  }

  /** The kernels' results for the prefixes and for the trees: output first, sums of sites last. */
  private List<NDList> run(NDManager pass, States states, LayerWeights w, Wanted wanted) {
    NDArray x = computed(pass, states.prefix()); // (I·P, H)
    NDArray t = computed(pass, states.trees()); // (N, H)
    NDList prefix =
        decoder.prefixLayer(
            pass,
            x,
            w,
            rotary.repeated(pass, images, prefixTokens),
            images,
            UNTOUCHED,
            NOT_GROUPED,
            tokenWeights(pass, Decoder.ones(images * prefixTokens), wanted));
    NDList trees =
        decoder.treeLayer(
            pass,
            t,
            w,
            prefix.get(1),
            prefix.get(2),
            step.input(pass, rotary),
            UNTOUCHED,
            tokenWeights(pass, step.multiplicities(), wanted));
    return List.of(prefix, trees);
  }

  private static NDArray tokenWeights(NDManager pass, double[] weights, Wanted wanted) {
    return switch (wanted) {
      case NOTHING -> pass.create(new Shape(0), DataType.FLOAT64);
      case SQUARES -> pass.create(weights);
      case PRODUCTS -> pass.create(weights).reshape(weights.length, 1);
    };
  }

  private static NDArray sumsOf(InputSite site, NDList result) {
    List<InputSite> sites = List.of(InputSite.values());
    return result.get(result.size() - sites.size() + sites.indexOf(site));
  }

  /** Hidden states in the type that layers compute in. */
  private NDArray computed(NDManager pass, float[] states) {
    int hidden = config.hiddenSize();
    NDArray rows = pass.create(states, new Shape(states.length / hidden, hidden));
    return script.call(pass, "as_type", List.of(rows), decoder.like()).singletonOrThrow();
  }
}
