package io.paretune.udfs.checkpoint;

import java.util.List;

/**
 * The LLaMA decoder: {@code text_config}.
 *
 * @param headDim width of one head; {@code heads × headDim} need not be {@code hiddenSize}
 * @param kvHeads key and value heads, a divisor of {@code heads}
 * @param maxPositions the most tokens that the model was made for
 * @param tieWordEmbeddings whether the output layer is the embedding itself
 * @param eosTokenIds the tokens that end a generation; may be empty
 */
public record DecoderConfig(
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int vocabSize,
    double rmsNormEps,
    double ropeTheta,
    int maxPositions,
    boolean tieWordEmbeddings,
    List<Long> eosTokenIds) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a size is not positive, {@code kvHeads} does not divide
   *     {@code heads} or {@code headDim} is odd (rotary positions turn pairs)
   */
  public DecoderConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
    VisionConfig.requirePositive("hiddenSize", hiddenSize);
    VisionConfig.requirePositive("intermediateSize", intermediateSize);
    VisionConfig.requirePositive("layers", layers);
    VisionConfig.requirePositive("heads", heads);
    VisionConfig.requirePositive("kvHeads", kvHeads);
    VisionConfig.requirePositive("headDim", headDim);
    VisionConfig.requirePositive("vocabSize", vocabSize);
    VisionConfig.requirePositive("maxPositions", maxPositions);
    VisionConfig.requirePositive("rmsNormEps", rmsNormEps);
    VisionConfig.requirePositive("ropeTheta", ropeTheta);
    if (heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "kvHeads must divide heads, was " + kvHeads + " of " + heads);
    }
    if (headDim % 2 != 0) {
      throw new IllegalArgumentException("headDim must be even, was " + headDim);
    }
  }
}
