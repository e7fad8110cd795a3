package io.paretune.jobs.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.CompressionSpace.Choices;
import io.paretune.jobs.search.CompressionSpace.KvBits;
import io.paretune.jobs.search.Granularity;
import io.paretune.jobs.search.Point;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TemplateTest {
  /** Pruned by how deep a layer lies, on a scale of tenths. */
  private static CompressionProfile byDepth(int layers) {
    return CompressionProfile.of(
        CriterionName.WANDA,
        IntStream.range(0, layers)
            .mapToObj(l -> LayerPlan.of(l, (int) ((l + 0.5) / layers * 8) / 10.0, 8, 4))
            .toList());
  }

  private static CompressionSpace space(int layers) {
    return new CompressionSpace(
        new MemoryFootprint(
            new DecoderShape(layers, 64, 96, 4, 2, 16, 2, 5000), new Workload(4, 100)),
        new Choices(
            List.of(CriterionName.WANDA),
            Pattern.UNSTRUCTURED,
            Granularity.LAYER,
            1,
            IntStream.range(0, 10).mapToObj(r -> r / 10.0).toList(),
            CompressionSpace.VisionRatios.none(),
            List.of(8, 4),
            KvBits.SEPARATE),
        OptionalLong.empty(),
        OptionalDouble.empty());
  }

  @Test
  void comesBackFromItsText() {
    Template template =
        new Template(
            "a \"study\"",
            "abc",
            32,
            List.of(
                new Template.Point(0.25, 0.5, byDepth(32)),
                new Template.Point(1, 0.75, CompressionProfile.dense())));
    assertThat(Template.parse("t.json", template.toJson())).isEqualTo(template);
  }

  @Test
  void aDeeperSiblingGetsTheSameProfileByRelativeDepth() {
    Template template =
        new Template("s", "m", 32, List.of(new Template.Point(0.5, 0.5, byDepth(32))));
    CompressionSpace deeper = space(40);
    Point point = deeper.nearest(template.points().get(0).profile(), template.layers());
    assertThat(deeper.profile(point)).isEqualTo(byDepth(40));
  }

  @Test
  void everyProblemOfAFileIsSaid() {
    assertThatThrownBy(() -> Template.parse("t.json", "nonsense"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("t.json")
        .hasMessageContaining("is not a JSON object");
    assertThatThrownBy(
            () ->
                Template.parse(
                    "t.json",
                    """
                    {"format":"paretune-template/1","study":"s","layers":2.5,"points":[
                      {"memory_share":0,"score":0.5,"profile":{"criterion":"wanda","layers":[]}},
                      {"memory_share":1,"score":0.5,"profile":{"criterion":"wonder","layers":[]}},
                      {"memory_share":1,"score":0.5,
                       "profile":{"criterion":"wanda","layers":[{"layer":3,"pruning_ratio":0.5}]}}]}
                    """))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"model_id\" must be a text, was null")
        .hasMessageContaining("\"layers\" must be a whole number of at least 1, was 2.5")
        .hasMessageContaining("points[0]: needs a \"memory_share\" above 0")
        .hasMessageContaining("wonder")
        .hasMessageContaining("points[2]: the profile has a layer beyond \"layers\"");
  }
}
