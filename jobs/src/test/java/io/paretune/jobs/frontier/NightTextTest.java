package io.paretune.jobs.frontier;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.NightsTable;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.Yardstick;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class NightTextTest {
  private static NightRecord night(OptionalLong edited) {
    return new NightRecord(
        "study",
        "20260122night",
        LocalDate.of(2026, 1, 22),
        Yardstick.of(Trials.running("study", 0, 0.5, 600)),
        "20260121night",
        3,
        2,
        new NightRecord.Questions(100, 7, 0, edited),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        Instant.EPOCH);
  }

  @Test
  void saysHowTheQuestionsDifferAsFarAsItIsKnown() {
    assertThat(NightText.lines(night(OptionalLong.of(4))))
        .contains("Benchmark: 96 questions as before, 7 new, 0 gone, 4 edited");
    assertThat(NightText.lines(night(OptionalLong.empty())))
        .contains(
            "Benchmark: 100 questions of the same ids, 7 new, 0 gone, edited ones unknown: the"
                + " earlier text is not there any more");
  }

  @Test
  void whatIsUnknownStaysUnknownInTheTable() {
    for (NightRecord night :
        new NightRecord[] {night(OptionalLong.of(0)), night(OptionalLong.empty())}) {
      assertThat(NightsTable.fromRow(NightsTable.toRow(night))).isEqualTo(night);
    }
  }
}
