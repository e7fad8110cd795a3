package io.paretune.jobs.frontier;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.Yardstick;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontierProgramTest {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 22);

  @Test
  void theGateIsNotSaidToRefuseWhatIsNoLongerOnTheFrontier() {
    TrialRecord old = Trials.complete("first", 1, 0.5, 600, 0.7);
    TrialRecord better = Trials.complete("second", 2, 0.6, 500, 0.8);
    TrialRecord large = Trials.complete("second", 3, 0.1, 900, 0.9);
    Yardstick yardstick = Yardstick.of(old);
    List<FrontierRecord> first =
        new FrontierBuilder("study", "first", DAY.minusDays(1))
            .build(yardstick, List.of(old), List.of());
    List<FrontierRecord> points =
        new FrontierBuilder("study", "second", DAY)
            .build(yardstick, List.of(old, better, large), first).stream()
                .map(p -> p.trialId() == 2 ? p.judged("") : p)
                .toList();
    assertThat(points).extracting(FrontierRecord::status).contains(FrontierStatus.DROPPED);

    String text =
        FrontierProgram.text(
            "study", points, new Run("second", DAY, yardstick), List.of(old, better, large));

    assertThat(text).endsWith("\nGate: 1 of 2 points promoted\n  trial 3: not judged yet\n");
  }
}
