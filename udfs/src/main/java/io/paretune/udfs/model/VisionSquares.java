package io.paretune.udfs.model;

import java.util.List;
import java.util.Map;

/**
 * What a calibration pass saw before the decoder: for each linear layer the sum over tokens of the
 * squared input of every channel, an image's tokens once.
 *
 * @param towerTokens how many tokens went through the vision tower, class tokens among them
 * @param tower by encoder layer, then by site
 * @param projectorTokens how many tokens went through the projector
 * @param projector by site: {@link InputSite#MLP} and {@link InputSite#MLP_DOWN}
 */
public record VisionSquares(
    long towerTokens,
    List<Map<InputSite, double[]>> tower,
    long projectorTokens,
    Map<InputSite, double[]> projector) {
  public VisionSquares {
    tower = List.copyOf(tower);
    projector = Map.copyOf(projector);
  }
}
