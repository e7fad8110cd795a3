package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.NativeEngine;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.kvcache.KvStorage;
import io.paretune.udfs.profile.CompressionProfile;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A {@code LlavaForConditionalGeneration} on a device: its dense weights and how to run any stack
 * of decoder layers over them. Safe for use by many threads; each pass owns its memory.
 *
 * <p>Shape legend: I images, T tokens of an image, P = text before it + T, S image side, H hidden,
 * V vocabulary.
 */
public final class MultimodalModel implements AutoCloseable {
  private final ModelConfig config;
  private final NDManager manager;
  private final ImageFeatures images;
  private final Decoder decoder;
  private final LayerStack dense;
  private final WeightPlace place;

  private MultimodalModel(
      ModelConfig config,
      NDManager manager,
      WeightReader weights,
      TorchScript script,
      ComputeType type) {
    this.config = config;
    this.manager = manager;
    this.decoder = new Decoder(config.text(), weights, script, type.dtype());
    this.images = new ImageFeatures(config, weights, script, decoder.like());
    this.place = new WeightPlace(manager, script, decoder.like());
    this.dense =
        new LayerStack(
            IntStream.range(0, config.text().layers())
                .mapToObj(i -> Decoder.layer(weights, i))
                .toList(),
            CompressionProfile.dense());
  }

  /** Reads all weights, whatever type the file has. */
  public static MultimodalModel load(Checkpoint checkpoint, Place place) {
    TorchScript script = TorchScript.compiled(place.device(), ModelKernels.TEXTS);
    NDManager manager = NativeEngine.newManager(place.device());
    return Undo.unlessDone(
        manager::close,
        () ->
            new MultimodalModel(
                checkpoint.config(),
                manager,
                new WeightReader(checkpoint, script, manager, place.type().dtype()),
                script,
                place.type()));
  }

  public ModelConfig config() {
    return config;
  }

  /** A manager for one pass; close it when its results are no longer needed. */
  public NDManager newManager() {
    return manager.newSubManager();
  }

  /** Where its weights are. */
  public WeightPlace place() {
    return place;
  }

  /** The dense layers. */
  public LayerStack dense() {
    return dense;
  }

  /** The dense weights of a layer; shared, never written to. */
  public LayerWeights layer(int index) {
    return dense.weights().get(index);
  }

  /**
   * What the decoder sees of each image.
   *
   * @param pixels per image, normalised, channel by channel: 3·S·S values
   * @return (I, T, H), fp32
   */
  public NDArray imageFeatures(NDManager owner, List<float[]> pixels) {
    return imageFeatures(owner, pixels, images.weights());
  }

  /** The same through other linear layers. */
  public NDArray imageFeatures(NDManager owner, List<float[]> pixels, VisionWeights weights) {
    return images.of(owner, pixels, weights);
  }

  /** The dense weights of vision tower and projector; shared, never written to. */
  public VisionWeights vision() {
    return images.weights();
  }

  /**
   * Sums the squared inputs of the dense linear layers before the decoder, for calibration.
   *
   * @param pixels per image, normalised, channel by channel: 3·S·S values
   */
  public VisionSquares visionSquares(List<float[]> pixels) {
    try (NDManager pass = newManager()) {
      return images.squares(pass, pixels, images.weights());
    }
  }

  /**
   * Runs the tokens up to and including the image, once per image, into a cache of values as
   * attention reads them.
   *
   * @param before the tokens before the image, the same for all
   * @param features (I, T, H)
   * @return the cache that trees hang off, image by image; its memory belongs to {@code owner}
   */
  public KvCache prefill(NDManager owner, LayerStack layers, long[] before, NDArray features) {
    return decoder.prefill(owner, layers, before, features, SquareSums.unwanted());
  }

  /**
   * The model with these layers as a server runs it.
   *
   * @param owner of the keys and values; close the result before it
   * @param storage how they are kept
   */
  public Serving serving(NDManager owner, LayerStack layers, KvStorage storage) {
    return new Serving(owner, decoder, config.text(), layers.profile(), layers, storage);
  }

