package io.paretune.jobs.frontier;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.gate.AccuracyLoss;
import io.paretune.jobs.gate.Gate;
import io.paretune.jobs.gate.HeldOutAnswers;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.HeldOut;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.jobs.tables.MeasurementsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** A gate and what it needs to know of a run's points. */
final class Judgement {
  private final Gate gate;
  private final Optional<TrialRecord> dense;
  private final HeldOutAnswers answers;
  private final Map<Subject, Double> ttftSeconds;

  private Judgement(
      Gate gate,
      Optional<TrialRecord> dense,
      HeldOutAnswers answers,
      Map<Subject, Double> ttftSeconds) {
    this.gate = gate;
    this.dense = dense;
    this.answers = answers;
    this.ttftSeconds = ttftSeconds;
  }

  /** Reads the answers of those trials that were confirmed. */
  static Judgement of(
      SparkSession spark,
      Warehouse warehouse,
      ParetuneConfig config,
      List<TrialRecord> trials,
      Yardstick yardstick) {
    List<TrialRecord> confirmed =
        trials.stream()
            .filter(t -> t.state() == TrialState.COMPLETE && Yardstick.of(t).equals(yardstick))
            .filter(t -> t.confirmedScore().isPresent())
            .toList();
    Set<Long> ids = new HashSet<>();
    confirmed.forEach(t -> ids.add(t.trialId()));
    Optional<TrialRecord> dense =
        confirmed.stream().filter(TrialRecord::isDense).reduce((first, second) -> second);
    return new Judgement(
        new Gate(config.gate()),
        dense,
        new HeldOutAnswers(
            spark,
            warehouse,
            config.study().name(),
            config.benchmark().heldOutSplit(),
            dense
                .flatMap(TrialRecord::heldOut)
                .map(HeldOut::answering)
                .orElseGet(() -> Answering.of(EvaluationMode.OPTIONS)),
            ids),
        config.gate().maxTtft().isPresent()
            ? measured(new MeasurementsTable(spark, warehouse).ofStudy(config.study().name()))
            : Map.of());
  }

  /** What was measured: a profile has the same speed under every trial's number. */
  private record Subject(String modelId, String profileId) {}

  /** Times to the first token, the last ones that were measured. */
  private static Map<Subject, Double> measured(List<MeasurementRecord> measurements) {
    Map<Subject, Double> seconds = new HashMap<>();
    measurements.stream()
        .sorted(Comparator.comparing(MeasurementRecord::measuredAt))
        .forEach(
            m ->
                seconds.put(
                    new Subject(m.modelId(), m.profile().id()), m.speed().ttftSeconds().median()));
    return seconds;
  }

  /** The points with what the gate says of them; dropped ones stay as they are. */
  List<FrontierRecord> judged(List<FrontierRecord> points) {
    return points.stream()
        .map(p -> p.status() == FrontierStatus.DROPPED ? p : p.judged(objections(p)))
        .toList();
  }

  private String objections(FrontierRecord point) {
    Optional<AccuracyLoss> loss = dense.flatMap(d -> answers.loss(d.trialId(), point.trialId()));
    @Nullable Double seconds = ttftSeconds.get(new Subject(point.modelId(), point.profile().id()));
    OptionalDouble ttft = seconds == null ? OptionalDouble.empty() : OptionalDouble.of(seconds);
    return String.join("; ", gate.objections(point, loss, ttft));
  }
}
