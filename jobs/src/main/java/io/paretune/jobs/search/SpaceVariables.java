package io.paretune.jobs.search;

import io.paretune.jobs.search.CompressionSpace.Choices;
import io.paretune.jobs.search.CompressionSpace.KvBits;
import io.paretune.jobs.search.ProfileVariable.Target;
import io.paretune.udfs.cost.VisionMatrix.Part;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The variables of a space of profiles, from the first layer to the last, then those of all. */
final class SpaceVariables {
  /**
   * A variable as the search sees it and as profiles do.
   *
   * @param parameter its name and choices
   * @param variable what it sets
   */
  record Named(Parameter parameter, ProfileVariable variable) {}

  private final int layers;
  private final Choices choices;
  private final List<Named> all = new ArrayList<>();

  private SpaceVariables(int layers, Choices choices) {
    this.layers = layers;
    this.choices = choices;
  }

  /**
   * All of them; what has a single choice before the decoder or as criterion is none.
   *
   * @param layers of the decoder
   */
  static List<Named> of(int layers, Choices choices) {
    SpaceVariables variables = new SpaceVariables(layers, choices);
    List<List<Integer>> groups = variables.groups();
    for (int g = 0; g < groups.size(); g++) {
      boolean block = choices.granularity() == Granularity.BLOCK;
      String name = block ? "b" + g : "l" + groups.get(g).get(0);
      variables.addRatios(name, groups.get(g));
      variables.addBits(name, groups.get(g));
    }
    variables.addVision("vision", Part.TOWER);
    variables.addVision("projector", Part.PROJECTOR);
    if (choices.criteria().size() > 1) {
      List<Object> names = choices.criteria().stream().<Object>map(CriterionName::key).toList();
      variables.all.add(
          new Named(
              new Parameter.Categorical("criterion", names, Place.UNKNOWN),
              new ProfileVariable(List.of(), new Target.Criterion())));
    }
    return List.copyOf(variables.all);
  }

  /** The layers that have variables of their own together. */
  private List<List<Integer>> groups() {
    int groups =
        choices.granularity() == Granularity.BLOCK ? Math.min(choices.blocks(), layers) : layers;
    return IntStream.range(0, groups)
        .mapToObj(
            g -> IntStream.range(g * layers / groups, (g + 1) * layers / groups).boxed().toList())
        .toList();
  }

  private void addRatios(String name, List<Integer> of) {
    if (choices.granularity() != Granularity.PROJECTION) {
      add(name, "ratio", of, new Target.Ratio(List.of(Projection.values())));
      return;
    }
    for (Projection p : Projection.values()) {
      String full = name + "." + p.key() + ".ratio";
      add(full, Place.of(p.key(), position(of)), of, new Target.Ratio(List.of(p)));
    }
  }

  private void addBits(String name, List<Integer> of) {
    if (choices.kvBits() == KvBits.SEPARATE) {
      add(name, "key_bits", of, new Target.Bits(true, false));
      add(name, "value_bits", of, new Target.Bits(false, true));
    } else {
      add(name, "kv_bits", of, new Target.Bits(true, true));
    }
  }

  private void addVision(String name, Part part) {
    if (choices.vision().of(part).size() > 1) {
      add(name + ".ratio", Place.of(name + "_ratio", 0), List.of(), new Target.Vision(part));
    }
  }

  private void add(String name, String kind, List<Integer> of, Target target) {
    add(name + "." + kind, Place.of(kind, position(of)), of, target);
  }

  private void add(String name, Place place, List<Integer> of, Target target) {
    ProfileVariable variable = new ProfileVariable(of, target);
    List<Object> values = List.copyOf(variable.values(choices));
    all.add(new Named(new Parameter.Ordinal(name, values, place), variable));
  }

  /** Relative depth of some layers' middle, in [0, 1]. */
  private double position(List<Integer> of) {
    double middle = (of.get(0) + of.get(of.size() - 1)) / 2.0;
    return layers == 1 ? 0.5 : middle / (layers - 1);
  }
}
