package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunIdTest {
  private static final String NIGHT = RunId.ofNight(LocalDate.of(2026, 11, 22));

  @Test
  void runsStandInTheOrderInWhichTheyBegan() {
    String morning = RunId.ofSearch(Instant.parse("2026-11-22T01:30:00Z"), Set.of());
    String noon = RunId.ofSearch(Instant.parse("2026-11-22T12:00:00Z"), Set.of(morning, NIGHT));
    String evening = RunId.ofSearch(Instant.parse("2026-11-22T20:00:00Z"), Set.of(NIGHT, noon));
    String next = RunId.ofSearch(Instant.parse("2026-11-23T00:00:00Z"), Set.of(NIGHT, noon));

    assertThat(List.of(morning, NIGHT, noon, evening, next)).isSorted().doesNotHaveDuplicates();
    assertThat(morning).isEqualTo("20261122T013000000");
    assertThat(noon).isEqualTo("20261122nightT120000000");
  }

  @Test
  void onlyANightIsANight() {
    assertThat(NIGHT)
        .isEqualTo("20261122night")
        .satisfies(id -> assertThat(RunId.isNight(id)).isTrue())
        .satisfies(id -> assertThat(RunId.dateOfNight(id)).contains(LocalDate.of(2026, 11, 22)));
    assertThat(RunId.ofSearch(Instant.EPOCH, Set.of("19700101night")))
        .startsWith("19700101night")
        .satisfies(id -> assertThat(RunId.isNight(id)).isFalse())
        .satisfies(id -> assertThat(RunId.dateOfNight(id)).isEmpty());
  }
}
