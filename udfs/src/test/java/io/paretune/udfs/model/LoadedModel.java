package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.engine.Place;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A checkpoint opened and loaded for tests, with what tests ask of prompts. */
record LoadedModel(Checkpoint checkpoint, MultimodalModel model) implements AutoCloseable {
  static LoadedModel open(Path directory) {
    Checkpoint checkpoint = Checkpoint.open(directory);
    return new LoadedModel(checkpoint, MultimodalModel.load(checkpoint, Place.HOST));
  }

  /** A prompt's tokens, cut at its image. */
  record Prompt(long[] before, long[] after) {}

  Prompt prompt(String question) {
    return split(checkpoint.chatTemplate().prompt(question));
  }

  /** The tokens after the image of a question and an option. */
  Continuation option(String question, String option) {
    String prompt = checkpoint.chatTemplate().prompt(question);
    return new Continuation(split(prompt + " " + option).after(), split(prompt).after().length);
  }

  private Prompt split(String text) {
    long[] ids = checkpoint.tokenizer().encode(text);
    int image = 0;
    while (ids[image] != model.config().imageTokenId()) {
      image++;
    }
    return new Prompt(Arrays.copyOf(ids, image), Arrays.copyOfRange(ids, image + 1, ids.length));
  }

  NDArray features(NDManager owner, String... images) {
    ImageProcessor processor = new ImageProcessor(checkpoint.imageProcessor());
    return model.imageFeatures(
        owner,
        Arrays.stream(images).map(name -> processor.pixels(Goldens.image(name), name)).toList());
  }

  static List<String> strings(JsonObject golden, String key) {
    JsonArray array = golden.getAsJsonArray(key);
    return array.asList().stream().map(JsonElement::getAsString).toList();
  }

  @Override
  public void close() {
    model.close();
    checkpoint.close();
  }
}
