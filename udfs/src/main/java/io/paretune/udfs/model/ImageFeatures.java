package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.checkpoint.VisionConfig;
import io.paretune.udfs.engine.TorchScript;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From pixels to what the decoder sees of an image: vision tower, then projector. */
final class ImageFeatures {
  private final VisionConfig config;
  private final VisionEncoder vision;
  private final Projector projector;

  /**
   * @param like of the type that hidden states have; the weights may have another
   */
  ImageFeatures(ModelConfig model, WeightReader weights, TorchScript script, NDArray like) {
    this.config = model.vision();
    this.vision = new ClipVit(model, weights, script, like);
    this.projector = new Projector(model, weights, script);
  }

  /** The dense weights. */
  VisionWeights weights() {
    return new VisionWeights(vision.layers(), projector.weights());
  }

  /**
   * What the decoder sees of each image.
   *
   * @param pixels per image, normalised, channel by channel: 3·S·S values
   * @param weights of the linear layers on the way
   * @return (I, T, H), fp32
   */
  NDArray of(NDManager owner, List<float[]> pixels, VisionSource weights) {
    try (NDManager pass = owner.newSubManager()) {
      NDArray states = vision.encode(pass, images(pass, pixels), weights);
      return projector.project(owner, states, weights);
    }
  }

  /** What the linear layers on the way see of these images. */
  VisionSquares squares(NDManager owner, List<float[]> pixels, VisionSource weights) {
    try (NDManager pass = owner.newSubManager()) {
      List<Map<InputSite, double[]>> tower = new ArrayList<>();
      NDArray states = vision.measure(pass, images(pass, pixels), weights, tower); // (I, C, E)
      return new VisionSquares(
          states.getShape().get(0) * states.getShape().get(1),
          tower,
          projector.tokens(states),
          projector.squares(pass, states, weights));
    }
  }

  /** (I, 3, S, S). */
  private NDArray images(NDManager pass, List<float[]> pixels) {
    int side = config.imageSize();
    int values = 3 * side * side;
    FloatBuffer all = FloatBuffer.allocate(Math.multiplyExact(pixels.size(), values));
    for (float[] image : pixels) {
      if (image.length != values) {
        throw new IllegalArgumentException(
            "an image of this model has %d values, got %d".formatted(values, image.length));
      }
      all.put(image);
    }
    return pass.create(all.array(), new Shape(pixels.size(), 3, side, side));
  }
}
