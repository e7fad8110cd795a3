package io.paretune.jobs.tune;

import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Searched profiles against profiles that treat every layer alike, at equal memory and on questions
 * that no choice was made by: each uniform profile that no other uniform one beats meets the
 * searched profile that scored best on the search's own questions within the same memory.
 *
 * @param pairs by memory, smallest first
 * @param foundHypervolume of the searched profiles' held-out scores
 * @param uniformHypervolume of the uniform profiles' held-out scores
 */
public record EqualMemory(List<Pair> pairs, double foundHypervolume, double uniformHypervolume) {

  /**
   * Two profiles that fit the same memory, with their held-out scores.
   *
   * @param uniform every layer alike
   * @param found by the search, of no more memory
   */
  public record Pair(
      TrialRecord uniform, TrialScore uniformScore, TrialRecord found, TrialScore foundScore) {
    double gain() {
      return foundScore.score() - uniformScore.score();
    }
  }

  /**
   * Compares what was confirmed.
   *
   * @param trials complete ones of a study
   * @param heldOut scores on held-out questions, of all trials on either frontier
   */
  public static EqualMemory of(List<TrialRecord> trials, Map<Long, TrialScore> heldOut) {
    List<TrialRecord> uniform = uniformFront(trials);
    List<TrialRecord> found = foundFront(trials);
    List<Pair> pairs = new ArrayList<>();
    for (TrialRecord u : uniform) {
      Optional<TrialRecord> best =
          found.stream()
              .filter(f -> f.cost().memoryBytes() <= u.cost().memoryBytes())
              .max(Comparator.comparingDouble(EqualMemory::searchScore));
      best.ifPresent(f -> pairs.add(new Pair(u, known(heldOut, u), f, known(heldOut, f))));
    }
    return new EqualMemory(pairs, hypervolume(found, heldOut), hypervolume(uniform, heldOut));
  }

  /** The uniform profiles that no other uniform one beats on the search's questions. */
  public static List<TrialRecord> uniformFront(List<TrialRecord> trials) {
    return FrontierBuilder.nonDominated(
        trials.stream().filter(t -> t.origin() == TrialOrigin.UNIFORM && !t.isDense()).toList());
  }

  /** The searched profiles that no other searched one beats on the search's questions. */
  public static List<TrialRecord> foundFront(List<TrialRecord> trials) {
    return FrontierBuilder.nonDominated(
        trials.stream().filter(t -> t.origin() != TrialOrigin.UNIFORM).toList());
  }

  private static double searchScore(TrialRecord trial) {
    return trial.score().map(TrialScore::score).orElse(Double.NEGATIVE_INFINITY);
  }

  private static TrialScore known(Map<Long, TrialScore> heldOut, TrialRecord trial) {
    TrialScore score = heldOut.get(trial.trialId());
    if (score == null) {
      throw new IllegalArgumentException("trial " + trial.trialId() + " was not confirmed");
    }
    return score;
  }

  private static double hypervolume(List<TrialRecord> trials, Map<Long, TrialScore> heldOut) {
    return FrontierBuilder.hypervolume(trials.stream().map(t -> onHeldOut(t, heldOut)).toList());
  }

  /** The trial as if it had been scored on held-out questions. */
  static TrialRecord onHeldOut(TrialRecord trial, Map<Long, TrialScore> heldOut) {
    return trial.completed(
        known(heldOut, trial), trial.finishedAt().orElse(trial.startedAt()), trial.costSeconds());
  }

  /** The comparison in words, honest about a loss. */
  public String text() {
    StringBuilder out = new StringBuilder("At equal memory, held-out questions:\n");
    for (Pair p : pairs) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %5.1f %% of dense   every layer alike %.3f   searched %.3f (trial %d, %.1f %%)  "
                  + " %+.1f points%n",
              100.0 * p.uniform().cost().memoryBytes() / p.uniform().cost().denseBytes(),
              p.uniformScore().score(),
              p.foundScore().score(),
              p.found().trialId(),
              100.0 * p.found().cost().memoryBytes() / p.found().cost().denseBytes(),
              100 * p.gain()));
    }
    if (pairs.isEmpty()) {
      return out.append(
              "  nothing to compare yet: no searched profile is as small as a uniform one\n")
          .toString();
    }
    long wins = pairs.stream().filter(p -> p.gain() > 0).count();
    double mean = pairs.stream().mapToDouble(Pair::gain).average().orElse(0);
    out.append(
        String.format(
            Locale.ROOT,
            "%s: better at %d of %d memory sizes, %+.1f points on average; hypervolume %.4f against"
                + " %.4f.%n",
            mean > 0 && 2 * wins > pairs.size()
                ? "The searched profiles beat the uniform ones"
                : "The searched profiles do NOT beat the uniform ones",
            wins,
            pairs.size(),
            100 * mean,
            foundHypervolume,
            uniformHypervolume));
    return out.toString();
  }
}
