package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.kvcache.KvLayout;
import io.paretune.udfs.kvcache.KvPages;
import io.paretune.udfs.kvcache.KvSequence;
import io.paretune.udfs.kvcache.KvStorage;
import io.paretune.udfs.kvcache.PagedKvCache;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A compressed model as a server runs it: sequences over paged keys and values, prompts in chunks
 * of any size, then one token of each sequence at a time. What it predicts does not depend on
 * chunks, on who is served together or on what is shared. Not safe for use by many threads.
 */
public final class Serving implements AutoCloseable {
  private final Decoder decoder;
  private final DecoderConfig config;
  private final LayerSource layers;
  private final KvPages pages;

  Serving(
      NDManager owner,
      Decoder decoder,
      DecoderConfig config,
      CompressionProfile profile,
      LayerSource layers,
      KvStorage storage) {
    this.decoder = decoder;
    this.config = config;
    this.layers = layers;
    KvLayout layout =
        new KvLayout(
            config.kvHeads(),
            config.headDim(),
            profile.kvGrouping(),
            IntStream.range(0, config.layers()).mapToObj(profile::layer).toList(),
            storage);
    this.pages = new KvPages(owner, decoder.script(), layout, decoder.like());
  }

  /** Where its sequences' keys and values are. */
  public KvPages pages() {
    return pages;
  }

  /**
   * Runs the tokens before and of each image.
   *
   * @param sequences one an image, all without tokens
   * @param features (I, T, H)
   */
  public void prefill(List<KvSequence> sequences, long[] before, NDArray features) {
    try (NDManager pass = pages.newManager()) {
      NDArray x = decoder.embedPrefix(pass, before, features); // (I·P, H)
      forward(pass, sequences, x).close();
    }
  }

  /**
   * Runs further tokens, as many of each sequence, all of which are equally long.
   *
   * @param tokens by sequence
   * @return log-probabilities of what follows each sequence, (B, V) fp32
   */
  public NDArray extend(NDManager owner, List<KvSequence> sequences, List<long[]> tokens) {
    if (tokens.size() != sequences.size()
        || tokens.stream().anyMatch(t -> t.length == 0 || t.length != tokens.get(0).length)) {
      throw new IllegalArgumentException("every sequence gets as many tokens, at least one");
    }
    try (NDManager pass = pages.newManager()) {
      long[] all = tokens.stream().flatMapToLong(Arrays::stream).toArray();
      return decoder.nextToken(owner, forward(pass, sequences, decoder.embed(pass, all))); // (B, V)
    }
  }

  /** The last rows of the sequences after all layers: (B, H). */
  private NDArray forward(NDManager pass, List<KvSequence> sequences, NDArray embedded) {
    int past = sequences.get(0).tokens();
    if (sequences.stream().anyMatch(s -> s.tokens() != past)) {
      throw new IllegalArgumentException("the sequences must be of equal length");
    }
    int count = Math.toIntExact(embedded.getShape().get(0)) / sequences.size();
    pages.append(sequences, count);
    ExtendStep step = ExtendStep.of(pass, sequences, past);
    RotaryTable.Rows rows = decoder.rotary().rows(pass, step.positions());
    NDArray x = embedded;
    for (LayerPlan plan : pages.layout().plans()) {
      int i = plan.layer();
      NDArray next =
          script()
              .callOne(
                  pass,
                  "paged_extend_layer",
                  x,
                  layers.weights(i),
                  rows.cos(),
                  rows.sin(),
                  pages.keys(i),
                  pages.values(i),
                  pages.openKeys(i),
                  step.at(),
                  step.table(),
                  step.whole(),
                  step.open(),
                  past,
                  config.heads(),
                  config.kvHeads(),
                  config.rmsNormEps(),
                  plan.keyBits(),
                  plan.valueBits(),
                  pages.layout().storage() == KvStorage.PACKED,
                  pages.layout().keyGroup(plan.layer()));
      x.close();
      x = next;
    }
    return script().callOne(pass, "last_rows", x, sequences.size());
  }

  /**
   * Runs one further token of each sequence, of whatever length.
   *
   * @param tokens by sequence
   * @return log-probabilities of what follows each sequence, (B, V) fp32
   */
  public NDArray decode(NDManager owner, List<KvSequence> sequences, long[] tokens) {
    if (tokens.length != sequences.size() || tokens.length == 0) {
      throw new IllegalArgumentException(
          "%d sequences got %d tokens".formatted(sequences.size(), tokens.length));
    }
    pages.append(sequences, 1);
    try (NDManager pass = pages.newManager()) {
      DecodeStep byToken = DecodeStep.byToken(pass, sequences);
      DecodeStep byChannel =
          pages.layout().groupsKeys() ? DecodeStep.byChannel(pass, sequences) : byToken;
      RotaryTable.Rows rows = decoder.rotary().rows(pass, DecodeStep.positions(sequences));
      NDArray x = decoder.embed(pass, tokens); // (B, H)
      for (LayerPlan plan : pages.layout().plans()) {
        NDArray next = decodeLayer(pass, plan, x, rows, byToken, byChannel);
        x.close();
        x = next;
      }
      return decoder.nextToken(owner, x);
    }
  }

  private NDArray decodeLayer(
      NDManager pass,
      LayerPlan plan,
      NDArray x,
      RotaryTable.Rows rows,
      DecodeStep byToken,
      DecodeStep byChannel) {
    int i = plan.layer();
    int group = pages.layout().keyGroup(plan.layer());
    DecodeStep step = group > 0 ? byChannel : byToken;
    return script()
        .callOne(
            pass,
            "paged_decode_layer",
            x,
            layers.weights(i),
            rows.cos(),
            rows.sin(),
            pages.keys(i),
            pages.values(i),
            pages.openKeys(i),
            step.at(),
            step.table(),
            step.mask(),
            step.whole(),
            step.open(),
            step.openAt(),
            step.closing(),
            step.closingAt(),
            step.together(),
            config.heads(),
            config.kvHeads(),
            config.rmsNormEps(),
            plan.keyBits(),
            plan.valueBits(),
            pages.layout().storage() == KvStorage.PACKED,
            group);
  }

  private TorchScript script() {
    return decoder.script();
  }

  /**
   * The sequences, all equally long, for trees to hang off: what evaluates a profile, over the
   * memory that serves it. The sequences stay the caller's.
   */
  public KvCache cache(List<KvSequence> sequences) {
    return new PagedKvCache(pages, script(), sequences, decoder.like());
  }

  /** Frees all keys and values. */
  @Override
  public void close() {
    pages.close();
  }
}
