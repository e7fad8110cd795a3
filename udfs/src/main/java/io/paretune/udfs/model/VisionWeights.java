package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of vision tower and projector, in the order of their kernels. E width, J
 * intermediate, H hidden.
 *
 * @param layers by encoder layer: norm 1 weight, bias, q|k|v (3E, E), bias, out (E, E), bias, norm
 *     2 weight, bias, fc1 (J, E), bias, fc2 (E, J), bias
 * @param projector linear 1 (H, E), bias, linear 2 (H, H), bias
 */
public record VisionWeights(List<List<NDArray>> layers, List<NDArray> projector)
    implements VisionSource {
  private static final Map<InputSite, Integer> IN_LAYER =
      Map.of(
          InputSite.ATTENTION, 2,
          InputSite.ATTENTION_OUTPUT, 4,
          InputSite.MLP, 8,
          InputSite.MLP_DOWN, 10);
  private static final Map<InputSite, Integer> IN_PROJECTOR =
      Map.of(InputSite.MLP, 0, InputSite.MLP_DOWN, 2);

  public VisionWeights {
    layers = layers.stream().map(List::copyOf).toList();
    projector = List.copyOf(projector);
  }

  @Override
  public List<NDArray> layer(int index) {
    return layers.get(index);
  }

  /** An encoder layer's matrices by what they read, as a decoder layer's. */
  public Map<InputSite, NDArray> matrices(int layer) {
    return matrices(layers.get(layer), IN_LAYER);
  }

  /** The projector's two matrices, as those of a feed-forward network. */
  public Map<InputSite, NDArray> projectorMatrices() {
    return matrices(projector, IN_PROJECTOR);
  }

  private static Map<InputSite, NDArray> matrices(
      List<NDArray> weights, Map<InputSite, Integer> places) {
    Map<InputSite, NDArray> matrices = new EnumMap<>(InputSite.class);
    places.forEach((site, at) -> matrices.put(site, weights.get(at)));
    return matrices;
  }

  /** Encoder layer's weights with these matrices in the place of its own. */
  List<NDArray> layerWith(int layer, Map<InputSite, NDArray> matrices) {
    return with(layers.get(layer), IN_LAYER, matrices);
  }

  List<NDArray> projectorWith(Map<InputSite, NDArray> matrices) {
    return with(projector, IN_PROJECTOR, matrices);
  }

  private static List<NDArray> with(
      List<NDArray> weights, Map<InputSite, Integer> places, Map<InputSite, NDArray> matrices) {
    List<NDArray> all = new ArrayList<>(weights);
    matrices.forEach((site, matrix) -> all.set(places.getOrDefault(site, -1), matrix));
    return all;
  }

  /**
   * The same with other matrices.
   *
   * @param tower by encoder layer; what is missing stays
   * @param projecting the projector's
   */
  public VisionWeights with(
      List<Map<InputSite, NDArray>> tower, Map<InputSite, NDArray> projecting) {
    List<List<NDArray>> all = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      all.add(layerWith(l, tower.get(l)));
    }
    return new VisionWeights(all, projectorWith(projecting));
  }
}
