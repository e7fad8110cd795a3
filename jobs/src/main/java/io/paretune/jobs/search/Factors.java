package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;

/**
 * Categorical variables that stand alone, such as the criterion by which all layers are pruned:
 * what the others do is a multiple that depends on them, so trade-offs are sought for each of their
 * settings.
 *
 * @param variables indexes of the variables; none where there are too many settings
 * @param settings every combination of their choices; a single empty one without variables
 */
record Factors(List<Integer> variables, List<List<Integer>> settings) {
  private static final int MOST_SETTINGS = 8;

  static Factors of(SearchSpace space, List<Group> groups) {
    List<Integer> variables =
        groups.stream()
            .filter(g -> g.size() == 1)
            .map(g -> g.members().get(0))
            .filter(i -> space.parameter(i) instanceof Parameter.Categorical)
            .toList();
    double count = 1;
    for (int i : variables) {
      count *= space.parameter(i).cardinality();
    }
    if (count > MOST_SETTINGS) {
      return new Factors(List.of(), List.of(List.of()));
    }
    List<List<Integer>> settings = List.of(List.of());
    for (int i : variables) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> setting : settings) {
        for (int c = 0; c < space.parameter(i).cardinality(); c++) {
          List<Integer> one = new ArrayList<>(setting);
          one.add(c);
          longer.add(List.copyOf(one));
        }
      }
      settings = List.copyOf(longer);
    }
    return new Factors(variables, settings);
  }

  boolean contains(int variable) {
    return variables.contains(variable);
  }

  /** A copy of effects in which the factors can have nothing but a setting's choices. */
  double[][] within(double[][] effects, List<Integer> setting) {
    double[][] only = new double[effects.length][];
    for (int i = 0; i < only.length; i++) {
      only[i] = effects[i].clone();
    }
    for (int f = 0; f < variables.size(); f++) {
      double[] choices = only[variables.get(f)];
      for (int c = 0; c < choices.length; c++) {
        choices[c] = c == setting.get(f) ? choices[c] : Double.POSITIVE_INFINITY;
      }
    }
    return only;
  }

  /**
   * What each choice of each variable does on the average over the settings; of a factor, with what
   * it makes of the average choices of all others.
   *
   * @param effects by setting, variable and choice
   */
  double[][] average(List<double[][]> effects) {
    double[][] average = new double[effects.get(0).length][];
    for (int i = 0; i < average.length; i++) {
      average[i] = new double[effects.get(0)[i].length];
      int f = variables.indexOf(i);
      int[] counted = new int[average[i].length];
      for (int s = 0; s < settings.size(); s++) {
        for (int c = 0; c < average[i].length; c++) {
          if (f < 0 || settings.get(s).get(f) == c) {
            average[i][c] += effects.get(s)[i][c] + (f < 0 ? 0 : others(effects.get(s)));
            counted[c]++;
          }
        }
      }
      for (int c = 0; c < average[i].length; c++) {
        average[i][c] /= counted[c];
      }
    }
    return average;
  }

  /** The sum over all variables but the factors of their mean effect. */
  private double others(double[][] effects) {
    double sum = 0;
    for (int i = 0; i < effects.length; i++) {
      double own = 0;
      for (double effect : effects[i]) {
        own += effect / effects[i].length;
      }
      sum += contains(i) ? 0 : own;
    }
    return sum;
  }
}
