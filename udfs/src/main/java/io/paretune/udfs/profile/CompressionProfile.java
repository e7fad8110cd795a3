package io.paretune.udfs.profile;

import io.paretune.udfs.hash.Sha256;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a model is compressed: a criterion, and what is done to each decoder layer. Two profiles that
 * do the same to a model of any depth have the same {@link #id()}.
 *
 * @param criterion which weights go first
 * @param mask whose activations decide
 * @param kvGrouping which cached values share a scale
 * @param vision what is done before the decoder; one-shot, by a criterion that updates no weight
 * @param layers the layers that something is done to, by index, without repeats; dense layers are
 *     dropped
 */
public record CompressionProfile(
    CriterionName criterion,
    MaskKind mask,
    KvGrouping kvGrouping,
    VisionPlan vision,
    List<LayerPlan> layers)
    implements Serializable {

  public CompressionProfile {
    if (!vision.isDense() && (mask == MaskKind.SEQUENTIAL || criterion.updatesWeights())) {
      throw new IllegalArgumentException(
          "vision tower and projector are pruned by one-shot masks of a criterion that updates no weight, not by %s, %s"
              .formatted(criterion.key(), mask.key()));
    }
    layers =
        layers.stream()
            .filter(l -> !l.isDense())
            .sorted(Comparator.comparingInt(LayerPlan::layer))
            .toList();
    for (int i = 1; i < layers.size(); i++) {
      if (layers.get(i).layer() == layers.get(i - 1).layer()) {
        throw new IllegalArgumentException(
            "layer " + layers.get(i).layer() + " is planned more than once");
      }
    }
  }

  /** A profile that leaves vision tower and projector as they are. */
  public CompressionProfile(
      CriterionName criterion, MaskKind mask, KvGrouping kvGrouping, List<LayerPlan> layers) {
    this(criterion, mask, kvGrouping, VisionPlan.DENSE, layers);
  }

  /** A one-shot profile with the default grouping. */
  public static CompressionProfile of(CriterionName criterion, List<LayerPlan> layers) {
    return new CompressionProfile(criterion, MaskKind.ONE_SHOT, KvGrouping.TOKEN, layers);
  }

  /** Nothing is done to any layer. */
  public static CompressionProfile dense() {
    return of(CriterionName.WANDA, List.of());
  }

  /** The same ratio and bits for each of {@code layers} layers. */
  public static CompressionProfile uniform(
      CriterionName criterion, int layers, double pruningRatio, int keyBits, int valueBits) {
    return of(
        criterion,
        IntStream.range(0, layers)
            .mapToObj(i -> LayerPlan.of(i, pruningRatio, keyBits, valueBits))
            .toList());
  }

  /** The same with another criterion. */
  public CompressionProfile withCriterion(CriterionName name) {
    return new CompressionProfile(name, mask, kvGrouping, vision, layers);
  }

  /** The same with another kind of mask. */
  public CompressionProfile withMask(MaskKind kind) {
    return new CompressionProfile(criterion, kind, kvGrouping, vision, layers);
  }

  /** The same with these layers instead. */
  public CompressionProfile withLayers(List<LayerPlan> plans) {
    return new CompressionProfile(criterion, mask, kvGrouping, vision, plans);
  }

  /** What the weights depend on: the same without anything done to keys and values. */
  public CompressionProfile pruningOnly() {
    return new CompressionProfile(
        criterion,
        mask,
        KvGrouping.TOKEN,
        vision,
        layers.stream().map(LayerPlan::pruningOnly).toList());
  }

  /** The same with another plan of what comes before the decoder. */
  public CompressionProfile withVision(VisionPlan plan) {
    return new CompressionProfile(criterion, mask, kvGrouping, plan, layers);
  }

  /** Whether nothing at all is done. */
  public boolean isDense() {
    return layers.isEmpty() && vision.isDense();
  }

  /** Whether any weights go, so that the criterion decides something. */
  public boolean prunes() {
    return isPruned() || !vision.isDense();
  }

  /** Whether weights of the decoder go. */
  public boolean isPruned() {
    return layers.stream().anyMatch(LayerPlan::isPruned);
  }

  /** Reads the JSON of README's One profile; see {@link ProfileJson#parse}. */
  public static CompressionProfile parse(String where, String json) {
    return ProfileJson.parse(where, json);
  }

  /** What is done to that layer; dense where the profile does not name it. */
  public LayerPlan layer(int index) {
    return layers.stream()
        .filter(l -> l.layer() == index)
        .findFirst()
        .orElseGet(() -> LayerPlan.dense(index));
  }

  /**
   * One spelling for profiles that do the same: layers in order, dense ones left out, no spaces.
   */
  public String canonicalJson() {
    return ProfileJson.canonical(this);
  }

  /** The first 16 hexadecimal digits of the canonical JSON's SHA-256. */
  public String id() {
    return Sha256.name(canonicalJson());
  }
}
