package io.paretune.jobs.frontier;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.RunId;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.Yardstick;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunTest {
  private static final LocalDate DAY = LocalDate.of(1970, 1, 1); // when the trials began

  private static NightRecord night(LocalDate date, TrialRecord trial) {
    return new NightRecord(
        "study",
        RunId.ofNight(date),
        date,
        Yardstick.of(trial),
        "",
        0,
        1,
        new NightRecord.Questions(1, 0, 0, 0),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        Instant.EPOCH.plusSeconds(60));
  }

  /** The run that the frontier's own table has last, when each of these wrote its frontier. */
  private static String lastInTheTable(List<Run> runs, List<TrialRecord> trials) {
    List<FrontierRecord> points = new ArrayList<>();
    for (Run run : runs) {
      points.addAll(
          new FrontierBuilder("study", run.id(), run.date())
              .build(run.yardstick(), trials, points));
    }
    return points.stream().max(FrontierRecord.BY_RUN).orElseThrow().runId();
  }

  @Test
  void aNightThatIsMadeUpForIsNotTheLatestAndTheTableAgrees() {
    TrialRecord tuned = Trials.complete(RunId.ofSearch(Instant.EPOCH, Set.of()), 0, 0.5, 600, 0.8);
    LocalDate missed = DAY.minusDays(1);
    TrialRecord later = Trials.complete(RunId.ofNight(missed), 1, 0.6, 500, 0.7);
    NightRecord night = night(missed, later);
    List<TrialRecord> trials = List.of(tuned, later);

    Run latest = Run.latest(trials, List.of(night)).orElseThrow();

    assertThat(latest).isEqualTo(new Run(tuned.runId(), DAY, Yardstick.of(tuned)));
    Run ofNight = new Run(night.runId(), missed, night.yardstick());
    assertThat(lastInTheTable(List.of(latest, ofNight), trials)).isEqualTo(latest.id());
  }

  @Test
  void aSearchAfterTheNightOfItsDayIsTheLatest() {
    TrialRecord tried = Trials.complete(RunId.ofNight(DAY), 0, 0.5, 600, 0.8);
    TrialRecord tuned =
        Trials.complete(RunId.ofSearch(Instant.EPOCH, Set.of(tried.runId())), 1, 0.6, 500, 0.7);
    NightRecord night = night(DAY, tried);

    Run latest = Run.latest(List.of(tried, tuned), List.of(night)).orElseThrow();

    assertThat(latest.id()).isEqualTo(tuned.runId());
    Run ofNight = new Run(night.runId(), DAY, night.yardstick());
    assertThat(lastInTheTable(List.of(ofNight, latest), List.of(tried, tuned)))
        .isEqualTo(latest.id());
  }

  @Test
  void aNightThatWasCutOffHasItsOwnDay() {
    LocalDate date = LocalDate.of(2026, 1, 22);
    TrialRecord trial = Trials.complete(RunId.ofNight(date), 0, 0.5, 600, 0.8);

    assertThat(Run.latest(List.of(trial), List.of()).orElseThrow().date()).isEqualTo(date);
    assertThat(trial.startedAt().atZone(ZoneOffset.UTC).toLocalDate()).isEqualTo(DAY);
  }

  @Test
  void withoutACompleteTrialThereIsNone() {
    assertThat(Run.latest(List.of(Trials.running("study", 0, 0.5, 600)), List.of())).isEmpty();
  }
}
