package io.paretune.jobs.frontier;

import static java.util.stream.Collectors.toMap;

import io.paretune.jobs.search.Hypervolume;
import io.paretune.jobs.search.ParetoFront;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.Yardstick;
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
  private static final String NOT_JUDGED = "not judged yet";
  private static final String BEATEN = "no longer on the frontier";

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
   * beaten now. What a gate says of them is not part of it: none is promoted.
   *
   * @param yardstick of the run; trials that are measured otherwise are left out
   * @param trials of the study, this run's and earlier ones'
   * @param earlier frontiers of the study, all runs
   * @return empty if no complete trial is measured so
   */
  public List<FrontierRecord> build(
      Yardstick yardstick, List<TrialRecord> trials, List<FrontierRecord> earlier) {
    Map<String, FrontierRecord> previous = previous(earlier);
    Map<String, TrialRecord> byProfile =
        trials.stream()
            .filter(yardstick::scored)
            .collect(toMap(t -> t.profile().id(), t -> t, SAYS_MORE));
    List<TrialRecord> front = nonDominated(List.copyOf(byProfile.values()));
    if (front.isEmpty()) {
      return List.of();
    }
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
        .map(p -> p.inRun(runId, runDate, hypervolume, FrontierStatus.DROPPED).judged(BEATEN))
        .forEach(points::add);
    return points;
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

  /** The hypervolume after each of the trials, in their order. */
  public static List<Double> growth(List<TrialRecord> trials) {
    List<Double> volumes = new ArrayList<>();
    List<TrialRecord> front = List.of();
    for (TrialRecord trial : trials) {
      List<TrialRecord> with = new ArrayList<>(front);
      with.add(trial);
      front = nonDominated(with);
      volumes.add(hypervolume(front));
    }
    return volumes;
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

  /** The run before this one, if there is one: its points that stood then. */
  public List<FrontierRecord> before(List<FrontierRecord> earlier) {
    Optional<FrontierRecord> last =
        earlier.stream()
            .filter(p -> !p.runId().equals(runId) && !p.runDate().isAfter(runDate))
            .max(FrontierRecord.BY_RUN);
    return last.isEmpty()
        ? List.of()
        : earlier.stream()
            .filter(p -> p.runId().equals(last.get().runId()))
            .filter(p -> p.status() != FrontierStatus.DROPPED)
            .toList();
  }

  private Map<String, FrontierRecord> previous(List<FrontierRecord> earlier) {
    Map<String, FrontierRecord> points = new HashMap<>();
    before(earlier).forEach(p -> points.put(p.profile().id(), p));
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
        NOT_JUDGED);
  }
}
