package io.paretune.udfs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.KvGrouping;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.MaskKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever is decoded beside a prompt, its answer is the one that whole forwards give, one prompt
 * at a time, without a cache.
 */
class ContinuousGenerationTest {
  private static final String[] IMAGES = {"exact-96.png", "large.png", "photo.jpg", "rgba.png"};
  private static final List<String> QUESTIONS =
      List.of(
          "What color is the large shape?",
          "What color is the small shape on the left?",
          "Is there a circle in the picture?",
          "Why?");

  /** Every answer is this long at most; end tokens do not end one, so that many steps are taken. */
  private static final int TOKENS = 10;

  private static LoadedModel loaded;
  private static final Map<Integer, long[][][]> ONE_BY_ONE = new HashMap<>();

  @BeforeAll
  @BeforeContainer
  static void load() {
    if (loaded == null) {
      loaded = LoadedModel.open(Goldens.DEMO);
    }
  }

  @AfterAll
  @AfterContainer
  static void unload() {
    if (loaded != null) {
      loaded.close();
      loaded = null;
    }
  }

  @Test
  void everyNumberOfBitsGivesTheAnswersOfOneByOne() {
    for (int bits : LayerPlan.KV_BITS) {
      List<List<long[]>> together = generate(bits, all(), endless(TOKENS), 7);
      for (int image = 0; image < IMAGES.length; image++) {
        for (int q = 0; q < QUESTIONS.size(); q++) {
          assertThat(together.get(image).get(q))
              .as("%d bits, image %d, question %d", bits, image, q)
              .containsExactly(oneByOne(bits)[image][q]);
        }
      }
    }
  }

  /** Answers are long enough to fill a group of 32 with what was generated. */
  @Test
  void keysGroupedByChannelGiveTheAnswersOfOneByOneToo() {
    LayerStack layers =
        new LayerStack(
            loaded.model().dense().weights(),
            new CompressionProfile(
                CriterionName.WANDA,
                MaskKind.ONE_SHOT,
                KvGrouping.CHANNEL_KEYS,
                IntStream.range(0, 8)
                    .mapToObj(l -> LayerPlan.of(l, 0, l < 4 ? 2 : 16, 4))
                    .toList()));
    int longest = 34;
    List<Asked> asked = List.of(new Asked(2, List.of(3, 0, 3)), new Asked(0, List.of(1)));
    int[] steps = {0};
    List<List<long[]>> answers =
        loaded
            .model()
            .generate(
                layers,
                prompts(asked, endless(longest)),
                loaded.prompt("?").before(),
                (owner, from, to) ->
                    loaded.features(
                        owner,
                        asked.subList(from, to).stream()
                            .map(a -> IMAGES[a.image()])
                            .toArray(String[]::new)),
                3,
                () -> steps[0]++);
    for (int i = 0; i < asked.size(); i++) {
      try (NDManager pass = loaded.model().newManager()) {
        KvCache prefix =
            loaded
                .model()
                .prefill(
                    pass,
                    layers,
                    loaded.prompt("?").before(),
                    loaded.features(pass, IMAGES[asked.get(i).image()]));
        for (int q = 0; q < asked.get(i).questions().size(); q++) {
          long[] prompt = loaded.prompt(QUESTIONS.get(asked.get(i).questions().get(q))).after();
          assertThat(answers.get(i).get(q)).containsExactly(naive(layers, prefix, prompt, longest));
        }
      }
    }
    assertThat(steps[0]).as("4 prompts, then 33 steps of three and of one").isEqualTo(4 + 2 * 33);
  }

  @Property(tries = 25, shrinking = ShrinkingMode.OFF)
  void noOrderOfAdmissionChangesAnAnswer(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int slots) {
    Random random = new Random(seed);
    List<Asked> asked = new ArrayList<>();
    List<Integer> images = new ArrayList<>(IntStream.range(0, IMAGES.length).boxed().toList());
    Collections.shuffle(images, random);
    for (int image : images.subList(0, 1 + random.nextInt(IMAGES.length))) {
      List<Integer> questions = new ArrayList<>();
      for (int n = 1 + random.nextInt(6); n > 0; n--) {
        questions.add(random.nextInt(QUESTIONS.size())); // some twice
      }
      asked.add(new Asked(image, questions));
    }
    int most = 1 + random.nextInt(TOKENS);
    // Ends answers after different numbers of tokens, by what they hold.
    long divisor = 2L + random.nextInt(5);
    StopRules rules = endless(most).orAfter(tokens -> tokens[tokens.length - 1] % divisor == 0);
    List<List<long[]>> answers = generate(16, asked, rules, slots);
    for (int i = 0; i < asked.size(); i++) {
      for (int q = 0; q < asked.get(i).questions().size(); q++) {
        long[] whole = oneByOne(16)[asked.get(i).image()][asked.get(i).questions().get(q)];
        int length = 1;
        while (length < most && whole[length - 1] % divisor != 0) {
          length++;
        }
        assertThat(answers.get(i).get(q)).containsExactly(Arrays.copyOf(whole, length));
      }
    }
  }

