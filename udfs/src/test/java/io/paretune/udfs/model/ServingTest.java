package io.paretune.udfs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.kvcache.KvLayout;
import io.paretune.udfs.kvcache.KvSequence;
import io.paretune.udfs.kvcache.KvStorage;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.KvGrouping;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.MaskKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paged, packed keys and values hold what the evaluation's cache holds, and no more memory. */
class ServingTest {
  private static final String IMAGE = "exact-96.png";
  private static final int[] EVERY_BITS = {2, 3, 4, 6, 8, 16, 3, 2};
  private static LoadedModel loaded;

  @BeforeAll
  static void load() {
    loaded = LoadedModel.open(Goldens.DEMO);
  }

  @AfterAll
  static void unload() {
    loaded.close();
  }

  @Test
  void aQuantizedCacheAnswersAsTheReferenceDoes() {
    for (JsonElement element : Goldens.quantizedCacheCases()) {
      JsonObject golden = element.getAsJsonObject();
      List<LayerPlan> plans = new ArrayList<>();
      for (JsonElement bits : golden.getAsJsonArray("bits")) {
        int key = bits.getAsJsonArray().get(0).getAsInt();
        plans.add(LayerPlan.of(plans.size(), 0, key, bits.getAsJsonArray().get(1).getAsInt()));
      }
      LayerStack layers =
          stack(KvGrouping.ofKey(golden.get("kv_grouping").getAsString()).orElseThrow(), plans);
      List<Continuation> options =
          LoadedModel.strings(golden, "options").stream()
              .map(o -> loaded.option(golden.get("question").getAsString(), o))
              .toList();
      double[] expected =
          golden.getAsJsonArray("option_logprobs").asList().stream()
              .mapToDouble(JsonElement::getAsDouble)
              .toArray();
      try (NDManager pass = loaded.model().newManager();
          KvCache prefix =
              loaded.model().prefill(pass, layers, before(), loaded.features(pass, IMAGE))) {
        double[] scores =
            loaded.model().scores(layers, prefix, List.of(TokenTree.scoring(options))).get(0);
        for (int o = 0; o < expected.length; o++) {
          // A value on the border of two codes may fall to either side; other rules are off by
          // more.
          assertThat(scores[o])
              .as("%s, %s, option %d", golden.get("kv_grouping"), golden.get("question"), o)
              .isCloseTo(expected[o], within(0.01 + 5e-4 * Math.abs(expected[o])));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KvGrouping.class)
  void packedBitsGiveBitForBitWhatPlainNumbersGive(KvGrouping grouping) {
    LayerStack layers = everyBits(grouping);
    assertThat(story(layers, KvStorage.PACKED, 11)).isEqualTo(story(layers, KvStorage.PLAIN, 11));
  }

  @ParameterizedTest
  @EnumSource(KvGrouping.class)
  void treesOverPagesAnswerBitForBitAsInEvaluation(KvGrouping grouping) {
    LayerStack layers = everyBits(grouping);
    List<TokenTree> tree =
        List.of(
            TokenTree.scoring(
                List.of(
                    loaded.option("Is there a circle in the picture?", "yes"),
                    loaded.option("Is there a circle in the picture?", "a green circle"))));
    try (NDManager pass = loaded.model().newManager();
        Serving serving = loaded.model().serving(pass, layers, KvStorage.PACKED);
        KvSequence sequence = serving.pages().newSequence()) {
      NDArray features = loaded.features(pass, IMAGE);
      serving.prefill(List.of(sequence), before(), features);
      try (KvCache paged = serving.cache(List.of(sequence));
          KvCache plain = loaded.model().prefill(pass, layers, before(), features)) {
        assertThat(loaded.model().scores(layers, paged, tree).get(0))
            .isEqualTo(loaded.model().scores(layers, plain, tree).get(0));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 40})
  void chunksOfThePromptChangeNothing(int chunk) {
    for (KvGrouping grouping : KvGrouping.values()) {
      LayerStack layers = bits(grouping, 4, 4);
      float[] whole = story(layers, KvStorage.PACKED, Integer.MAX_VALUE);
      assertThat(story(layers, KvStorage.PACKED, chunk)).containsExactly(whole, within(2e-3f));
    }
  }

  @ParameterizedTest
  @EnumSource(KvGrouping.class)
  void sequencesOfAnyLengthAreServedTogetherAsAlone(KvGrouping grouping) {
    LayerStack layers = bits(grouping, 6, 4);
    int[] lengths = {3, 31, 32, 70};
    try (NDManager pass = loaded.model().newManager();
        Serving serving = loaded.model().serving(pass, layers, KvStorage.PACKED)) {
      List<KvSequence> together = new ArrayList<>();
      List<float[]> alone = new ArrayList<>();
      for (int length : lengths) {
        KvSequence sequence = serving.pages().newSequence();
        serving.extend(pass, List.of(sequence), List.of(text(length))).close();
        together.add(sequence);
        try (KvSequence copy = serving.pages().fork(sequence)) {
          alone.add(decode(pass, serving, List.of(copy)));
        }
      }
      float[] all = decode(pass, serving, together);
      int vocabulary = all.length / lengths.length;
      for (int b = 0; b < lengths.length; b++) {
        assertThat(Arrays.copyOfRange(all, b * vocabulary, (b + 1) * vocabulary))
            .containsExactly(alone.get(b), within(1e-4f));
      }
      together.forEach(KvSequence::close);
      assertThat(serving.pages().blocksHeld()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(KvGrouping.class)
  void whatBeginsAlikeIsStoredOnceAndForksDoNotDisturbOneAnother(KvGrouping grouping) {
    LayerStack layers = bits(grouping, 3, 2);
    try (NDManager pass = loaded.model().newManager();
        Serving serving = loaded.model().serving(pass, layers, KvStorage.PACKED);
        KvSequence image = serving.pages().newSequence()) {
      serving.extend(pass, List.of(image), List.of(text(70))).close(); // 2 full blocks and 6 tokens
      assertThat(serving.pages().blocksHeld()).isEqualTo(3);
      KvSequence a = serving.pages().fork(image);
      KvSequence b = serving.pages().fork(image);
      assertThat(serving.pages().blocksHeld()).isEqualTo(5); // each a copy of the last block alone
      float[] first = decode(pass, serving, List.of(a));
      long[] other = LongStream.range(900, 930).toArray();
      serving.extend(pass, List.of(b), List.of(other)).close();
      try (KvSequence again = serving.pages().fork(image)) {
        assertThat(decode(pass, serving, List.of(again))).isEqualTo(first);
      }
      a.close();
      b.close();
      assertThat(serving.pages().blocksHeld()).isEqualTo(3);
      long bytes = serving.pages().bytes();
      serving.pages().fork(image).close();
      assertThat(serving.pages().bytes())
          .isEqualTo(bytes); // blocks that were given back serve again
    }
  }

  @ParameterizedTest
  @EnumSource(KvGrouping.class)
  void pagesTakeTheBytesThatTheFootprintSays(KvGrouping grouping) {
    DecoderShape shape = DecoderShape.of(loaded.checkpoint());
    for (int bits : List.of(8, 6, 4, 3, 2)) {
      LayerStack layers = bits(grouping, bits, bits == 8 ? 3 : 8);
      try (NDManager pass = loaded.model().newManager();
          Serving serving = loaded.model().serving(pass, layers, KvStorage.PACKED)) {
        List<KvSequence> requests =
            IntStream.range(0, 3).mapToObj(i -> serving.pages().newSequence()).toList();
        serving.pages().append(requests, 128);
        long open = // raw keys of a group that is not whole: there is none at 128 tokens
            grouping == KvGrouping.TOKEN ? 0 : 8L * 3 * 32 * shape.kvHeads() * shape.headDim() * 4;
        assertThat(serving.pages().bytes() - open)
            .isEqualTo(new MemoryFootprint(shape, new Workload(3, 128)).kvBytes(layers.profile()));
      }
    }
  }

  @Test
  void headsThatBytesDoNotDivideAreRefusedBeforeAnythingIsPacked() {
    List<LayerPlan> plans = List.of(LayerPlan.of(0, 0, 4, 16));
    assertThatThrownBy(() -> new KvLayout(1, 12, KvGrouping.TOKEN, plans, KvStorage.PACKED))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("head_dim: 12 is no multiple of 8");
    assertThat(new KvLayout(1, 12, KvGrouping.TOKEN, plans, KvStorage.PLAIN).layers()).isOne();
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() {
    LayerStack layers = bits(KvGrouping.TOKEN, 8, 8);
    try (NDManager pass = loaded.model().newManager();
        Serving serving = loaded.model().serving(pass, layers, KvStorage.PACKED);
        Serving other = loaded.model().serving(pass, layers, KvStorage.PACKED)) {
      KvSequence a = serving.pages().newSequence();
      KvSequence b = serving.pages().newSequence();
      serving.extend(pass, List.of(a), List.of(text(3))).close();
      assertThatThrownBy(() -> serving.extend(pass, List.of(a, b), List.of(text(2), text(2))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the sequences must be of equal length");
      assertThatThrownBy(() -> other.decode(pass, List.of(a), new long[] {1}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the sequence lies in other pages");
      a.close();
      assertThatThrownBy(() -> serving.decode(pass, List.of(a), new long[] {1}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the sequence is closed");
    }
  }

  /**
   * A prompt of an image and 50 tokens in chunks, then six tokens: what follows each of the last.
   */
  private static float[] story(LayerStack layers, KvStorage storage, int chunk) {
    try (NDManager pass = loaded.model().newManager();
        Serving serving = loaded.model().serving(pass, layers, storage);
        KvSequence sequence = serving.pages().newSequence()) {
      serving.prefill(List.of(sequence), before(), loaded.features(pass, IMAGE));
      long[] text = text(50);
      NDList last = new NDList();
      for (int at = 0; at < text.length; at += Math.min(chunk, text.length)) {
        long[] part = Arrays.copyOfRange(text, at, Math.min(text.length, at + Math.min(chunk, 50)));
        NDArray next = serving.extend(pass, List.of(sequence), List.of(part));
        last.clear();
        last.add(next);
      }
      for (long token : text(6)) {
        last.add(serving.decode(pass, List.of(sequence), new long[] {token}));
      }
      return NDArrays.concat(last).toFloatArray();
    }
  }

  private static float[] decode(NDManager pass, Serving serving, List<KvSequence> sequences) {
    long[] tokens = new long[sequences.size()];
    Arrays.fill(tokens, 77);
    serving.decode(pass, sequences, tokens).close();
    return serving.decode(pass, sequences, tokens).toFloatArray();
  }

  private static long[] text(int tokens) {
    return LongStream.range(0, tokens).map(i -> 300 + i * 37 % 1000).toArray();
  }

  private static long[] before() {
    return loaded.prompt("?").before();
  }

  private static LayerStack everyBits(KvGrouping grouping) {
    List<LayerPlan> plans = new ArrayList<>();
    for (int i = 0; i < EVERY_BITS.length; i++) {
      plans.add(LayerPlan.of(i, 0, EVERY_BITS[i], EVERY_BITS[EVERY_BITS.length - 1 - i]));
    }
    return stack(grouping, plans);
  }

  private static LayerStack bits(KvGrouping grouping, int keyBits, int valueBits) {
    return stack(
        grouping,
        IntStream.range(0, 8).mapToObj(i -> LayerPlan.of(i, 0, keyBits, valueBits)).toList());
  }

  private static LayerStack stack(KvGrouping grouping, List<LayerPlan> plans) {
    return new LayerStack(
        loaded.model().dense().weights(),
        new CompressionProfile(CriterionName.WANDA, MaskKind.ONE_SHOT, grouping, plans));
  }
}
