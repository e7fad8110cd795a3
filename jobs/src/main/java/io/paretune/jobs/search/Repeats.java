package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Profiles that were asked more than once: all their answers together say what they are worth. */
final class Repeats {
  private Repeats() {}

  /**
   * The trials with each profile's complete ones as one, under the first one's number: the mean of
   * their answers, and so many. Trials whose values are no means of answers, stopped and failed
   * ones and evidence from elsewhere stay as they are.
   */
  static List<Trial> pooled(List<Trial> trials) {
    Map<Point, List<Trial>> byPoint = new LinkedHashMap<>();
    boolean any = false;
    for (Trial trial : trials) {
      if (isMean(trial)) {
        List<Trial> same = byPoint.computeIfAbsent(trial.point(), p -> new ArrayList<>());
        same.add(trial);
        any |= same.size() > 1;
      }
    }
    if (!any) {
      return trials;
    }
    List<Trial> pooled = new ArrayList<>();
    for (Trial trial : trials) {
      List<Trial> same = isMean(trial) ? byPoint.getOrDefault(trial.point(), List.of()) : List.of();
      if (same.size() < 2) {
        pooled.add(trial);
      } else if (same.get(0).equals(trial)) {
        pooled.add(mean(same));
      }
    }
    return pooled;
  }

  private static boolean isMean(Trial trial) {
    return trial.isComplete() && trial.samples() > 0 && !trial.origin().isForeign();
  }

  private static Trial mean(List<Trial> same) {
    Trial first = same.get(0);
    double samples = same.stream().mapToDouble(Trial::samples).sum();
    List<Double> values = new ArrayList<>();
    for (int j = 0; j < first.values().size(); j++) {
      int objective = j;
      double sum = 0;
      for (Trial trial : same) {
        sum += trial.value(j) * (trial.samples() / samples);
      }
      // What is known of the profile stays so to the last bit.
      boolean equal = same.stream().allMatch(t -> t.value(objective) == first.value(objective));
      values.add(equal ? first.value(j) : sum);
    }
    return new Trial(
        first.id(), first.point(), TrialState.COMPLETE, values, (long) samples, first.origin());
  }
}