  @Test
  void endTokensEndAnAnswerAndAreNoPartOfIt() {
    long[] whole = oneByOne(16)[0][1];
    long end = whole[3];
    int first =
        IntStream.range(0, whole.length).filter(i -> whole[i] == end).findFirst().getAsInt();
    StopRules rules = StopRules.of(List.of(end), TOKENS);
    assertThat(generate(16, List.of(new Asked(0, List.of(1, 1))), rules, 2).get(0))
        .allSatisfy(answer -> assertThat(answer).containsExactly(Arrays.copyOf(whole, first)));
  }

  @Test
  void everyPrefixRunsOnceAndInOrder() {
    List<Integer> run = new ArrayList<>();
    loaded
        .model()
        .generateAfter(
            (owner, from, to) -> {
              IntStream.range(from, to).forEach(run::add);
              return prefix(owner, 16, all().subList(from, to));
            },
            dense(16),
            prompts(all(), endless(3)),
            4,
            () -> {});
    assertThat(run).containsExactly(0, 1, 2, 3);
  }

  @Test
  void aSlotThatIsFreeIsFilledBeforeTheNextStep() {
    List<Integer> steps = new ArrayList<>();
    int[] calls = {0};
    // 16 prompts of 5 tokens each: the first comes with the prompt, so each slot is held for 4
    // steps.
    loaded
        .model()
        .generateAfter(
            (owner, from, to) -> prefix(owner, 16, all().subList(from, to)),
            dense(16),
            prompts(all(), endless(5)),
            8,
            () -> steps.add(calls[0]++));
    assertThat(steps).hasSize(2 * 4);
  }

  @Test
  void answersEndAtTheModelsLastPosition() {
    String question = "shape ".repeat(420);
    long[] prompt = loaded.prompt(question).after();
    int prefixTokens = loaded.prompt("?").before().length + 64;
    int room = 512 - prefixTokens - prompt.length;
    assertThat(room).as("tokens that fit after the prompt").isBetween(1, 100);
    List<long[]> answer =
        loaded
            .model()
            .generateAfter(
                (owner, from, to) -> prefix(owner, 16, all().subList(0, 1)),
                dense(16),
                List.of(List.of(new OpenPrompt(prompt, endless(1000)))),
                1,
                () -> {})
            .get(0);
    assertThat(answer.get(0)).hasSize(room + 1); // what follows the last position is not run
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> StopRules.of(List.of(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxTokens must be positive, was 0");
    assertThatThrownBy(() -> generate(16, List.of(new Asked(0, List.of())), endless(1), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("every image a prompt");
    assertThatThrownBy(() -> generate(16, all(), endless(1), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("were 0 slots");
  }

  /** Questions, by number, about an image. */
  private record Asked(int image, List<Integer> questions) {}

  private static List<Asked> all() {
    List<Integer> questions = IntStream.range(0, QUESTIONS.size()).boxed().toList();
    return IntStream.range(0, IMAGES.length).mapToObj(i -> new Asked(i, questions)).toList();
  }

  private static StopRules endless(int tokens) {
    return StopRules.of(List.of(), tokens);
  }

  private static LayerStack dense(int bits) {
    return new LayerStack(
        loaded.model().dense().weights(),
        CompressionProfile.uniform(CriterionName.WANDA, 8, 0, bits, bits));
  }

  private static List<List<OpenPrompt>> prompts(List<Asked> asked, StopRules rules) {
    return asked.stream()
        .map(
            a ->
                a.questions().stream()
                    .map(q -> new OpenPrompt(loaded.prompt(QUESTIONS.get(q)).after(), rules))
                    .toList())
        .toList();
  }

  private static KvCache prefix(NDManager owner, int bits, List<Asked> asked) {
    String[] images = asked.stream().map(a -> IMAGES[a.image()]).toArray(String[]::new);
    return loaded
        .model()
        .prefill(owner, dense(bits), loaded.prompt("?").before(), loaded.features(owner, images));
  }

  private static List<List<long[]>> generate(
      int bits, List<Asked> asked, StopRules rules, int slots) {
    return loaded
        .model()
        .generateAfter(
            (owner, from, to) -> prefix(owner, bits, asked.subList(from, to)),
            dense(bits),
            prompts(asked, rules),
            slots,
            () -> {});
  }

  /** Answers by image and question: every token from a forward over everything before it. */
  private static long[][][] oneByOne(int bits) {
    return ONE_BY_ONE.computeIfAbsent(
        bits,
        key -> {
          long[][][] answers = new long[IMAGES.length][QUESTIONS.size()][];
          for (int image = 0; image < IMAGES.length; image++) {
            try (NDManager pass = loaded.model().newManager()) {
              KvCache prefix = prefix(pass, bits, all().subList(image, image + 1));
              for (int q = 0; q < QUESTIONS.size(); q++) {
                answers[image][q] =
                    naive(dense(bits), prefix, loaded.prompt(QUESTIONS.get(q)).after(), TOKENS);
              }
            }
          }
          return answers;
        });
  }

  private static long[] naive(LayerStack layers, KvCache prefix, long[] prompt, int tokens) {
    long[] all = prompt;
    for (int i = 0; i < tokens; i++) {
      try (NDManager step = loaded.model().newManager()) {
        NDArray table =
            loaded
                .model()
                .logProbabilities(step, layers, prefix, List.of(TokenTree.whole(List.of(all))));
        all = Arrays.copyOf(all, all.length + 1);
        all[all.length - 1] = table.argMax(1).toLongArray()[0];
      }
    }
    return Arrays.copyOfRange(all, prompt.length, all.length);
  }
}
