package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.Trials;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Dense memory is 1000 bytes, guessing scores 0.2. */
class TemplateSavingTest {
  /** A trial that ended in the given second. */
  private static TrialRecord trial(int id, long memory, double score, int second) {
    return Trials.running("study", "run", id, id / 10.0, memory)
        .completed(Trials.score(score), Instant.EPOCH.plusSeconds(second), 1);
  }

  /** Four trials until one profile beats all others; it ended before the last was done. */
  private static List<TrialRecord> search() {
    return List.of(
        trial(0, 1000, 0.9, 1),
        trial(1, 900, 0.3, 2),
        trial(2, 800, 0.4, 3),
        trial(3, 500, 0.9, 5),
        trial(4, 700, 0.5, 4));
  }

  private static Map<Long, TrialScore> heldOut(double score) {
    Map<Long, TrialScore> scores = new HashMap<>();
    search().forEach(t -> scores.put(t.trialId(), Trials.score(score)));
    return scores;
  }

  @Test
  void countsTheTrialsUntilTheSearchHadAsMuch() {
    TemplateSaving saving = TemplateSaving.of(search(), heldOut(0.7));

    // The frontier is trial 3 alone; the dense model is not on it and is asked as well.
    assertThat(saving.hypervolume()).isCloseTo(0.5 * 0.5 / 0.8, within(1e-12));
    assertThat(saving.templateTrials()).isEqualTo(2);
    assertThat(saving.searchTrials()).hasValue(5); // the fifth that ended
    assertThat(saving.text())
        .isEqualTo(
            "As a template: a study that starts from this frontier has hypervolume 0.3125 after 2"
                + " trials (held-out questions). The search needed 5 trials for as much on its"
                + " own: 3 saved.\n");
  }

  @Test
  void saysWhereTheSearchNeverCameAsFarAndWhereNothingIsSaved() {
    assertThat(TemplateSaving.of(search(), heldOut(1)).text())
        .endsWith("The search did not come as far on its own questions.\n");
    assertThat(TemplateSaving.of(search(), heldOut(0.2)).text())
        .contains("hypervolume 0.0000 after 2 trials")
        .endsWith("needed 1 trials for as much on its own: 1 NOT saved.\n");
  }
}
