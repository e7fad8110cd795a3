package io.paretune.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CriterionName;
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
          .hasMessageContaining("need one-shot masks and criteria that update no weight, not");
    }
  }

  @Test
  void aCriterionOrSeveralCanBeChosenFrom() {
    assertThat(read("study.space.criterion=ria").study().space().criteria())
        .containsExactly(CriterionName.RIA);
    assertThat(read("study.space.criterion=magnitude,wanda,magnitude").study().space().criteria())
        .containsExactly(CriterionName.MAGNITUDE, CriterionName.WANDA);
    assertThat(read("study.space.criterion=wanda").study().space().variables())
        .as("as studies of earlier versions noted it")
        .startsWith("SpaceConfig[criterion=WANDA, mask=");
    assertThatThrownBy(() -> read("study.space.criterion=[wanda, wonder]"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("one or a list of magnitude, wanda, ria, optspa, sparsegpt");
    assertThatThrownBy(
            () ->
                read(
                    "study.space.criterion=[wanda, sparsegpt]",
                    "study.space.vision-pruning-ratios=[0.1]"))
        .hasMessageContaining("not one-shot and wanda, sparsegpt");
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
