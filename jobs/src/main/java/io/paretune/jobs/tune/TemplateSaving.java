package io.paretune.jobs.tune;

import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a frontier saves as a template: its profiles on questions that they were not chosen by, as a
 * sibling's study asks them first, against what a search from nothing needed to come as far.
 *
 * @param templateTrials the dense model and the frontier's profiles
 * @param hypervolume that they reach on held-out questions
 * @param searchTrials until the search's own questions showed as much; empty if they never did
 */
record TemplateSaving(int templateTrials, double hypervolume, OptionalInt searchTrials) {

  /**
   * Compares what is known.
   *
   * @param trials complete ones of a study
   * @param heldOut scores on held-out questions, of all trials on the frontier
   */
  static TemplateSaving of(List<TrialRecord> trials, Map<Long, TrialScore> heldOut) {
    List<TrialRecord> frontier = FrontierBuilder.nonDominated(trials);
    double reached =
        FrontierBuilder.hypervolume(
            frontier.stream().map(t -> EqualMemory.onHeldOut(t, heldOut)).toList());
    List<Double> search =
        FrontierBuilder.growth(
            trials.stream()
                .sorted(
                    Comparator.comparing((TrialRecord t) -> t.finishedAt().orElseThrow())
                        .thenComparingLong(TrialRecord::trialId))
                .toList());
    int needed = 0;
    while (needed < search.size() && search.get(needed) < reached) {
      needed++;
    }
    boolean asksDense = frontier.stream().noneMatch(TrialRecord::isDense);
    return new TemplateSaving(
        frontier.size() + (asksDense ? 1 : 0),
        reached,
        needed < search.size() ? OptionalInt.of(needed + 1) : OptionalInt.empty());
  }

  /** The saving in words, honest where there is none. */
  String text() {
    String search =
        searchTrials.isPresent()
            ? "The search needed %d trials for as much on its own: %d %s."
                .formatted(
                    searchTrials.getAsInt(),
                    Math.abs(searchTrials.getAsInt() - templateTrials),
                    searchTrials.getAsInt() > templateTrials ? "saved" : "NOT saved")
            : "The search did not come as far on its own questions.";
    return String.format(
        Locale.ROOT,
        "As a template: a study that starts from this frontier has hypervolume %.4f after %d trials"
            + " (held-out questions). %s%n",
        hypervolume,
        templateTrials,
        search);
  }
}
