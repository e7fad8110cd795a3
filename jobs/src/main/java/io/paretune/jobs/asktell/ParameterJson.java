package io.paretune.jobs.asktell;

import static io.paretune.jobs.asktell.StrictJson.shown;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.paretune.jobs.search.Parameter;
import io.paretune.jobs.search.Place;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The {@code params} of a search space file. */
final class ParameterJson {
  private static final Set<String> CHOICE_KEYS =
      Set.of("name", "type", "choices", "kind", "position");
  private static final Set<String> RANGE_KEYS =
      Set.of("name", "type", "low", "high", "log", "kind", "position");

  private final String where;
  private final Problems problems;

  ParameterJson(String where, Problems problems) {
    this.where = where;
    this.problems = problems;
  }

  void read(String at, JsonObject object, Map<String, Parameter> parameters) {
    Optional<String> name = StrictJson.string(object.get("name")).filter(n -> !n.isBlank());
    if (name.isEmpty()) {
      problems.add(where, at + ".name must be a string, was " + shown(object.get("name")));
    } else if (parameters.containsKey(name.get())) {
      problems.add(where, at + ": more than one parameter is named \"" + name.get() + "\"");
      return;
    }
    String type = StrictJson.string(object.get("type")).orElse("");
    Place place = place(at, object);
    String named = name.orElse(at);
    Optional<Parameter> parameter =
        switch (type) {
          case "ordinal" -> choices(at, object).map(c -> new Parameter.Ordinal(named, c, place));
          case "categorical" ->
              choices(at, object).map(c -> new Parameter.Categorical(named, c, place));
          case "float", "int" -> range(at, object, named, type, place);
          default -> {
            problems.add(
                where,
                at
                    + ".type must be \"ordinal\", \"categorical\", \"float\" or \"int\", was "
                    + shown(object.get("type")));
            yield Optional.empty();
          }
        };
    // A parameter that is wrong elsewhere still counts as named, so that terms for it are no error.
    parameter.ifPresent(p -> parameters.put(named, p));
  }

  private Place place(String at, JsonObject object) {
    Optional<String> kind = StrictJson.string(object.get("kind"));
    if (object.has("kind") && kind.isEmpty()) {
      problems.add(where, at + ".kind must be a string, was " + shown(object.get("kind")));
    }
    OptionalDouble position = StrictJson.number(object.get("position"));
    if (object.has("position")
        && !(position.isPresent() && position.getAsDouble() >= 0 && position.getAsDouble() <= 1)) {
      problems.add(where, at + ".position must be in [0, 1], was " + shown(object.get("position")));
      position = OptionalDouble.empty();
    }
    return new Place(kind, position);
  }

  private Optional<List<Object>> choices(String at, JsonObject object) {
    refuseUnknown(where, problems, object, CHOICE_KEYS, at);
    if (!(object.get("choices") instanceof JsonArray array) || array.isEmpty()) {
      problems.add(
          where,
          at + ".choices must be an array that is not empty, was " + shown(object.get("choices")));
      return Optional.empty();
    }
    List<Object> choices = new ArrayList<>();
    boolean fine = true;
    for (int i = 0; i < array.size(); i++) {
      JsonElement element = array.get(i);
      Optional<Object> choice = choice(element);
      String item = at + ".choices[" + i + "]";
      if (choice.isEmpty()) {
        problems.add(
            where, item + " must be a finite number, a string or a boolean, was " + shown(element));
        fine = false;
      } else if (choices.stream().anyMatch(c -> SpaceJson.isChoice(c, element))) {
        problems.add(where, item + " repeats " + shown(element));
        fine = false;
      }
      choice.ifPresent(choices::add);
    }
    return fine ? Optional.of(choices) : Optional.empty();
  }

  private static Optional<Object> choice(@Nullable JsonElement element) {
    if (!(element instanceof JsonPrimitive p)) {
      return Optional.empty();
    }
    if (p.isNumber()) {
      // Kept as written, so that it is answered as written.
      return StrictJson.number(p).isPresent() ? Optional.of(p.getAsNumber()) : Optional.empty();
    }
    return Optional.of(p.isBoolean() ? (Object) p.getAsBoolean() : p.getAsString());
  }

  private Optional<Parameter> range(
      String at, JsonObject object, String name, String type, Place place) {
    refuseUnknown(where, problems, object, RANGE_KEYS, at);
    JsonElement log = object.get("log");
    boolean isLog = log instanceof JsonPrimitive p && p.isBoolean() && p.getAsBoolean();
    if (log != null && !(log instanceof JsonPrimitive p && p.isBoolean())) {
      problems.add(where, at + ".log must be true or false, was " + shown(log));
    }
    Parameter.Scale scale = isLog ? Parameter.Scale.LOG : Parameter.Scale.LINEAR;
    try {
      if (type.equals("int")) {
        OptionalLong low = StrictJson.whole(object.get("low"));
        OptionalLong high = StrictJson.whole(object.get("high"));
        if (low.isPresent() && high.isPresent()) {
          return Optional.of(
              new Parameter.IntRange(name, low.getAsLong(), high.getAsLong(), scale, place));
        }
        problems.add(where, at + " needs whole numbers \"low\" and \"high\"" + bounds(object));
      } else {
        OptionalDouble low = StrictJson.number(object.get("low"));
        OptionalDouble high = StrictJson.number(object.get("high"));
        if (low.isPresent() && high.isPresent()) {
          return Optional.of(
              new Parameter.FloatRange(name, low.getAsDouble(), high.getAsDouble(), scale, place));
        }
        problems.add(where, at + " needs finite numbers \"low\" and \"high\"" + bounds(object));
      }
    } catch (IllegalArgumentException e) {
      problems.add(where, at + ": " + e.getMessage());
    }
    return Optional.empty();
  }

  private static String bounds(JsonObject object) {
    return ", were " + shown(object.get("low")) + " and " + shown(object.get("high"));
  }

  static void refuseUnknown(
      String where, Problems problems, JsonObject object, Set<String> known, String at) {
    for (String key : object.keySet()) {
      if (!known.contains(key)) {
        problems.add(
            where,
            at + ": unknown key \"" + key + "\"",
            "one of " + known.stream().sorted().collect(Collectors.joining(", ")));
      }
    }
  }
}
