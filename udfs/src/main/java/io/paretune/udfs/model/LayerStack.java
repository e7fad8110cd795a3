package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import io.paretune.udfs.kvcache.KvLayout;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a candidate runs with: its layers' weights, pruned as its profile says by who made them, and
 * the profile, whose key and value bits the cache gets.
 */
public record LayerStack(List<LayerWeights> weights, CompressionProfile profile)
    implements LayerSource {
  /**
   * Checks that the layers can be run as the profile says.
   *
   * @throws InvalidInputException if the profile plans a layer that is not there
   */
  public LayerStack {
    weights = List.copyOf(weights);
    if (weights.isEmpty()) {
      throw new IllegalArgumentException("a stack needs at least one layer");
    }
    Problems problems = new Problems();
    check("profile " + profile.id(), profile, weights.size(), problems);
    problems.throwIfAny();
  }

  /**
   * Notes why a model cannot be run as a profile says.
   *
   * @param where what to call the profile
   * @param layers decoder layers of the model
   */
  public static void check(
      String where, CompressionProfile profile, int layers, Problems problems) {
    for (LayerPlan plan : profile.layers()) {
      if (plan.layer() >= layers) {
        problems.add(
            where,
            "plans layer %d, but the model has %d layers".formatted(plan.layer(), layers),
            "layers count from 0");
      }
    }
  }

  @Override
  public List<NDArray> weights(int layer) {
    return weights.get(layer).arrays();
  }

  public int size() {
    return weights.size();
  }

  /** Tokens of a group of a layer's cached keys by channel; 0 where they are grouped by token. */
  int keyGroup(LayerPlan plan) {
    return KvLayout.keyGroup(profile.kvGrouping(), plan);
  }

  /** As {@link #keyGroup(LayerPlan)} of any layer that has groups by channel. */
  int treeKeyGroup() {
    return plans().stream().mapToInt(this::keyGroup).max().orElse(0);
  }

  /** What is done to each layer, in order. */
  public List<LayerPlan> plans() {
    return IntStream.range(0, size()).mapToObj(profile::layer).toList();
  }
}
