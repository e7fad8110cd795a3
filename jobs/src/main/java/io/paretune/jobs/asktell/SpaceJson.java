package io.paretune.jobs.asktell;

import static io.paretune.jobs.asktell.StrictJson.shown;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.paretune.jobs.search.Additive;
import io.paretune.jobs.search.Constraint;
import io.paretune.jobs.search.Direction;
import io.paretune.jobs.search.Objective;
import io.paretune.jobs.search.Parameter;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The search space file that {@code ask-tell --help} shows. */
final class SpaceJson {
  private static final Set<String> ROOT_KEYS = Set.of("params", "objectives", "constraints");
  private static final Set<String> OBJECTIVE_KEYS = Set.of("name", "direction", "known");
  private static final Set<String> CONSTRAINT_KEYS =
      Set.of("name", "objective", "min", "max", "known");
  private static final Set<String> KNOWN_KEYS = Set.of("type", "constant", "terms");

  private final String where;
  private final Problems problems = new Problems();

  /** What is expected of a proposal is integrated over each, which multiplies. */
  private static final int MOST_UNKNOWN = 3;

  private SpaceJson(String where) {
    this.where = where;
  }

  /**
   * Reads a space.
   *
   * @param where what to call it in an error, such as the file's path
   * @throws InvalidInputException with every problem found
   */
  static SearchSpace parse(String where, String text) {
    return new SpaceJson(where).space(text);
  }

  private SearchSpace space(String text) {
    JsonObject root;
    try {
      root = StrictJson.object(text);
    } catch (JsonParseException e) {
      throw new InvalidInputException(where, String.valueOf(e.getMessage()));
    }
    refuseUnknown(root, ROOT_KEYS, "the space");
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    ParameterJson parameterJson = new ParameterJson(where, problems);
    list(root, "params", true).forEach((at, e) -> parameterJson.read(at, e, parameters));
    List<Objective> objectives = new ArrayList<>();
    list(root, "objectives", true)
        .forEach((at, e) -> readObjective(at, e, parameters).ifPresent(objectives::add));
    List<Constraint> constraints = new ArrayList<>();
    Set<String> names = new HashSet<>();
    objectives.forEach(o -> names.add(o.name()));
    list(root, "constraints", false)
        .forEach((at, e) -> readConstraint(at, e, parameters, names).ifPresent(constraints::add));
    problems.throwIfAny();
    SearchSpace space = new SearchSpace(List.copyOf(parameters.values()), objectives, constraints);
    space.knownConstraints().forEach(this::checkReach);
    int unknown = space.unknownObjectives().size();
    if (unknown > MOST_UNKNOWN) {
      problems.add(
          where,
          "%d objectives are not \"known\"; at most %d can be searched"
              .formatted(unknown, MOST_UNKNOWN),
          "leave some out, or make one of several by weighing them");
    }
    problems.throwIfAny();
    return space;
  }

  /** A bound that no point keeps leaves nothing to search. */
  private void checkReach(Constraint.OnQuantity c) {
    Additive quantity = c.quantity();
    if (c.min() > quantity.greatest() + quantity.rounding()
        || c.max() < quantity.least() - quantity.rounding()) {
      problems.add(
          where,
          "constraint on \"%s\": no point keeps it, since its values lie between %s and %s"
              .formatted(c.name(), quantity.least(), quantity.greatest()),
          "change its bounds");
    }
  }

  private Map<String, JsonObject> list(JsonObject root, String key, boolean needed) {
    Map<String, JsonObject> items = new LinkedHashMap<>();
    JsonElement value = root.get(key);
    if (value == null && !needed) {
      return items;
    }
    if (!(value instanceof JsonArray array)) {
      problems.add(where, "\"" + key + "\" must be an array, was " + shown(value));
      return items;
    }
    if (array.isEmpty() && needed) {
      problems.add(where, "\"" + key + "\" must not be empty");
    }
    for (int i = 0; i < array.size(); i++) {
      String at = key + "[" + i + "]";
      if (array.get(i) instanceof JsonObject object) {
        items.put(at, object);
      } else {
        problems.add(where, at + " must be an object, was " + shown(array.get(i)));
      }
    }
    return items;
  }

  private Optional<Objective> readObjective(
      String at, JsonObject object, Map<String, Parameter> parameters) {
    refuseUnknown(object, OBJECTIVE_KEYS, at);
    Optional<String> name = StrictJson.string(object.get("name")).filter(n -> !n.isBlank());
    if (name.isEmpty()) {
      problems.add(where, at + ".name must be a string, was " + shown(object.get("name")));
    } else if (!objectiveNames.add(name.get())) {
      problems.add(where, at + ": more than one objective is named \"" + name.get() + "\"");
      name = Optional.empty();
    }
    Optional<Direction> direction =
        StrictJson.string(object.get("direction"))
            .flatMap(
                d ->
                    switch (d) {
                      case "minimize" -> Optional.of(Direction.MINIMIZE);
                      case "maximize" -> Optional.of(Direction.MAXIMIZE);
                      default -> Optional.empty();
                    });
    if (direction.isEmpty()) {
      problems.add(
          where,
          at
              + ".direction must be \"minimize\" or \"maximize\", was "
              + shown(object.get("direction")));
    }
    Optional<Additive> known = readKnown(at, object.get("known"), parameters);
    if (name.isEmpty() || direction.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Objective(name.get(), direction.get(), known));
  }

  private final Set<String> objectiveNames = new HashSet<>();

