package io.paretune.jobs.template;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.CompressionProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Profiles of a model's frontier that a search on a sibling may start from. Layer l of {@code
 * layers} stands for the relative depth (l + 0.5) / layers.
 *
 * <pre>{"format": "paretune-template/1", "study": "…", "model_id": "…", "layers": 32,
 *  "points": [{"memory_share": 0.41, "score": 0.63, "profile": {"criterion": …, "layers": […]}}]}
 * </pre>
 *
 * @param study the search whose frontier it is
 * @param modelId the model, by its content's hash
 * @param layers how many decoder layers that model has
 * @param points small memory first; at least one
 */
public record Template(String study, String modelId, int layers, List<Point> points) {
  private static final String FORMAT = "paretune-template/1";

  /**
   * A point of the frontier.
   *
   * @param memoryShare its memory as a share of the dense model's
   * @param score of the trial behind it
   */
  public record Point(double memoryShare, double score, CompressionProfile profile) {}

  public Template {
    points = List.copyOf(points);
    if (points.isEmpty()) {
      throw new IllegalArgumentException("a template has at least one point");
    }
    for (Point point : points) {
      point.profile().layers().stream()
          .filter(plan -> plan.layer() >= layers)
          .findFirst()
          .ifPresent(
              plan -> {
                throw new IllegalArgumentException(
                    "a profile has layer %d, the model %d layers".formatted(plan.layer(), layers));
              });
    }
  }

  /** The file's text. */
  public String toJson() {
    JsonObject root = new JsonObject();
    root.addProperty("format", FORMAT);
    root.addProperty("study", study);
    root.addProperty("model_id", modelId);
    root.addProperty("layers", layers);
    JsonArray array = new JsonArray();
    for (Point point : points) {
      JsonObject one = new JsonObject();
      one.addProperty("memory_share", point.memoryShare());
      one.addProperty("score", point.score());
      one.add("profile", JsonParser.parseString(point.profile().canonicalJson()));
      array.add(one);
    }
    root.add("points", array);
    return new GsonBuilder().disableHtmlEscaping().create().toJson(root) + "\n";
  }

  /**
   * Reads a template.
   *
   * @param where the file, for messages
   * @throws InvalidInputException with every problem found
   */
  public static Template parse(String where, String json) {
    JsonObject root;
    try {
      root = JsonParser.parseString(json).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new InvalidInputException(
          where, "is not a JSON object", "name a file that `paretune template` wrote");
    }
    if (!text(root, "format").equals(Optional.of(FORMAT))) {
      throw new InvalidInputException(
          where,
          "\"format\" must be \"%s\", was %s".formatted(FORMAT, root.get("format")),
          "name a file that `paretune template` of this version wrote");
    }
    Problems problems = new Problems();
    Optional<String> study = text(root, "study");
    Optional<String> modelId = text(root, "model_id");
    for (String key : List.of("study", "model_id")) {
      if (text(root, key).isEmpty()) {
        problems.add(where, "\"%s\" must be a text, was %s".formatted(key, root.get(key)));
      }
    }
    double layers = number(root, "layers");
    if (!(layers >= 1 && layers <= 100_000 && layers == Math.rint(layers))) {
      problems.add(
          where, "\"layers\" must be a whole number of at least 1, was " + root.get("layers"));
    }
    List<Point> points = points(where, root, layers, problems);
    problems.throwIfAny();
    return new Template(study.orElseThrow(), modelId.orElseThrow(), (int) layers, points);
  }

  private static List<Point> points(
      String where, JsonObject root, double layers, Problems problems) {
    List<Point> points = new ArrayList<>();
    if (!(root.get("points") instanceof JsonArray array) || array.isEmpty()) {
      problems.add(where, "\"points\" must be a list of at least one, was " + root.get("points"));
      return points;
    }
    for (int i = 0; i < array.size(); i++) {
      String at = where + ": points[" + i + "]";
      if (!(array.get(i) instanceof JsonObject one) || !one.has("profile")) {
        problems.add(at, "must be an object with a \"profile\"");
        continue;
      }
      double share = number(one, "memory_share");
      double score = number(one, "score");
      if (!(share > 0) || !Double.isFinite(score)) {
        problems.add(
            at,
            "needs a \"memory_share\" above 0 and a \"score\", was %s and %s"
                .formatted(one.get("memory_share"), one.get("score")));
      }
      CompressionProfile profile =
          problems.collect(() -> CompressionProfile.parse(at, one.get("profile").toString()));
      if (profile == null) {
        continue;
      }
      if (profile.layers().stream().anyMatch(plan -> plan.layer() >= layers)) {
        problems.add(at, "the profile has a layer beyond \"layers\"");
      }
      points.add(new Point(share, score, profile));
    }
    return points;
  }

  private static Optional<String> text(JsonObject object, String key) {
    return object.get(key) instanceof JsonPrimitive p && p.isString()
        ? Optional.of(p.getAsString())
        : Optional.empty();
  }

  private static double number(JsonObject object, String key) {
    JsonElement value = object.get(key);
    return value instanceof JsonPrimitive p && p.isNumber() ? p.getAsDouble() : Double.NaN;
  }
}
