package io.paretune.udfs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What must not change an answer does not; what breaks one is said. */
class ForwardInvarianceTest {
  private static final String[] IMAGES = {"exact-96.png", "large.png", "photo.jpg", "gray.png"};
  private static final List<String> QUESTIONS =
      List.of(
          "What color is the large shape?",
          "What color is the small shape on the left?",
          "Is there a circle in the picture?",
          "How many shapes are there?");
  private static final List<String> OPTIONS = List.of("yes", "no", "red", "a green circle");
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
  void sharingBatchingAndOrderChangeNoScore() {
    List<double[]> together = scores(dense(), IMAGES, QUESTIONS);
    for (int image = 0; image < IMAGES.length; image++) {
      for (int q = 0; q < QUESTIONS.size(); q++) {
        double[] alone =
            scores(dense(), new String[] {IMAGES[image]}, List.of(QUESTIONS.get(q))).get(0);
        for (int o = 0; o < OPTIONS.size(); o++) {
          assertThat(together.get(image)[q * OPTIONS.size() + o]).isCloseTo(alone[o], within(1e-4));
        }
      }
    }
    List<String> reversed = new ArrayList<>(QUESTIONS);
    Collections.reverse(reversed);
    List<double[]> backwards = scores(dense(), IMAGES, reversed);
    for (int o = 0; o < OPTIONS.size(); o++) {
      assertThat(backwards.get(1)[o])
          .isCloseTo(together.get(1)[(QUESTIONS.size() - 1) * OPTIONS.size() + o], within(1e-4));
    }
  }

  @Test
  void aProfileThatDoesNothingIsBitEqualToTheDenseModel() {
    assertBitEqual(scores(dense(), IMAGES, QUESTIONS), scores(bits(16, 16), IMAGES, QUESTIONS));
  }

  @Test
  void fewerBitsChangeTheScores() {
    assertThat(scores(bits(2, 16), IMAGES, QUESTIONS).get(0))
        .isNotEqualTo(scores(dense(), IMAGES, QUESTIONS).get(0));
    assertThat(scores(bits(16, 2), IMAGES, QUESTIONS).get(0))
        .isNotEqualTo(scores(dense(), IMAGES, QUESTIONS).get(0));
  }

