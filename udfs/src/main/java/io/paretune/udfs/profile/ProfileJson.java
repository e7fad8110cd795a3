package io.paretune.udfs.profile;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON form of a profile (README, One profile). */
final class ProfileJson {
  private static final String TOWER = "vision_pruning_ratio";
  private static final String PROJECTOR = "projector_pruning_ratio";
  private static final Set<String> KEYS =
      Set.of("criterion", "mask", "kv_grouping", TOWER, PROJECTOR, "layers");
  private static final Set<String> LAYER_KEYS =
      Set.of("layer", "pruning_ratio", "pattern", "key_bits", "value_bits");

  private final String where;
  private final Problems problems = new Problems();

  private ProfileJson(String where) {
    this.where = where;
  }

  /**
   * Reads a profile and reports everything that is wrong with it at once.
   *
   * @param where what to call it in an error, such as the file's path
   * @throws InvalidInputException with every problem found
   */
  static CompressionProfile parse(String where, String json) {
    JsonElement root;
    try {
      root = JsonParser.parseString(json);
    } catch (JsonParseException e) {
      throw new InvalidInputException(where, "is not JSON: " + e.getMessage());
    }
    if (!root.isJsonObject()) {
      throw new InvalidInputException(
          where, "must be a JSON object with \"layers\"", "see README, \"One profile\"");
    }
    return new ProfileJson(where).read(root.getAsJsonObject());
  }

  private CompressionProfile read(JsonObject root) {
    refuseUnknown(root, KEYS, where);
    CriterionName criterion =
        named(
            root,
            "",
            "criterion",
            CriterionName.WANDA,
            CriterionName::ofKey,
            Arrays.stream(CriterionName.values()).map(CriterionName::key).toList());
    MaskKind mask =
        named(
            root,
            "",
            "mask",
            MaskKind.ONE_SHOT,
            MaskKind::ofKey,
            Arrays.stream(MaskKind.values()).map(MaskKind::key).toList());
    KvGrouping grouping =
        named(
            root,
            "",
            "kv_grouping",
            KvGrouping.TOKEN,
            KvGrouping::ofKey,
            Arrays.stream(KvGrouping.values()).map(KvGrouping::key).toList());
    List<LayerPlan> layers = new ArrayList<>();
    if (root.get("layers") instanceof JsonArray array) {
      Set<Integer> seen = new HashSet<>();
      for (int i = 0; i < array.size(); i++) {
        readLayer("layers[" + i + "]", array.get(i), seen).ifPresent(layers::add);
      }
    } else {
      problems.add(where, "\"layers\" must be an array", "give [] for a dense model");
    }
    double tower = visionRatio(root, TOWER);
    double projector = visionRatio(root, PROJECTOR);
    problems.throwIfAny();
    try {
      VisionPlan vision = new VisionPlan(tower, projector);
      return new CompressionProfile(criterion, mask, grouping, vision, layers);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(where, String.valueOf(e.getMessage()));
    }
  }

  private double visionRatio(JsonObject root, String key) {
    JsonElement value = root.get(key);
    if (value == null || isNumber(value)) {
      return value == null ? 0 : value.getAsDouble();
    }
    problems.add(where, "\"%s\" must be a number, was %s".formatted(key, value));
    return 0;
  }

