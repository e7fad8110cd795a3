package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.checkpoint.DType;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.kvcache.PlainKvCache;
import io.paretune.udfs.profile.LayerPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The LLaMA decoder (arXiv 2302.13971 §2.2) over any stack of layers; it holds only what candidates
 * share. Shapes as in {@code decoder.py}.
 */
final class Decoder {
  private final TorchScript script;
  private final DecoderConfig config;
  private final RotaryTable rotary;
  private final NDArray embedding;
  private final NDArray norm;
  private final NDArray output;

  /**
   * @param computed the type that hidden states have; the weights may have another
   */
  Decoder(DecoderConfig config, WeightReader weights, TorchScript script, DType computed) {
    this.script = script;
    this.config = config;
    this.rotary = new RotaryTable(config);
    this.embedding = weights.read("language_model.model.embed_tokens.weight"); // (V, H)
    this.norm = weights.readAs(computed, "language_model.model.norm.weight"); // (H)
    this.output =
        config.tieWordEmbeddings() ? embedding : weights.read("language_model.lm_head.weight");
  }

  static LayerWeights layer(WeightReader weights, int index) {
    String at = "language_model.model.layers." + index + ".";
    String attention = at + "self_attn.";
    return new LayerWeights(
        weights.read(at + "input_layernorm.weight"),
        weights.readRows(
            attention + "q_proj.weight", attention + "k_proj.weight", attention + "v_proj.weight"),
        weights.read(attention + "o_proj.weight"),
        weights.read(at + "post_attention_layernorm.weight"),
        weights.readRows(at + "mlp.gate_proj.weight", at + "mlp.up_proj.weight"),
        weights.read(at + "mlp.down_proj.weight"));
  }

  /**
   * Runs the tokens before and of each image, the same number for all.
   *
   * @param features (I, T, H)
   */
  KvCache prefill(
      NDManager owner, LayerStack layers, long[] before, NDArray features, SquareSums sums) {
    NDManager kept = owner.newSubManager();
    return Undo.unlessDone(kept::close, () -> prefill(owner, kept, layers, before, features, sums));
  }

  private KvCache prefill(
      NDManager owner,
      NDManager kept,
      LayerStack layers,
      long[] before,
      NDArray features,
      SquareSums sums) {
    List<NDArray> keys = new ArrayList<>();
    List<NDArray> values = new ArrayList<>();
    try (NDManager pass = owner.newSubManager()) {
      int images = Math.toIntExact(features.getShape().get(0));
      int tokens = before.length + Math.toIntExact(features.getShape().get(1));
      RotaryTable.Rows rows = rotary.repeated(pass, images, tokens);
      NDArray weight = sums.tokenWeights(pass, ones(images * tokens));
      NDArray x = embedPrefix(pass, before, features); // (I·P, H)
      for (LayerPlan plan : layers.plans()) {
        LayerWeights w = layers.weights().get(plan.layer());
        int group = layers.keyGroup(plan);
        if (plan.layer() == layers.size() - 1 && !sums.wanted()) {
          NDList result =
              script.call(kept, "prefix_keys_values", prefix(x, w, rows, images, plan, group));
          keys.add(result.get(0));
          values.add(result.get(1));
        } else {
          NDList result = prefixLayer(kept, x, w, rows, images, plan, group, weight);
          x.close();
          x = result.get(0);
          x.attach(pass);
          keys.add(result.get(1));
          values.add(result.get(2));
          sums.add(plan.layer(), result.subNDList(3));
        }
      }
      return new PlainKvCache(kept, keys, values);
    }
  }

  /**
   * A layer over the rows of prefixes.
   *
   * @param x (I·P, H)
   * @param group tokens of a group of keys by channel, or 0
   * @param weight of each row in the sums of inputs that are wanted, if any are
   * @return the output, (I·P, H); keys and values, (I, G, P, D); the sums
   */
  NDList prefixLayer(
      NDManager owner,
      NDArray x,
      LayerWeights w,
      RotaryTable.Rows turn,
      int images,
      LayerPlan plan,
      int group,
      NDArray weight) {
    Object[] prefix = prefix(x, w, turn, images, plan, group);
    Object[] arguments = Arrays.copyOf(prefix, prefix.length + 1);
    arguments[prefix.length] = weight;
    return script.call(owner, "prefix_layer", arguments);
  }

