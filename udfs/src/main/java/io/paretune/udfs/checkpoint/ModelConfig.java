package io.paretune.udfs.checkpoint;

/**
 * A {@code LlavaForConditionalGeneration}: vision encoder, projector of two linear layers, decoder.
 *
 * @param imageTokenId the token of the prompt that the image's features take the place of
 * @param visionFeatureLayer the hidden state that goes to the projector, as in {@code config.json}:
 *     0 is the encoder's input, 1 the first layer's output, −1 the last layer's
 * @param projectorActivation between the projector's two layers
 * @param dtype the type that the model was saved to be run in
 */
public record ModelConfig(
    DecoderConfig text,
    VisionConfig vision,
    long imageTokenId,
    int visionFeatureLayer,
    FeatureSelect select,
    Activation projectorActivation,
    DType dtype) {
  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException if the feature layer is not one of the encoder's or the image
   *     token is not in the vocabulary
   */
  public ModelConfig {
    if (visionFeatureLayer > vision.layers() || visionFeatureLayer < -vision.layers() - 1) {
      throw new IllegalArgumentException(
          "visionFeatureLayer must be in [%d, %d], was %d"
              .formatted(-vision.layers() - 1, vision.layers(), visionFeatureLayer));
    }
    if (imageTokenId < 0 || imageTokenId >= text.vocabSize()) {
      throw new IllegalArgumentException(
          "imageTokenId must be in the vocabulary of "
              + text.vocabSize()
              + ", was "
              + imageTokenId);
    }
    if (!dtype.isWeight()) {
      throw new IllegalArgumentException("dtype must be one of weights, was " + dtype);
    }
  }

  /** How many of the vision encoder's layers run; those after the feature layer never do. */
  public int visionLayersUsed() {
    return visionFeatureLayer >= 0 ? visionFeatureLayer : vision.layers() + 1 + visionFeatureLayer;
  }

  /** Tokens that an image takes in the decoder. */
  public int imageTokens() {
    return vision.patches() + (select == FeatureSelect.FULL ? 1 : 0);
  }
}
