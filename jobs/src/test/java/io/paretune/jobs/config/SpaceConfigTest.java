package io.paretune.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpaceConfigTest {
  @Test
  void visionIsPrunedOneShotOnly() {
    assertThat(read("study.space.vision-pruning-ratios=[0.2, 0.4]").study().space().prunesVision())
        .isTrue();
    for (String other : List.of("study.space.mask=sequential", "study.space.criterion=sparsegpt")) {
      assertThatThrownBy(() -> read("study.space.projector-pruning-ratios=[0.1]", other))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("need one-shot masks and a criterion that updates no weight, not");
    }
  }

  @Test
  void aPatternBringsItsRatio() {
    StudyConfig study = read("study.space.pattern=\"2:4\"").study();
    assertThat(study.space().pruningRatios()).containsExactly(0.0, 0.5);
    assertThat(study.uniformBaseline()).containsExactly(0.5);
  }

  private static ParetuneConfig read(String... overrides) {
    return ParetuneConfig.read(Optional.empty(), List.of(overrides), Set.of());
  }
}
