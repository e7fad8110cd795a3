package io.paretune.jobs.report;

import io.paretune.jobs.gate.GateLoad;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Yardstick;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a report tells of a study: its latest frontier, the one before, and the trials that can be
 * compared with them.
 *
 * @param study the search
 * @param modelName what people call the model, if that is known
 * @param frontier points of the latest run's frontier, small memory first
 * @param dropped points of the frontier before that are beaten now
 * @param before points of the frontier of the run before, small memory first; empty if this is the
 *     first
 * @param trials all of the study that are measured as the latest run's are, in the order in which
 *     they ended, running ones last
 * @param night what the latest run was, if it was a night's
 * @param measured the last measurement of each profile, by its subject; all under one load
 */
record StudyReport(
    String study,
    Optional<String> modelName,
    List<FrontierRecord> frontier,
    List<FrontierRecord> dropped,
    List<FrontierRecord> before,
    List<TrialRecord> trials,
    Optional<NightRecord> night,
    Map<String, MeasurementRecord> measured) {

  StudyReport {
    measured = Map.copyOf(measured);
    if (frontier.isEmpty()) {
      throw new IllegalArgumentException("a report needs a frontier with a point");
    }
  }

  /**
   * The report on the latest frontier of a study.
   *
   * @param modelName what people call a model, by its content's hash, if that is known
   * @param points of the study's frontiers, all runs
   * @param trials of the study
   * @param measurements of the study, oldest first
   * @param gate the load whose times are shown, if there are any
   * @return empty if there is no frontier yet
   */
  static Optional<StudyReport> of(
      String study,
      Function<String, Optional<String>> modelName,
      List<FrontierRecord> points,
      List<TrialRecord> trials,
      List<NightRecord> nights,
      List<MeasurementRecord> measurements,
      GateLoad gate) {
    Optional<FrontierRecord> latest = points.stream().max(FrontierRecord.BY_RUN);
    if (latest.isEmpty()) {
      return Optional.empty();
    }
    List<FrontierRecord> run = ofRun(points, latest.get().runId());
    List<FrontierRecord> now = standing(run);
    if (now.isEmpty()) {
      return Optional.empty();
    }
    List<FrontierRecord> before =
        points.stream()
            .filter(p -> FrontierRecord.BY_RUN.compare(p, latest.get()) < 0)
            .max(FrontierRecord.BY_RUN)
            .map(last -> standing(ofRun(points, last.runId())))
            .orElse(List.of());
    Yardstick yardstick = Yardstick.of(now.get(0));
    return Optional.of(
        new StudyReport(
            study,
            modelName.apply(now.get(0).modelId()),
            now,
            run.stream().filter(p -> p.status() == FrontierStatus.DROPPED).toList(),
            before,
            trials.stream()
                .filter(t -> Yardstick.of(t).equals(yardstick))
                .sorted(
                    Comparator.comparing((TrialRecord t) -> t.finishedAt().orElse(Instant.MAX))
                        .thenComparingLong(TrialRecord::trialId))
                .toList(),
            nights.stream().filter(n -> n.runId().equals(latest.get().runId())).findFirst(),
            measured(now, measurements, gate)));
  }

  private static Map<String, MeasurementRecord> measured(
      List<FrontierRecord> points, List<MeasurementRecord> measurements, GateLoad gate) {
    Set<String> subjects =
        points.stream()
            .map(p -> MeasurementRecord.subject(p.profile()))
            .collect(Collectors.toSet());
    List<MeasurementRecord> ofPoints =
        measurements.stream()
            .filter(m -> m.modelId().equals(points.get(0).modelId()))
            .filter(m -> subjects.contains(MeasurementRecord.subject(m.profile())))
            .toList();
    Optional<MeasuredLoad> shown = MeasuredLoad.shown(ofPoints, gate);
    Map<String, MeasurementRecord> measured = new HashMap<>();
    ofPoints.stream()
        .filter(m -> shown.equals(Optional.of(MeasuredLoad.of(m))))
        .forEach(m -> measured.put(MeasurementRecord.subject(m.profile()), m));
    return measured;
  }

  private static List<FrontierRecord> ofRun(List<FrontierRecord> points, String runId) {
    return points.stream()
        .filter(p -> p.runId().equals(runId))
        .sorted(Comparator.comparingLong(p -> p.cost().memoryBytes()))
        .toList();
  }

  private static List<FrontierRecord> standing(List<FrontierRecord> points) {
    return points.stream().filter(p -> p.status() != FrontierStatus.DROPPED).toList();
  }

  /**
   * The benchmarks' names, joined by a plus sign; empty if no trial of the yardstick is complete.
   */
  String benchmark() {
    return complete().stream()
        .findFirst()
        .map(t -> String.join("+", t.score().orElseThrow().byBenchmark().keySet()))
        .orElse("");
  }

  /** Complete trials, in the order in which they ended. */
  List<TrialRecord> complete() {
    return trials.stream().filter(t -> t.state() == TrialState.COMPLETE).toList();
  }

  /** The last complete trial of the dense model. */
  Optional<TrialRecord> dense() {
    return complete().stream().filter(TrialRecord::isDense).reduce((first, second) -> second);
  }

  /** Complete trials that treat every layer alike, the dense model not among them. */
  List<TrialRecord> uniform() {
    return complete().stream()
        .filter(t -> t.origin() == TrialOrigin.UNIFORM && !t.isDense())
        .toList();
  }

  /** How fast a point was when it was last measured. */
  Optional<MeasurementRecord> speed(FrontierRecord point) {
    return Optional.ofNullable(measured.get(MeasurementRecord.subject(point.profile())));
  }

  /** Memory of the dense model, which the others' are shares of. */
  long denseBytes() {
    return frontier.get(0).cost().denseBytes();
  }
}