  private Optional<LayerPlan> readLayer(String at, JsonElement element, Set<Integer> seen) {
    if (!element.isJsonObject()) {
      problems.add(where, at + " must be an object, was " + element);
      return Optional.empty();
    }
    JsonObject layer = element.getAsJsonObject();
    refuseUnknown(layer, LAYER_KEYS, where + ": " + at);
    Optional<Integer> index = wholeNumber(layer, "layer", at, null);
    Optional<Integer> keyBits = wholeNumber(layer, "key_bits", at, 16);
    Optional<Integer> valueBits = wholeNumber(layer, "value_bits", at, 16);
    Pattern pattern =
        named(
            layer,
            at + ".",
            "pattern",
            Pattern.UNSTRUCTURED,
            Pattern::ofKey,
            Arrays.stream(Pattern.values()).map(Pattern::key).toList());
    Map<Projection, Double> ratios = readRatios(layer.get("pruning_ratio"), at, pattern);
    if (index.isEmpty() || keyBits.isEmpty() || valueBits.isEmpty()) {
      return Optional.empty();
    }
    if (!seen.add(index.get())) {
      problems.add(where, at + ": layer " + index.get() + " is planned more than once");
    }
    try {
      return Optional.of(
          new LayerPlan(index.get(), ratios, pattern, keyBits.get(), valueBits.get()));
    } catch (IllegalArgumentException e) {
      problems.add(where, at + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  /** A pattern of its own ratio needs none given, and then holds for all projections. */
  private Map<Projection, Double> readRatios(@Nullable JsonElement e, String at, Pattern pattern) {
    EnumMap<Projection, Double> ratios = new EnumMap<>(Projection.class);
    if (e == null) {
      for (Projection p : Projection.values()) {
        ratios.put(p, pattern.ratio());
      }
      return ratios;
    }
    if (isNumber(e)) {
      for (Projection p : Projection.values()) {
        ratios.put(p, e.getAsDouble());
      }
    } else if (e.isJsonObject()) {
      for (Map.Entry<String, JsonElement> entry : e.getAsJsonObject().entrySet()) {
        Optional<Projection> projection = Projection.ofKey(entry.getKey());
        if (projection.isEmpty()) {
          problems.add(
              where,
              at + ".pruning_ratio: unknown projection \"" + entry.getKey() + "\"",
              "one of "
                  + Arrays.stream(Projection.values())
                      .map(Projection::key)
                      .collect(Collectors.joining(", ")));
        } else if (!isNumber(entry.getValue())) {
          problems.add(
              where,
              at
                  + ".pruning_ratio."
                  + entry.getKey()
                  + " must be a number, was "
                  + entry.getValue());
        } else {
          ratios.put(projection.get(), entry.getValue().getAsDouble());
        }
      }
    } else {
      problems.add(
          where, at + ".pruning_ratio must be a number or an object by projection, was " + e);
    }
    return ratios;
  }

  private void refuseUnknown(JsonObject object, Set<String> known, String at) {
    for (String key : object.keySet()) {
      if (!known.contains(key)) {
        problems.add(
            at,
            "unknown key \"" + key + "\"",
            "one of " + known.stream().sorted().collect(Collectors.joining(", ")));
      }
    }
  }

  private <T> T named(
      JsonObject object,
      String at,
      String key,
      T otherwise,
      Function<String, Optional<T>> of,
      List<String> names) {
    JsonElement value = object.get(key);
    if (value == null) {
      return otherwise;
    }
    Optional<T> found =
        value instanceof JsonPrimitive p && p.isString()
            ? of.apply(p.getAsString())
            : Optional.empty();
    if (found.isEmpty()) {
      problems.add(where, at + "\"" + key + "\" must be one of " + names + ", was " + value);
    }
    return found.orElse(otherwise);
  }

  private Optional<Integer> wholeNumber(
      JsonObject layer, String key, String at, @Nullable Integer otherwise) {
    JsonElement value = layer.get(key);
    if (value == null) {
      if (otherwise == null) {
        problems.add(where, at + "." + key + " is missing");
      }
      return Optional.ofNullable(otherwise);
    }
    if (isNumber(value)) {
      try {
        return Optional.of(value.getAsBigDecimal().intValueExact());
      } catch (ArithmeticException | NumberFormatException e) {
        // Said below, as for any other value that is no whole number.
      }
    }
    problems.add(where, at + "." + key + " must be a whole number, was " + value);
    return Optional.empty();
  }

  private static boolean isNumber(JsonElement e) {
    return e instanceof JsonPrimitive p && p.isNumber();
  }

  static String canonical(CompressionProfile profile) {
    JsonObject root = new JsonObject();
    root.addProperty("criterion", profile.criterion().key());
    root.addProperty("mask", profile.mask().key());
    root.addProperty("kv_grouping", profile.kvGrouping().key());
    if (!profile.vision().isDense()) {
      root.add(TOWER, number(profile.vision().towerRatio()));
      root.add(PROJECTOR, number(profile.vision().projectorRatio()));
    }
    JsonArray layers = new JsonArray();
    for (LayerPlan plan : profile.layers()) {
      JsonObject layer = new JsonObject();
      layer.addProperty("layer", plan.layer());
      layer.add("pruning_ratio", canonicalRatio(plan));
      if (plan.pattern() != Pattern.UNSTRUCTURED) {
        layer.addProperty("pattern", plan.pattern().key());
      }
      layer.addProperty("key_bits", plan.keyBits());
      layer.addProperty("value_bits", plan.valueBits());
      layers.add(layer);
    }
    root.add("layers", layers);
    return root.toString();
  }

  private static JsonElement canonicalRatio(LayerPlan plan) {
    if (plan.isUniform()) {
      return number(plan.pruningRatio(Projection.Q));
    }
    JsonObject byProjection = new JsonObject();
    plan.pruningRatios()
        .forEach(
            (projection, ratio) -> {
              if (ratio > 0) {
                byProjection.add(projection.key(), number(ratio));
              }
            });
    return byProjection;
  }

  /** 0.50 and 5e-1 are one number and get one spelling. */
  private static JsonPrimitive number(double value) {
    BigDecimal plain = BigDecimal.valueOf(value).stripTrailingZeros();
    return new JsonPrimitive(plain.scale() < 0 ? plain.setScale(0) : plain);
  }
}