  @Test
  void threadsDoNotDisturbOneAnother() throws Exception {
    List<double[]> expected = scores(bits(4, 3), IMAGES, QUESTIONS);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<List<double[]>> task = () -> scores(bits(4, 3), IMAGES, QUESTIONS);
      for (Future<List<double[]>> found : threads.invokeAll(Collections.nCopies(12, task))) {
        assertBitEqual(found.get(), expected);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void squaresCountAPrefixOnceAndASequenceEveryTime() {
    InputSquares a = squares(QUESTIONS.get(0));
    InputSquares b = squares(QUESTIONS.get(1));
    InputSquares twice = squares(QUESTIONS.get(1), QUESTIONS.get(1));
    InputSquares both = squares(QUESTIONS.get(0), QUESTIONS.get(1));
    assertThat(both.tokens() - a.tokens()).isEqualTo(twice.tokens() - b.tokens());
    assertThat(a.tokens())
        .isEqualTo(
            loaded.prompt(QUESTIONS.get(0)).before().length
                + 64
                + loaded.prompt(QUESTIONS.get(0)).after().length);
    for (int layer = 0; layer < 8; layer++) {
      for (InputSite site : InputSite.values()) {
        double[] expected = new double[a.sums(layer, site).length];
        for (int c = 0; c < expected.length; c++) {
          expected[c] =
              a.sums(layer, site)[c] + twice.sums(layer, site)[c] - b.sums(layer, site)[c];
          assertThat(both.sums(layer, site)[c])
              .isCloseTo(expected[c], within(1e-5 + 1e-4 * expected[c]));
        }
      }
    }
  }

  @Test
  void anOverflowIsReportedWithTheProfile() {
    LayerWeights layer = loaded.model().layer(0);
    try (NDManager pass = loaded.model().newManager()) {
      NDArray huge = layer.down().mul(1e38f);
      huge.attach(pass);
      List<LayerWeights> weights = new ArrayList<>(dense().weights());
      weights.set(
          0,
          new LayerWeights(
              layer.inputNorm(),
              layer.qkv(),
              layer.output(),
              layer.postNorm(),
              layer.gateUp(),
              huge));
      LayerStack broken = new LayerStack(weights, CompressionProfile.dense());
      assertThatThrownBy(() -> scores(broken, IMAGES, QUESTIONS))
          .isInstanceOf(NonFiniteOutputException.class)
          .hasMessageContaining("profile " + CompressionProfile.dense().id())
          .hasMessageContaining("log-probabilities are not finite");
    }
  }

  @Test
  void profilesThatCannotRunAreRefused() {
    List<LayerWeights> weights = dense().weights();
    assertThatThrownBy(
            () ->
                new LayerStack(
                    weights,
                    CompressionProfile.of(CriterionName.WANDA, List.of(LayerPlan.of(8, 0, 4, 4)))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("plans layer 8, but the model has 8 layers");
  }

  @Test
  void promptsPastTheLastPositionAreRefused() {
    String question = "shape ".repeat(600);
    assertThatThrownBy(() -> scores(dense(), new String[] {IMAGES[0]}, List.of(question)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the model's max_position_embeddings is 512");
  }

  @Test
  void evaluationsLeaveNoMemoryBehind() throws Exception {
    evaluateOneQuestion(60); // allocators and the JIT settle
    // A pass's cache alone has 0.4 MB: leaked, every round would grow by 80 MB. What the JIT and
    // the
    // heap take they take once.
    long leastGrowth = Long.MAX_VALUE;
    for (int round = 0; round < 4 && leastGrowth > 20L << 20; round++) {
      long before = residentBytes();
      evaluateOneQuestion(200);
      leastGrowth = Math.min(leastGrowth, residentBytes() - before);
    }
    assertThat(leastGrowth).isLessThan(20L << 20);
  }

  private static void evaluateOneQuestion(int times) {
    String[] image = {IMAGES[0]};
    for (int i = 0; i < times; i++) {
      scores(bits(4, 4), image, QUESTIONS.subList(0, 1));
    }
  }

  /** Anonymous memory of the process after a collection that gives the unused heap back. */
  private static long residentBytes() throws Exception {
    System.gc();
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("RssAnon:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IllegalStateException("no RssAnon in /proc/self/status");
  }

  private static LayerStack dense() {
    return loaded.model().dense();
  }

  private static LayerStack bits(int keyBits, int valueBits) {
    return new LayerStack(
        dense().weights(),
        CompressionProfile.uniform(CriterionName.WANDA, 8, 0, keyBits, valueBits));
  }

  private static List<double[]> scores(LayerStack layers, String[] images, List<String> questions) {
    List<Continuation> sequences =
        questions.stream().flatMap(q -> OPTIONS.stream().map(o -> loaded.option(q, o))).toList();
    try (NDManager pass = loaded.model().newManager();
        KvCache prefix = prefix(pass, layers, images)) {
      return loaded
          .model()
          .scores(layers, prefix, Collections.nCopies(images.length, TokenTree.scoring(sequences)));
    }
  }

  private static KvCache prefix(NDManager pass, LayerStack layers, String[] images) {
    long[] before = loaded.prompt("?").before();
    return loaded.model().prefill(pass, layers, before, loaded.features(pass, images));
  }

  private static InputSquares squares(String... questions) {
    try (NDManager pass = loaded.model().newManager()) {
      List<long[]> sequences = new ArrayList<>();
      for (String question : questions) {
        sequences.add(loaded.prompt(question).after());
      }
      return loaded
          .model()
          .inputSquares(
              dense(),
              loaded.prompt("?").before(),
              loaded.features(pass, IMAGES[0]),
              List.of(TokenTree.whole(sequences)));
    }
  }

  private static void assertBitEqual(List<double[]> a, List<double[]> b) {
    assertThat(a).hasSameSizeAs(b);
    for (int i = 0; i < a.size(); i++) {
      assertThat(a.get(i)).containsExactly(b.get(i));
    }
  }
}
