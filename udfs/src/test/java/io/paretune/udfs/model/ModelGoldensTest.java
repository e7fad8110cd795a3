package io.paretune.udfs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.kvcache.KvCache;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From image bytes and text, against transformers; {@code src/test/python/make_goldens.py}. */
class ModelGoldensTest {
  private static final float CLOSE = 1e-4f;
  @TempDir Path temporary;

  @Test
  void theDemoModelAnswersAsInTransformers() {
    try (LoadedModel demo = LoadedModel.open(Goldens.DEMO)) {
      answersAsInTransformers(demo, "demo");
    }
  }

  @Test
  void aModelOfAnotherShapeAnswersAsInTransformers() {
    try (LoadedModel random = LoadedModel.open(Goldens.randomCheckpoint(temporary))) {
      answersAsInTransformers(random, "random-llava");
    }
  }

  private static void answersAsInTransformers(LoadedModel loaded, String name) {
    MultimodalModel model = loaded.model();
    JsonArray cases = Goldens.cases(name);
    for (int i = 0; i < cases.size(); i++) {
      JsonObject golden = cases.get(i).getAsJsonObject();
      String question = golden.get("question").getAsString();
      LoadedModel.Prompt prompt = loaded.prompt(question);
      try (NDManager pass = model.newManager()) {
        var features = loaded.features(pass, golden.get("image").getAsString());
        KvCache prefix = model.prefill(pass, model.dense(), prompt.before(), features);
        List<TokenTree> whole = List.of(TokenTree.whole(List.of(prompt.after())));

        assertThat(model.logProbabilities(pass, model.dense(), prefix, whole).toFloatArray())
            .containsExactly(logSoftmax(Goldens.floats(name + "/" + i + "/logits")), within(CLOSE));

        List<Continuation> options =
            LoadedModel.strings(golden, "options").stream()
                .map(o -> loaded.option(question, o))
                .toList();
        double[] scores =
            model.scores(model.dense(), prefix, List.of(TokenTree.scoring(options))).get(0);
        assertThat(scores)
            .containsExactly(
                numbers(golden, "option_logprobs").mapToDouble(JsonElement::getAsDouble).toArray(),
                within((double) CLOSE));

        long[] generated =
            numbers(golden, "generated_ids").mapToLong(JsonElement::getAsLong).toArray();
        List<Long> ends = model.config().text().eosTokenIds();
        int limit = generated.length;
        long[] answer = Arrays.stream(generated).takeWhile(t -> !ends.contains(t)).toArray();
        StopRules rules = StopRules.of(ends, limit);
        assertThat(
                model
                    .generateAfter(
                        (owner, from, to) ->
                            model.prefill(owner, model.dense(), prompt.before(), features),
                        model.dense(),
                        List.of(List.of(new OpenPrompt(prompt.after(), rules))),
                        4,
                        () -> {})
                    .get(0))
            .containsExactly(answer);
      }
    }
  }

  @Test
  void featuresAreThoseOfTransformers() {
    try (LoadedModel demo = LoadedModel.open(Goldens.DEMO);
        LoadedModel random = LoadedModel.open(Goldens.randomCheckpoint(temporary))) {
      assertFeatures(demo, "demo", "exact-96.png");
      assertFeatures(random, "random-llava", "exact-56.png");
      assertFeatures(random, "random-llava", "large.png");
    }
  }

  private static void assertFeatures(LoadedModel loaded, String name, String image) {
    try (NDManager pass = loaded.model().newManager()) {
      assertThat(loaded.features(pass, image).toFloatArray())
          .containsExactly(Goldens.floats(name + "/" + image + "/features"), within(CLOSE));
    }
  }

  private static Stream<JsonElement> numbers(JsonObject golden, String key) {
    return golden.getAsJsonArray(key).asList().stream();
  }

  private static float[] logSoftmax(float[] logits) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    float[] result = new float[logits.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (logits[i] - Math.log(sum));
    }
    return result;
  }
}
