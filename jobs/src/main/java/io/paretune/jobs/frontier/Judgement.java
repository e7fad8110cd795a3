package io.paretune.jobs.frontier;

import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.config.BenchmarkPart;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.gate.AccuracyLoss;
import io.paretune.jobs.gate.FirstTokenTimes;
import io.paretune.jobs.gate.Gate;
import io.paretune.jobs.gate.GateLoad;
import io.paretune.jobs.gate.HeldOutAnswers;
import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.MeasurementsTable;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.problem.InvalidInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;

/** A gate and what it needs to know of a run's points. */
final class Judgement {
  private final Gate gate;
  private final Optional<TrialRecord> dense;
  private final Optional<HeldOutAnswers> answers;
  private final FirstTokenTimes firstToken;

  private Judgement(
      Gate gate,
      Optional<TrialRecord> dense,
      Optional<HeldOutAnswers> answers,
      FirstTokenTimes firstToken) {
    this.gate = gate;
    this.dense = dense;
    this.answers = answers;
    this.firstToken = firstToken;
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
            .filter(yardstick::scored)
            .filter(t -> t.confirmedScore().isPresent())
            .toList();
    Set<Long> ids = new HashSet<>();
    confirmed.forEach(t -> ids.add(t.trialId()));
    Optional<TrialRecord> dense =
        confirmed.stream().filter(TrialRecord::isDense).reduce((first, second) -> second);
    return new Judgement(
        new Gate(config.gate()),
        dense,
        dense.flatMap(d -> answers(spark, warehouse, config, d, ids)),
        new FirstTokenTimes(
            config.gate().maxTtft().isPresent()
                ? new MeasurementsTable(spark, warehouse).ofStudy(config.study().name())
                : List.of(),
            GateLoad.of(config.gate())));
  }

  /** What confirmed trials answered; empty if the questions are not there any more. */
  private static Optional<HeldOutAnswers> answers(
      SparkSession spark,
      Warehouse warehouse,
      ParetuneConfig config,
      TrialRecord dense,
      Set<Long> trials) {
    SortedSet<String> names = new TreeSet<>(dense.score().orElseThrow().byBenchmark().keySet());
    Benchmark benchmark = benchmark(config.benchmark(), names);
    String split = config.benchmark().heldOutSplit();
    return AskedQuestions.of(spark, warehouse, names, dense.benchmarkVersion(), split)
        .map(
            questions ->
                new HeldOutAnswers(
                    benchmark,
                    questions,
                    new ShardResultsTable(spark, warehouse)
                        .ofTrials(
                            config.study().name(),
                            split,
                            dense.heldOut().orElseThrow().answering(),
                            trials)));
  }

  /**
   * What judges the answers: of one benchmark its format is enough, of several also their weights
   * count.
   */
  private static Benchmark benchmark(BenchmarkConfig config, SortedSet<String> names) {
    if (names.size() == 1) {
      return config.alone(names.first());
    }
    Set<String> configured =
        config.severalIfSet().orElseGet(List::of).stream()
            .map(BenchmarkPart::name)
            .collect(Collectors.toSet());
    if (!configured.equals(names)) {
      throw new InvalidInputException(
          "benchmarks",
          "are not those that the study was scored on: " + String.join(", ", names),
          "give the study's own configuration");
    }
    return config.benchmark();
  }

  /** The points with what the gate says of them; dropped ones stay as they are. */
  List<FrontierRecord> judged(List<FrontierRecord> points) {
    return points.stream()
        .map(p -> p.status() == FrontierStatus.DROPPED ? p : p.judged(objections(p)))
        .toList();
  }

  private String objections(FrontierRecord point) {
    Optional<AccuracyLoss> loss =
        dense.flatMap(d -> answers.flatMap(a -> a.loss(d.trialId(), point.trialId())));
    return String.join("; ", gate.objections(point, loss, firstToken.of(point)));
  }
}
