package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What may vary, what is wanted and what must hold.
 *
 * @param parameters the variables, with distinct names
 * @param objectives at least one, with distinct names
 * @param constraints what a trial must satisfy
 */
public record SearchSpace(
    List<Parameter> parameters, List<Objective> objectives, List<Constraint> constraints) {

  public SearchSpace {
    parameters = List.copyOf(parameters);
    objectives = List.copyOf(objectives);
    constraints = List.copyOf(constraints);
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException("a space needs at least one parameter");
    }
    if (objectives.isEmpty()) {
      throw new IllegalArgumentException("a space needs at least one objective");
    }
    checkDistinct("parameter", parameters.stream().map(Parameter::name).toList());
    List<String> names = objectives.stream().map(Objective::name).toList();
    checkDistinct("objective", names);
    for (Objective objective : objectives) {
      if (objective.known().isPresent()) {
        checkTerms(objective.name(), objective.known().get(), parameters);
      }
    }
    for (Constraint constraint : constraints) {
      if (constraint instanceof Constraint.OnQuantity q) {
        checkTerms(q.name(), q.quantity(), parameters);
      } else if (constraint instanceof Constraint.OnObjective o && !names.contains(o.objective())) {
        throw new IllegalArgumentException(
            "constraint on unknown objective " + o.objective() + ", there are " + names);
      }
    }
  }

  private static void checkDistinct(String what, List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new IllegalArgumentException("more than one " + what + " is named " + name);
      }
    }
  }

  private static void checkTerms(String name, Additive known, List<Parameter> parameters) {
    if (known.size() != parameters.size()) {
      throw new IllegalArgumentException(
          name + ": terms of " + known.size() + " variables, not " + parameters.size());
    }
    List<List<Double>> terms = known.terms();
    for (int i = 0; i < parameters.size(); i++) {
      int given = terms.get(i).size();
      double needed =
          parameters.get(i) instanceof Parameter.Choice c ? c.choices().size() : Double.NaN;
      if (given != 0 && given != needed) {
        throw new IllegalArgumentException(
            "%s: %d terms for %s, which needs one number a choice"
                .formatted(name, given, parameters.get(i)));
      }
    }
  }

  public int dimensions() {
    return parameters.size();
  }

  public Parameter parameter(int index) {
    return parameters.get(index);
  }

  /** The objective's index in {@link #objectives}. */
  public Optional<Integer> objectiveIndex(String name) {
    for (int i = 0; i < objectives.size(); i++) {
      if (objectives.get(i).name().equals(name)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /** Indexes of the objectives that only a trial can tell. */
  public List<Integer> unknownObjectives() {
    List<Integer> unknown = new ArrayList<>();
    for (int i = 0; i < objectives.size(); i++) {
      if (objectives.get(i).known().isEmpty()) {
        unknown.add(i);
      }
    }
    return unknown;
  }

  /** Constraints that can be checked before a trial runs. */
  public List<Constraint.OnQuantity> knownConstraints() {
    List<Constraint.OnQuantity> known = new ArrayList<>();
    for (Constraint constraint : constraints) {
      if (constraint instanceof Constraint.OnQuantity q) {
        known.add(q);
      } else if (constraint instanceof Constraint.OnObjective o) {
        objectives.get(objectiveIndex(o.objective()).orElseThrow()).known().stream()
            .map(k -> new Constraint.OnQuantity(o.objective(), k, o.min(), o.max()))
            .forEach(known::add);
      }
    }
    return known;
  }

  /** Constraints that only a trial can check. */
  public List<Constraint.OnObjective> learnedConstraints() {
    List<Constraint.OnObjective> learned = new ArrayList<>();
    for (Constraint constraint : constraints) {
      if (constraint instanceof Constraint.OnObjective o
          && objectives.get(objectiveIndex(o.objective()).orElseThrow()).known().isEmpty()) {
        learned.add(o);
      }
    }
    return learned;
  }

  /** Whether every variable of the point has a value that it may have. */
  public boolean contains(Point point) {
    if (point.size() != dimensions()) {
      return false;
    }
    for (int i = 0; i < point.size(); i++) {
      if (!parameters.get(i).contains(point.at(i))) {
        return false;
      }
    }
    return true;
  }

  /** How many points there are; infinite if a variable is a float. */
  public double cardinality() {
    double count = 1;
    for (Parameter parameter : parameters) {
      count *= parameter.cardinality();
    }
    return count;
  }

  /** The point by name: choices as they were given, whole numbers as Long, others as Double. */
  public Map<String, Object> named(Point point) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Object value;
      if (parameter instanceof Parameter.Choice c) {
        value = c.choices().get(point.choice(i));
      } else if (parameter.isDiscrete()) {
        value = (long) point.at(i);
      } else {
        value = point.at(i);
      }
      values.put(parameter.name(), value);
    }
    return values;
  }
}
