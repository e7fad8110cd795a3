package io.paretune.udfs.checkpoint;

/**
 * The CLIP vision encoder: {@code vision_config}.
 *
 * @param imageSize side of the square image, in pixels
 * @param patchSize side of a patch, in pixels
 */
public record VisionConfig(
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int imageSize,
    int patchSize,
    double layerNormEps,
    Activation activation) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a size is not positive, {@code heads} does not divide
   *     {@code hiddenSize} or a patch is larger than the image
   */
  public VisionConfig {
    requirePositive("hiddenSize", hiddenSize);
    requirePositive("intermediateSize", intermediateSize);
    requirePositive("layers", layers);
    requirePositive("heads", heads);
    requirePositive("imageSize", imageSize);
    requirePositive("patchSize", patchSize);
    requirePositive("layerNormEps", layerNormEps);
    if (hiddenSize % heads != 0) {
      throw new IllegalArgumentException(
          "heads must divide hiddenSize, was " + heads + " of " + hiddenSize);
    }
    if (patchSize > imageSize) {
      throw new IllegalArgumentException(
          "patchSize must be at most imageSize, was " + patchSize + " of " + imageSize);
    }
  }

  /** Patches of an image, the class token not counted. */
  public int patches() {
    int side = imageSize / patchSize;
    return side * side;
  }

  static void requirePositive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must be positive, was " + value);
    }
  }
}
