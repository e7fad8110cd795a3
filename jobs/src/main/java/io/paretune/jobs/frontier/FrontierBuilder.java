package io.paretune.jobs.frontier;

import static java.util.stream.Collectors.toMap;

import io.paretune.jobs.search.Hypervolume;
import io.paretune.jobs.search.ParetoFront;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The frontier of a run: of all complete trials that can be compared with the run's own, those that
 * no other beats in memory and score.
 *
 * @param study the search
 * @param runId the run
 * @param runDate its day, UTC
 */
public record FrontierBuilder(String study, String runId, LocalDate runDate) {
  private static final Comparator<FrontierRecord> BY_MEMORY =
      Comparator.comparingLong((FrontierRecord p) -> p.cost().memoryBytes())
          .thenComparingLong(FrontierRecord::trialId);

  /** Of two trials of one profile, the one that says more: more questions, then the later. */
  private static final BinaryOperator<TrialRecord> SAYS_MORE =
      BinaryOperator.maxBy(
          Comparator.comparingLong((TrialRecord t) -> scoreOf(t).samples())
              .thenComparingLong(TrialRecord::trialId));

  /**
   * The frontier's points, small memory first, then the points of the previous frontier that are
   * beaten now. Trials on another model, benchmark version or workload than the run's latest are
   * left out.
   *
   * @param trials of the study, this run's and earlier ones'
   * @param earlier frontiers of the study, all runs
   * @return empty if the run has no complete trial
   */
  public List<FrontierRecord> build(List<TrialRecord> trials, List<FrontierRecord> earlier) {
    Optional<TrialRecord> latest =
        trials.stream()
            .filter(t -> t.runId().equals(runId) && t.state() == TrialState.COMPLETE)
            .max(Comparator.comparingLong(TrialRecord::trialId));
    return latest.map(t -> build(t, trials, previous(earlier))).orElse(List.of());
  }

  private List<FrontierRecord> build(
      TrialRecord latest, List<TrialRecord> trials, Map<String, FrontierRecord> previous) {
    Map<String, TrialRecord> byProfile =
        trials.stream()
            .filter(t -> t.state() == TrialState.COMPLETE && isComparable(t, latest))
            .collect(toMap(t -> t.profile().id(), t -> t, SAYS_MORE));
    List<TrialRecord> front = nonDominated(List.copyOf(byProfile.values()));
    double hypervolume = hypervolume(front);
    List<FrontierRecord> points = new ArrayList<>();
    Map<String, FrontierRecord> gone = new HashMap<>(previous);
    for (TrialRecord trial : front) {
      FrontierRecord before = gone.remove(trial.profile().id());
      points.add(point(trial, hypervolume, before));
    }
    points.sort(BY_MEMORY);
    gone.values().stream()
        .sorted(BY_MEMORY)
        .map(p -> p.inRun(runId, runDate, hypervolume, FrontierStatus.DROPPED))
        .forEach(points::add);
    return points;
  }

  private static boolean isComparable(TrialRecord a, TrialRecord b) {
    return a.modelId().equals(b.modelId())
        && a.benchmarkVersion().equals(b.benchmarkVersion())
        && a.workload().equals(b.workload());
  }

  /** The trials that no other beats, of equals the oldest. */
  public static List<TrialRecord> nonDominated(List<TrialRecord> trials) {
    int[] ranks = ParetoFront.ranks(losses(trials));
    Map<List<Number>, TrialRecord> front = new HashMap<>();
    for (int i = 0; i < ranks.length; i++) {
      TrialRecord trial = trials.get(i);
      if (ranks[i] == 0) {
        front.merge(
            List.of(trial.cost().memoryBytes(), scoreOf(trial).score()),
            trial,
            BinaryOperator.minBy(Comparator.comparingLong(TrialRecord::trialId)));
      }
    }
    return front.values().stream()
        .sorted(Comparator.comparingLong(t -> t.cost().memoryBytes()))
        .toList();
  }

  /** Share of the rectangle from (dense memory, chance score) to (0, 1) that trials dominate. */
  public static double hypervolume(List<TrialRecord> trials) {
    if (trials.isEmpty()) {
      return 0;
    }
    double dense = trials.get(0).cost().denseBytes();
    double chance = trials.get(0).chanceScore();
    double rectangle = dense * (1 - chance);
    return rectangle > 0
        ? Hypervolume.of(losses(trials), new double[] {dense, -chance}) / rectangle
        : 0;
  }

  private static double[][] losses(List<TrialRecord> trials) {
    return trials.stream()
        .map(t -> new double[] {t.cost().memoryBytes(), -scoreOf(t).score()})
        .toArray(double[][]::new);
  }

  private static TrialScore scoreOf(TrialRecord trial) {
    return trial
        .score()
        .orElseThrow(() -> new IllegalArgumentException(trial.trialId() + " has no score"));
  }

  /** The points of the run before this one, by profile. */
  private Map<String, FrontierRecord> previous(List<FrontierRecord> earlier) {
    Optional<FrontierRecord> last =
        earlier.stream()
            .filter(p -> !p.runId().equals(runId) && !p.runDate().isAfter(runDate))
            .max(
                Comparator.comparing(FrontierRecord::runDate).thenComparing(FrontierRecord::runId));
    Map<String, FrontierRecord> points = new HashMap<>();
    for (FrontierRecord point : earlier) {
      if (last.isPresent()
          && point.runId().equals(last.get().runId())
          && point.status() != FrontierStatus.DROPPED) {
        points.put(point.profile().id(), point);
      }
    }
    return points;
  }

  private FrontierRecord point(
      TrialRecord trial, double hypervolume, @Nullable FrontierRecord before) {
    TrialScore score = scoreOf(trial);
    return new FrontierRecord(
        study,
        runId,
        runDate,
        trial.trialId(),
        trial.modelId(),
        trial.benchmarkVersion(),
        trial.workload(),
        trial.cost(),
        score.score(),
        score.low(),
        score.high(),
        trial.chanceScore(),
        trial.confirmedScore(),
        trial.profile(),
        hypervolume,
        before == null ? FrontierStatus.NEW : FrontierStatus.KEPT,
        before != null && before.promoted());
  }
}