  /**
   * The model's prediction after each node that the trees want read.
   *
   * @param trees one per image of the prefix
   * @return (nodes read, V) log-probabilities in fp32, tree after tree, nodes ascending
   */
  public NDArray logProbabilities(
      NDManager owner, LayerStack layers, KvCache prefix, List<TokenTree> trees) {
    return decoder.read(owner, layers, prefix, new TokenForest(trees));
  }

  /**
   * Scores the sequences of {@link TokenTree#scoring} trees.
   *
   * @param trees one per image of the prefix
   * @return for each tree, each sequence's sum of the log-probabilities of its scored tokens
   * @throws NonFiniteOutputException if one is not a finite number
   */
  public List<double[]> scores(LayerStack layers, KvCache prefix, List<TokenTree> trees) {
    try (NDManager pass = newManager()) {
      NDArray table = logProbabilities(pass, layers, prefix, trees);
      return decoder.scores(pass, table, trees, layers.profile().id());
    }
  }

  /**
   * Answers prompts greedily, {@code slots} of them at once: when an answer ends, the next prompt
   * takes its slot before the next step. An answer does not depend on what is answered beside it.
   *
   * @param prompts of each image; taken in this order
   * @param before the tokens before the image, the same for all
   * @param features of the images, each asked for once
   * @param betweenSteps called before every step; what it throws ends the generation
   * @return for each image, each prompt's answer without an end token
   * @throws NonFiniteOutputException if a prediction is not a number
   */
  public List<List<long[]>> generate(
      LayerStack layers,
      List<List<OpenPrompt>> prompts,
      long[] before,
      FeatureRun features,
      int slots,
      Runnable betweenSteps) {
    if (layers.treeKeyGroup() == 0) {
      return generateAfter(
          (owner, from, to) -> prefill(owner, layers, before, features.run(owner, from, to)),
          layers,
          prompts,
          slots,
          betweenSteps);
    }
    try (NDManager pass = newManager();
        Serving serving = serving(pass, layers, KvStorage.PLAIN)) {
      return new PagedGeneration(
              decoder,
              serving,
              layers.profile().id(),
              prompts,
              new PagedGeneration.ImagePrefix(before, features))
          .run(pass, slots, betweenSteps);
    }
  }

  /**
   * The same after prefixes that these layers ran, where keys are not grouped by channel.
   *
   * @param prefixes each asked for once
   */
  List<List<long[]>> generateAfter(
      PrefixRun prefixes,
      LayerStack layers,
      List<List<OpenPrompt>> prompts,
      int slots,
      Runnable betweenSteps) {
    try (NDManager pass = newManager()) {
      return new ContinuousGeneration(decoder, layers, prompts, prefixes, slots)
          .run(pass, betweenSteps);
    }
  }

  /**
   * Sums the squared inputs of every linear layer, for calibration: each image's prefix once, the
   * tokens of its sequences once per sequence.
   *
   * @param before the tokens before the image
   * @param features (I, T, H)
   * @param trees one per image, {@link TokenTree#whole} so that every token counts
   */
  public InputSquares inputSquares(
      LayerStack layers, long[] before, NDArray features, List<TokenTree> trees) {
    SquareSums sums = SquareSums.of(layers.size());
    TokenForest forest = new TokenForest(trees);
    try (NDManager pass = newManager();
        KvCache prefix = decoder.prefill(pass, layers, before, features, sums)) {
      decoder.trees(pass, layers, prefix, forest, TreeKeys.unwanted(), sums);
    }
    return sums.result();
  }

  /**
   * The mean of some tokens' embeddings: (H).
   *
   * @param tokens at least one
   */
  public double[] meanEmbedding(long[] tokens) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("there is no mean of no tokens");
    }
    try (NDManager pass = newManager()) {
      return decoder.meanEmbedding(pass, tokens);
    }
  }

  /**
   * The decoder over some images and trees, one layer at a time.
   *
   * @param before the tokens before the image
   * @param trees one per image, {@link TokenTree#whole} so that every token counts
   */
  public LayerwiseForward layerwise(long[] before, List<TokenTree> trees) {
    return decoder.layerwise(before, config.imageTokens(), trees);
  }

  @Override
  public void close() {
    manager.close();
  }
}
