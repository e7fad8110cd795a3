package io.paretune.jobs.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.HeldOut;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.Yardstick;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FrontierBuilderTest {
  private static final Yardstick YARDSTICK = Yardstick.of(Trials.complete("run", 0, 0.5, 600, 0.8));
  private static final FrontierBuilder MONDAY =
      new FrontierBuilder("study", "monday", LocalDate.of(2026, 11, 23));
  private static final FrontierBuilder TUESDAY =
      new FrontierBuilder("study", "tuesday", LocalDate.of(2026, 11, 24));

  private static List<Long> ids(List<FrontierRecord> points) {
    return points.stream().map(FrontierRecord::trialId).toList();
  }

  @Test
  void onlyWhatNoOtherBeatsIsOnTheFrontier() {
    List<FrontierRecord> points =
        MONDAY.build(
            YARDSTICK,
            List.of(
                Trials.complete("monday", 0, 0.0, 1000, 0.9),
                Trials.complete("monday", 1, 0.5, 600, 0.8),
                Trials.complete("monday", 2, 0.6, 700, 0.7), // 1 is smaller and better
                Trials.complete("monday", 3, 0.7, 400, 0.6),
                Trials.complete("monday", 4, 0.71, 400, 0.6), // as good as 3, but later
                Trials.running("study", "monday", 5, 0.8, 100)),
            List.of());

    assertThat(ids(points)).containsExactly(3L, 1L, 0L);
    assertThat(points).extracting(FrontierRecord::status).containsOnly(FrontierStatus.NEW);
  }

  @Test
  void hypervolumeIsTheDominatedShareOfTheDenseRectangle() {
    List<TrialRecord> trials =
        List.of(
            Trials.complete("monday", 0, 0.0, 1000, 0.9),
            Trials.complete("monday", 1, 0.5, 600, 0.8),
            Trials.complete("monday", 2, 0.7, 400, 0.6),
            Trials.complete("monday", 3, 0.9, 100, 0.1)); // worse than guessing

    // By hand: (600 to 1000) x (0.2 to 0.8) and (400 to 600) x (0.2 to 0.6), of 1000 x 0.8.
    assertThat(FrontierBuilder.hypervolume(trials))
        .isCloseTo((400 * 0.6 + 200 * 0.4) / 800, within(1e-12));
    assertThat(MONDAY.build(YARDSTICK, trials, List.of()).get(0).hypervolume())
        .isCloseTo(0.4, within(1e-12));
  }

  @Test
  void pointsAreNewKeptOrDroppedAgainstTheRunBefore() {
    List<TrialRecord> monday =
        List.of(
            Trials.complete("monday", 0, 0.5, 600, 0.8),
            Trials.complete("monday", 1, 0.7, 400, 0.6));
    List<FrontierRecord> first = MONDAY.build(YARDSTICK, monday, List.of());
    List<TrialRecord> both =
        List.of(monday.get(0), monday.get(1), Trials.complete("tuesday", 2, 0.8, 350, 0.7));

    List<FrontierRecord> second = TUESDAY.build(YARDSTICK, both, first);

    assertThat(ids(second)).containsExactly(2L, 0L, 1L);
    assertThat(second)
        .extracting(FrontierRecord::status)
        .containsExactly(FrontierStatus.NEW, FrontierStatus.KEPT, FrontierStatus.DROPPED);
    assertThat(second).extracting(FrontierRecord::runId).containsOnly("tuesday");
    assertThat(
            TUESDAY.build(
                YARDSTICK, both, List.of(first, second).stream().flatMap(List::stream).toList()))
        .as("built again")
        .isEqualTo(second);
  }

  @Test
  void aNightThatTriesNothingKeepsTheFrontier() {
    List<TrialRecord> monday = List.of(Trials.complete("monday", 0, 0.5, 600, 0.8));
    List<FrontierRecord> first = MONDAY.build(YARDSTICK, monday, List.of());

    assertThat(TUESDAY.build(YARDSTICK, monday, first))
        .extracting(FrontierRecord::runId, FrontierRecord::trialId, FrontierRecord::status)
        .containsExactly(tuple("tuesday", 0L, FrontierStatus.KEPT));
  }

  @Test
  void trialsThatAreMeasuredOtherwiseAreNoPoints() {
    Yardstick tomorrow = new Yardstick("model", "tomorrow's samples", YARDSTICK.workload());
    List<TrialRecord> monday = List.of(Trials.complete("monday", 0, 0.5, 600, 0.8));

    assertThat(TUESDAY.build(tomorrow, monday, MONDAY.build(YARDSTICK, monday, List.of())))
        .isEmpty();
  }

  @Test
  void theTableIsAlignedAndComparesWithDense() {
    FrontierLine dense =
        FrontierLine.of(
            "dense",
            Trials.complete("monday", 0, 0.0, 1_000, 0.9).confirmed(HeldOut.ofOptions(0.875)));
    FrontierLine small =
        FrontierLine.of(
            "trial 17",
            Trials.complete("monday", 17, 0.5, 600, 0.8).confirmed(HeldOut.ofOptions(0.75)));

    assertThat(FrontierText.of("Frontier", Optional.of(dense), List.of(small, dense)))
        .isEqualTo(
            """
            Frontier
            profile     MB  % of dense  accuracy  95 % interval  change  held out  change  pruned     by  KV bits
            -----------------------------------------------------------------------------------------------------
            trial 17  0.00        60.0     0.800    0.750–0.850  -0.100     0.750  -0.125  50.0 %  wanda    16.00  sampler
            dense     0.00       100.0     0.900    0.850–0.950  +0.000     0.875  +0.000   0.0 %           16.00  sampler
            """);
  }
}
