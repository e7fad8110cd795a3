package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Variables that act alike, by position. They are of one kind, or, where no kind is given, ordinals
 * with the same choices whose names differ only in their numbers ({@code l0.ratio}, {@code
 * l1.ratio}).
 *
 * @param members indexes of the variables, by position
 * @param positions relative depth of each member, in [0, 1]
 */
record Group(List<Integer> members, List<Double> positions) {

  int size() {
    return members.size();
  }

  /** What is believed of the group's variables alone, from -1 at their best to 1 at their worst. */
  Additive within(Additive belief) {
    List<List<Double>> all = belief.terms();
    List<List<Double>> own = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      own.add(members.contains(i) ? all.get(i) : List.of());
    }
    Additive of = Additive.of(0, own);
    double least = of.least();
    double span = of.greatest() - least;
    if (!(span > Double.MIN_NORMAL)) {
      return Additive.of(0, all.stream().map(terms -> List.<Double>of()).toList());
    }
    return Additive.of(
        -1 - 2 * least / span,
        own.stream().map(terms -> terms.stream().map(t -> 2 * t / span).toList()).toList());
  }

  static List<Group> of(SearchSpace space) {
    Map<String, List<Integer>> byKind = new LinkedHashMap<>();
    for (int i = 0; i < space.dimensions(); i++) {
      byKind.computeIfAbsent(label(space.parameter(i), i), k -> new ArrayList<>()).add(i);
    }
    return byKind.values().stream().map(members -> of(space, members)).toList();
  }

  private static String label(Parameter p, int index) {
    String shape;
    if (p instanceof Parameter.Choice c) {
      shape = (p instanceof Parameter.Ordinal ? "ordinal of " : "categorical of ") + c.choices();
    } else {
      shape = "number " + p.isDiscrete() + p.isLogarithmic();
    }
    if (p.place().kind().isPresent()) {
      return shape + " kind " + p.place().kind().get();
    }
    return p instanceof Parameter.Ordinal
        ? shape + " named " + p.name().replaceAll("[0-9]+", "#")
        : "alone " + index;
  }

  private static Group of(SearchSpace space, List<Integer> members) {
    boolean placed =
        members.stream().allMatch(i -> space.parameter(i).place().position().isPresent());
    Map<Integer, Double> at = new LinkedHashMap<>();
    for (int k = 0; k < members.size(); k++) {
      double rank = members.size() == 1 ? 0.5 : k / (members.size() - 1.0);
      int member = members.get(k);
      at.put(member, placed ? space.parameter(member).place().position().orElse(rank) : rank);
    }
    List<Integer> sorted =
        members.stream().sorted(Comparator.comparingDouble(i -> at.getOrDefault(i, 0.0))).toList();
    return new Group(sorted, sorted.stream().map(i -> at.getOrDefault(i, 0.0)).toList());
  }
}
