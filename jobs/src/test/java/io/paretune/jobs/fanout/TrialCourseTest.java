package io.paretune.jobs.fanout;

import static io.paretune.jobs.fanout.SimulatedTrials.ASKED;
import static io.paretune.jobs.fanout.SimulatedTrials.SHARDS;
import static io.paretune.jobs.fanout.SimulatedTrials.candidate;
import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.racing.Field;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.evaluate.LoadedLayers;
import io.paretune.udfs.spark.ShardAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrialCourseTest {
  private static final double BAD = 0.1;
  private static final long MEMORY = 100;

  private static ShardJob.Answered answers(int shard, double quality) {
    return new ShardJob.Answered(
        shard,
        List.of(
            new ShardAnswers(
                shard,
                candidate(quality, 0).outcomes(shard),
                1,
                "executor",
                0,
                LoadedLayers.NONE,
                null)));
  }

  private static TrialCourse course(int rungs, Optional<Field> field) {
    return new TrialCourse(
        SimulatedTrials.context("study", rungs), 1, field.map(f -> f.race(MEMORY)));
  }

  /** What a search in four rungs that was killed after some of them has recorded. */
  private static List<ShardResultRecord> recorded(int rungs, double quality) {
    TrialCourse course = course(4, Optional.empty());
    List<ShardResultRecord> rows = new ArrayList<>();
    for (int shard = 0; shard < 2 * rungs; shard++) {
      rows.addAll(course.take(answers(shard, quality)));
    }
    return rows;
  }

  /** Someone who is far better than the trial. */
  private static Field field() {
    List<Outcome> good =
        IntStream.range(0, SHARDS)
            .boxed()
            .flatMap(s -> candidate(0.95, 0).outcomes(s).stream())
            .toList();
    Field field = new Field(0.95, ASKED.allRight());
    field.add(new Field.Entrant(0, MEMORY, 0.95, ASKED.gains(good)));
    return field;
  }

  @Test
  void aTrialIsStoppedAfterTheFirstRungThatShowsItBeaten() {
    TrialCourse course = course(4, Optional.of(field()));
    course.take(answers(0, BAD));
    course.take(answers(1, BAD));
    assertThat(course.reason())
        .isEqualTo("beaten after 200 of 800 questions: trial 0, no larger, is ahead");
  }

  /** Others ended while it ran or was killed: against them it would be stopped at its start. */
  @Test
  void aTrialThatIsResumedIsDecidedByAllThatIsRecordedOfIt() {
    for (int rungs = 1; rungs <= 3; rungs++) {
      TrialCourse course = course(4, Optional.of(field()));
      course.resume(recorded(rungs, BAD));
      assertThat(course.reason())
          .isEqualTo(
              "beaten after %d of 800 questions: trial 0, no larger, is ahead"
                  .formatted(200 * rungs));
      assertThat(course.score().samples()).isEqualTo(200L * rungs);
    }
    TrialCourse whole = course(4, Optional.of(field()));
    whole.resume(recorded(4, BAD));
    assertThat(whole.isOver()).isTrue();
    assertThat(whole.isStopped()).as("everything is asked").isFalse();
  }

  /** Not before the rest of the rung: the score would lack answers that are in the table. */
  @Test
  void aTrialOfWhichPartOfARungIsRecordedIsDecidedAfterThatRung() {
    TrialCourse course = course(2, Optional.of(field()));
    course.resume(recorded(1, BAD));
    assertThat(course.isOver()).isFalse();
    course.take(answers(2, BAD));
    assertThat(course.take(answers(3, BAD))).hasSize(2);
    assertThat(course.reason()).startsWith("beaten after 400 of 800");

    TrialCourse longer = course(2, Optional.of(field()));
    longer.resume(recorded(3, BAD));
    assertThat(longer.isOver()).as("beaten in its first rung, recorded further").isFalse();
    assertThat(longer.unanswered()).containsExactly(6, 7);
  }

  @Test
  void whatIsRecordedIsNeitherAskedNorWrittenAgainInOtherRungs() {
    TrialCourse course = course(2, Optional.empty());
    course.resume(recorded(3, 0.6));

    assertThat(course.unanswered()).containsExactly(6, 7);
    assertThat(course.take(answers(7, 0.6))).isEmpty();
    assertThat(course.take(answers(6, 0.6)))
        .as("of a rung of four shards")
        .extracting(ShardResultRecord::shard)
        .containsExactly(6, 7);
    assertThat(course.isOver()).isTrue();
    assertThat(course.score().score()).isEqualTo(SimulatedCandidate.score(ASKED, 0.6));
  }
}