  private Object[] prefix(
      NDArray x, LayerWeights w, RotaryTable.Rows turn, int images, LayerPlan plan, int group) {
    return new Object[] {
      x,
      w.arrays(),
      turn.cos(),
      turn.sin(),
      images,
      config.heads(),
      config.kvHeads(),
      config.rmsNormEps(),
      plan.keyBits(),
      plan.valueBits(),
      group
    };
  }

  /**
   * A layer over the rows of a forest.
   *
   * @param x (N, H)
   * @param prefixKeys (I, G, P, D)
   * @param prefixValues (I, G, P, D)
   * @param weight of each row in the sums of inputs that are wanted, if any are
   * @return the output of the rows that ask, (M, H); keys and values, (N, G, D); the sums
   */
  NDList treeLayer(
      NDManager owner,
      NDArray x,
      LayerWeights w,
      NDArray prefixKeys,
      NDArray prefixValues,
      TreeStep.Input in,
      LayerPlan plan,
      NDArray weight) {
    return script.call(
        owner,
        "tree_layer",
        x,
        w.arrays(),
        in.turn().cos(),
        in.turn().sin(),
        prefixKeys,
        prefixValues,
        in.keys(),
        in.queries(),
        in.mask(),
        in.read(),
        in.group(),
        in.members(),
        in.groups(),
        config.heads(),
        config.kvHeads(),
        config.rmsNormEps(),
        plan.keyBits(),
        plan.valueBits(),
        weight);
  }

  /** (N) to (H). */
  double[] meanEmbedding(NDManager pass, long[] tokens) {
    float[] rows = floats(pass, embed(pass, tokens));
    double[] mean = new double[rows.length / tokens.length];
    for (int i = 0; i < rows.length; i++) {
      mean[i % mean.length] += (double) rows[i] / tokens.length;
    }
    return mean;
  }

  /** Hidden states, whatever their type. */
  float[] floats(NDManager pass, NDArray states) {
    // DJL reads no bf16.
    return script
        .callOne(pass, "store_dense", states, WeightReader.torchType(DType.F32))
        .toFloatArray();
  }

  /** The decoder over these trees, one layer at a time. */
  LayerwiseForward layerwise(long[] before, int imageTokens, List<TokenTree> trees) {
    return new LayerwiseForward(this, config, before, imageTokens, trees);
  }

  /** The text before the image, the same for all, and each image's features: (I·P, H). */
  NDArray embedPrefix(NDManager owner, long[] before, NDArray features) {
    try (NDManager call = owner.newSubManager()) {
      return script.callOne(owner, "embed_prefix", embedding, call.create(before), features, norm);
    }
  }

  /** (N, H). */
  NDArray embed(NDManager owner, long[] tokens) {
    try (NDManager call = owner.newSubManager()) {
      return script.callOne(owner, "embed", embedding, call.create(tokens), norm);
    }
  }

  TorchScript script() {
    return script;
  }

  /** A tensor of the type that attention computes in. */
  NDArray like() {
    return norm;
  }

  RotaryTable rotary() {
    return rotary;
  }

  /** Log-probabilities of what follows each of the forest's rows that are read: (M, V). */
  NDArray read(NDManager owner, LayerStack layers, KvCache prefix, TokenForest forest) {
    try (NDManager pass = owner.newSubManager()) {
      NDArray x = trees(pass, layers, prefix, forest, TreeKeys.unwanted(), SquareSums.unwanted());
      return nextToken(owner, x);
    }
  }

  /** Each tree's scores from the table that {@link #read} gives for it. */
  List<double[]> scores(NDManager pass, NDArray table, List<TokenTree> trees, String profileId) {
    List<Long> rows = new ArrayList<>();
    List<Long> tokens = new ArrayList<>();
    long first = 0;
    for (TokenTree tree : trees) {
      int[] readNodes = tree.readNodes();
      for (TokenTree.Read read : tree.reads()) {
        rows.add(first + Arrays.binarySearch(readNodes, read.node()));
        tokens.add(read.token());
      }
      first += readNodes.length;
    }
    float[] picked =
        NonFiniteOutputException.requireFinite(
            profileId,
            script
                .callOne(pass, "pick", table, create(pass, rows), create(pass, tokens))
                .toFloatArray());
    List<double[]> scores = new ArrayList<>();
    int at = 0;
    for (TokenTree tree : trees) {
      double[] sums = new double[tree.sequences()];
      for (TokenTree.Read read : tree.reads()) {
        sums[read.sequence()] += picked[at++];
      }
      scores.add(sums);
    }
    return scores;
  }