  private Optional<Additive> readKnown(
      String at, @Nullable JsonElement element, Map<String, Parameter> parameters) {
    if (element == null) {
      return Optional.empty();
    }
    if (!(element instanceof JsonObject known)) {
      problems.add(where, at + ".known must be an object, was " + shown(element));
      return Optional.empty();
    }
    refuseUnknown(known, KNOWN_KEYS, at + ".known");
    if (!StrictJson.string(known.get("type")).equals(Optional.of("additive"))) {
      problems.add(where, at + ".known.type must be \"additive\", was " + shown(known.get("type")));
    }
    double constant = 0;
    if (known.has("constant")) {
      OptionalDouble given = StrictJson.number(known.get("constant"));
      if (given.isEmpty()) {
        problems.add(
            where,
            at + ".known.constant must be a finite number, was " + shown(known.get("constant")));
      }
      constant = given.orElse(0);
    }
    Map<String, List<Double>> terms =
        readTerms(at + ".known.terms", known.get("terms"), parameters);
    return Optional.of(
        Additive.of(
            constant,
            parameters.keySet().stream().map(p -> terms.getOrDefault(p, List.of())).toList()));
  }

  private Map<String, List<Double>> readTerms(
      String at, @Nullable JsonElement element, Map<String, Parameter> parameters) {
    Map<String, List<Double>> terms = new LinkedHashMap<>();
    if (!(element instanceof JsonObject object)) {
      problems.add(where, at + " must be an object, was " + shown(element));
      return terms;
    }
    for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
      String name = entry.getKey();
      String term = at + "[\"" + name + "\"]";
      if (!(parameters.get(name) instanceof Parameter.Choice choice)) {
        String why =
            parameters.containsKey(name) ? "is not a parameter with choices" : "is no parameter";
        problems.add(where, term + ": \"" + name + "\" " + why);
      } else if (!(entry.getValue() instanceof JsonArray array)
          || array.size() != choice.choices().size()) {
        problems.add(
            where,
            "%s must be an array of %d numbers, one a choice, was %s"
                .formatted(term, choice.choices().size(), shown(entry.getValue())));
      } else {
        readTerm(term, array).ifPresent(t -> terms.put(name, t));
      }
    }
    return terms;
  }

  private Optional<List<Double>> readTerm(String term, JsonArray array) {
    List<Double> numbers = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      OptionalDouble number = StrictJson.number(array.get(i));
      if (number.isEmpty()) {
        problems.add(
            where, term + "[" + i + "] must be a finite number, was " + shown(array.get(i)));
        return Optional.empty();
      }
      numbers.add(number.getAsDouble());
    }
    return Optional.of(numbers);
  }

  private Optional<Constraint> readConstraint(
      String at, JsonObject object, Map<String, Parameter> parameters, Set<String> objectives) {
    refuseUnknown(object, CONSTRAINT_KEYS, at);
    double min = bound(object, "min", at, Double.NEGATIVE_INFINITY);
    double max = bound(object, "max", at, Double.POSITIVE_INFINITY);
    if (!object.has("min") && !object.has("max")) {
      problems.add(where, at + " needs \"min\", \"max\" or both");
    } else if (min > max) {
      problems.add(where, at + ": min " + min + " is greater than max " + max);
    }
    if (object.has("objective")) {
      Optional<String> objective = StrictJson.string(object.get("objective"));
      if (objective.isEmpty() || !objectives.contains(objective.get())) {
        problems.add(
            where, at + ".objective is no objective, was " + shown(object.get("objective")));
        return Optional.empty();
      }
      if (object.has("known")) {
        problems.add(where, at + " is on an objective; \"known\" belongs to the objective");
      }
      return min <= max
          ? Optional.of(new Constraint.OnObjective(objective.get(), min, max))
          : Optional.empty();
    }
    if (!object.has("known")) {
      problems.add(where, at + " needs \"objective\" or \"known\"");
    }
    Optional<Additive> known = readKnown(at, object.get("known"), parameters);
    if (known.isEmpty() || min > max) {
      return Optional.empty();
    }
    String name = StrictJson.string(object.get("name")).orElse(at);
    if (known.get().greatest() < min || known.get().least() > max) {
      problems.add(
          where,
          "%s: \"%s\" can only be from %s to %s, never in [%s, %s]"
              .formatted(at, name, known.get().least(), known.get().greatest(), min, max),
          "widen the bounds or the choices");
    }
    return Optional.of(new Constraint.OnQuantity(name, known.get(), min, max));
  }

  private double bound(JsonObject object, String key, String at, double otherwise) {
    if (!object.has(key)) {
      return otherwise;
    }
    OptionalDouble value = StrictJson.number(object.get(key));
    if (value.isEmpty()) {
      problems.add(
          where, at + "." + key + " must be a finite number, was " + shown(object.get(key)));
    }
    return value.orElse(otherwise);
  }

  private void refuseUnknown(JsonObject object, Set<String> known, String at) {
    ParameterJson.refuseUnknown(where, problems, object, known, at);
  }

  /** Whether a JSON value is that choice; 0.50 and 5e-1 are one number. */
  static boolean isChoice(Object choice, JsonElement value) {
    if (!(value instanceof JsonPrimitive p)) {
      return false;
    }
    if (choice instanceof Number n) {
      return p.isNumber() && n.doubleValue() == p.getAsDouble();
    }
    return choice instanceof Boolean b
        ? p.isBoolean() && p.getAsBoolean() == b
        : p.isString() && choice.equals(p.getAsString());
  }
}
