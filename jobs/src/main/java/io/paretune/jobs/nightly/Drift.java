package io.paretune.jobs.nightly;

import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.tables.Change;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.NightRecord.Questions;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.jobs.tune.StudyInputs;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.LinearizedScore;
import io.paretune.udfs.benchmark.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the searched questions and the scores on them differ from the run before.
 *
 * @param questions of the searched split
 * @param dense the dense model's score: the benchmark became easier or harder
 * @param frontier the mean score of the earlier frontier's points
 */
record Drift(Questions questions, Optional<Change> dense, Optional<Change> frontier) {

  /** One profile's trials: the one that scored it then, and the one that did now. */
  private record Rescored(long before, long now) {}

  /** The searched questions of then and of today. */
  private record BothVersions(AskedQuestions then, AskedQuestions today) {

    /** Empty if one of them is not there any more. */
    static Optional<BothVersions> of(StudyInputs inputs, Yardstick earlier) {
      return questions(inputs, earlier)
          .flatMap(
              then ->
                  questions(inputs, inputs.yardstick())
                      .map(today -> new BothVersions(then, today)));
    }

    /** Whether a question of both was edited in place. */
    boolean isChanged(String id) {
      @Nullable Sample before = then.byId().get(id);
      return before != null && !before.equals(today.byId().get(id));
    }

    private static Optional<AskedQuestions> questions(StudyInputs inputs, Yardstick yardstick) {
      return AskedQuestions.of(
          inputs.spark(),
          inputs.warehouse(),
          new TreeSet<>(inputs.versions().keySet()),
          yardstick.benchmarkVersion(),
          inputs.config().benchmark().searchSplit());
    }
  }

  /**
   * Compares today with the run before.
   *
   * @param before points of the frontier before; empty on the first night
   */
  static Drift of(StudyInputs inputs, List<FrontierRecord> before, List<TrialRecord> trials) {
    Set<String> now = inputs.searchQuestionIds();
    if (before.isEmpty()) {
      return new Drift(new Questions(0, now.size(), 0, 0), Optional.empty(), Optional.empty());
    }
    Yardstick earlier = Yardstick.of(before.get(0));
    long any = before.get(0).trialId();
    Set<String> old = asked(answers(inputs, Set.of(any)).getOrDefault(any, List.of()));
    Set<String> common = new HashSet<>(now);
    common.retainAll(old);
    Map<String, Long> trialNow = latest(trials, inputs.yardstick());
    Map<String, Long> trialThen = latest(trials, earlier);
    List<Rescored> points = new ArrayList<>();
    for (FrontierRecord point : before) {
      @Nullable Long id = trialNow.get(point.profile().id());
      if (id != null) {
        points.add(new Rescored(point.trialId(), id));
      }
    }
    List<Rescored> dense = new ArrayList<>();
    for (TrialRecord trial : trials) {
      @Nullable Long then = trialThen.get(trial.profile().id());
      @Nullable Long today = trialNow.get(trial.profile().id());
      if (trial.isDense() && dense.isEmpty() && then != null && today != null) {
        dense.add(new Rescored(then, today));
      }
    }
    boolean moved =
        !earlier.benchmarkVersion().equals(inputs.version())
            || Stream.concat(points.stream(), dense.stream()).anyMatch(p -> p.before() != p.now());
    Optional<BothVersions> asked = moved ? BothVersions.of(inputs, earlier) : Optional.empty();
    return new Drift(
        new Questions(
            common.size(),
            now.size() - common.size(),
            old.size() - common.size(),
            moved
                ? asked
                    .map(both -> OptionalLong.of(common.stream().filter(both::isChanged).count()))
                    .orElse(OptionalLong.empty())
                : OptionalLong.of(0)),
        change(inputs, asked, dense),
        change(inputs, asked, points));
  }

  /** The last complete trial of each profile under a yardstick. */
  private static Map<String, Long> latest(List<TrialRecord> trials, Yardstick yardstick) {
    Map<String, Long> ids = new HashMap<>();
    trials.stream()
        .filter(yardstick::scored)
        .forEach(t -> ids.merge(t.profile().id(), t.trialId(), Math::max));
    return ids;
  }

  /** Empty if no profile was scored on both, or the earlier questions are not there any more. */
  private static Optional<Change> change(
      StudyInputs inputs, Optional<BothVersions> asked, List<Rescored> points) {
    if (points.isEmpty()) {
      return Optional.empty();
    }
    if (points.stream().allMatch(p -> p.before() == p.now())) {
      return Optional.of(new Change(0, 0, 0));
    }
    Set<Long> ids = new HashSet<>();
    points.forEach(p -> ids.addAll(Set.of(p.before(), p.now())));
    Map<Long, List<ShardResultRecord>> answers = answers(inputs, ids);
    return asked.map(
        both ->
            ScoreDrift.of(
                scores(inputs, both.then(), answers, points, Rescored::before),
                scores(inputs, both.today(), answers, points, Rescored::now)));
  }

  private static List<LinearizedScore> scores(
      StudyInputs inputs,
      AskedQuestions questions,
      Map<Long, List<ShardResultRecord>> answers,
      List<Rescored> points,
      ToLongFunction<Rescored> trial) {
    Benchmark benchmark = inputs.benchmark();
    return points.stream()
        .map(p -> answers.getOrDefault(trial.applyAsLong(p), List.of()))
        .map(rows -> benchmark.ratios(questions.tally(benchmark, rows)).linearized())
        .toList();
  }

  private static Map<Long, List<ShardResultRecord>> answers(StudyInputs inputs, Set<Long> trials) {
    return new ShardResultsTable(inputs.spark(), inputs.warehouse())
        .ofTrials(
            inputs.config().study().name(),
            inputs.config().benchmark().searchSplit(),
            inputs.config().benchmark().searching(),
            trials);
  }

  private static Set<String> asked(List<ShardResultRecord> answers) {
    return answers.stream()
        .flatMap(shard -> shard.outcomes().stream())
        .map(ShardResultRecord.Outcome::sampleId)
        .collect(Collectors.toSet());
  }
}