  private static NDArray create(NDManager owner, List<Long> values) {
    return owner.create(values.stream().mapToLong(Long::longValue).toArray());
  }

  /** The likeliest token after each row of (M, H); −1 where the prediction is not a number. */
  long[] likeliest(NDManager owner, NDArray x) {
    return script.callOne(owner, "likeliest", nextToken(owner, x)).toLongArray();
  }

  /** (M, H) to (M, V). */
  NDArray nextToken(NDManager owner, NDArray x) {
    return script.callOne(owner, "next_token", x, norm, output, config.rmsNormEps());
  }

  /**
   * Runs a forest's rows.
   *
   * @param kept takes their keys and values
   * @return the rows that the trees want read, (M, H)
   */
  NDArray trees(
      NDManager pass,
      LayerStack layers,
      KvCache prefix,
      TokenForest forest,
      TreeKeys kept,
      SquareSums sums) {
    if (prefix.sequences() != forest.images()) {
      throw new IllegalArgumentException(
          "the cache holds %d images, there are trees for %d"
              .formatted(prefix.sequences(), forest.images()));
    }
    TreeStep step = new TreeStep(forest, (int) prefix.tokens(), layers.treeKeyGroup());
    TreeStep.Input all = step.input(pass, rotary);
    int[] reads = forest.reads();
    boolean readsAll = sums.wanted() || reads.length == forest.size();
    TreeStep.Input last = readsAll ? all : step.reading(pass, all, reads);
    NDArray weight = sums.tokenWeights(pass, step.multiplicities());
    NDArray x = embed(pass, step.tokens()); // (N, H)
    for (LayerPlan plan : layers.plans()) {
      int i = plan.layer();
      try (NDManager call = pass.newSubManager()) {
        NDList result =
            treeLayer(
                call,
                x,
                layers.weights().get(i),
                prefix.keys(call, i),
                prefix.values(call, i),
                i == layers.size() - 1 ? last : all,
                plan,
                weight);
        x.close();
        x = result.get(0);
        x.attach(pass);
        kept.add(result.get(1), result.get(2));
        sums.add(i, result.subNDList(3));
      }
    }
    return x;
  }

  /** Room for generation with the layers that {@code like} is a prefix of. */
  GenerationCache generationCache(NDManager owner, KvCache like, int images, int slots) {
    return new GenerationCache(owner, script, like, config.kvHeads(), images, slots);
  }

  /**
   * Runs one more token of each sequence and keeps its keys and values.
   *
   * @return (n, H)
   */
  NDArray decode(NDManager pass, LayerStack layers, GenerationCache cache, GenerationStep step) {
    RotaryTable.Rows rows = rotary.rows(pass, step.positions((int) cache.prefixes().tokens()));
    int[] slots = new int[step.size()];
    Arrays.setAll(slots, i -> i);
    int[] last = Arrays.stream(step.lengths()).map(length -> length - 1).toArray();
    NDArray write = pass.create(cache.targets(slots, last));
    NDArray ask = pass.create(step.ask());
    NDArray answer = pass.create(step.answer());
    NDArray unseen =
        pass.create(step.unseen()).reshape(new Shape(step.size(), 1, 1, step.longest()));
    NDArray noWeight = SquareSums.unwanted().tokenWeights(pass, new double[0]);
    NDArray x = embed(pass, step.tokens()); // (n, H)
    for (LayerPlan plan : layers.plans()) {
      int i = plan.layer();
      NDArray in = x;
      x =
          script.callOne(
              pass,
              "decode_layer",
              in,
              layers.weights().get(i).arrays(),
              rows.cos(),
              rows.sin(),
              cache.prefixes().keys(pass, i),
              cache.prefixes().values(pass, i),
              cache.tailKeys(i),
              cache.tailValues(i),
              write,
              ask,
              answer,
              unseen,
              step.images(),
              config.heads(),
              config.kvHeads(),
              config.rmsNormEps(),
              plan.keyBits(),
              plan.valueBits(),
              noWeight);
      in.close();
    }
    return x;
  }

  int maxPositions() {
    return config.maxPositions();
  }

  static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }
}
