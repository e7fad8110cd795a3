package io.paretune.jobs.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.CompressionSpace.Choices;
import io.paretune.jobs.search.CompressionSpace.KvBits;
import io.paretune.jobs.search.Granularity;
import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.RandomSampler;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.tables.ImportanceMethod;
import io.paretune.jobs.tables.LayerImportanceRecord;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Pattern;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ImportanceTest {
  private static final CompressionSpace SPACE =
      new CompressionSpace(
          new MemoryFootprint(new DecoderShape(4, 64, 96, 4, 2, 16, 2, 5000), new Workload(4, 100)),
          new Choices(
              List.of(CriterionName.WANDA),
              Pattern.UNSTRUCTURED,
              Granularity.LAYER,
              1,
              List.of(0.3, 0.5, 0.7),
              new CompressionSpace.VisionRatios(List.of(0.0, 0.5), List.of(0.0)),
              List.of(8, 4),
              KvBits.TIED),
          OptionalLong.empty(),
          OptionalDouble.empty());

  /** Layer 1's ratio matters most, layer 2's bits a little, nothing else at all. */
  private static Study study(int trials) {
    Study study = new Study(SPACE.space(), new RandomSampler(1));
    for (Trial t : study.ask(trials)) {
      Point p = t.point();
      double score = 0.9 - 0.2 * p.at(2) / 3 - 0.05 * p.at(5) / 2;
      study.tell(t.id(), Outcome.complete(Map.of(CompressionSpace.SCORE, score), 100_000));
    }
    return study;
  }

  private static List<LayerImportanceRecord> rows(int trials, ImportanceMethod method) {
    return new LayerImportances("s", "r", SPACE)
        .of(SharedSpark.session(), study(trials).history(), 7).stream()
            .filter(r -> r.method() == method)
            .toList();
  }

  @ParameterizedTest
  @EnumSource
  void theLayerThatMattersIsFoundWithItsUncertainty(ImportanceMethod method) {
    List<LayerImportanceRecord> rows = rows(80, method);
    assertThat(rows).hasSize(9);
    LayerImportanceRecord tower = rows.get(8);
    assertThat(tower.layer()).isEqualTo(LayerImportanceRecord.NO_LAYER);
    assertThat(tower.variable()).isEqualTo("vision_ratio");
    assertThat(rows.stream().mapToDouble(LayerImportanceRecord::importance).sum())
        .isCloseTo(1, within(1e-9));
    LayerImportanceRecord first = rows.get(2);
    assertThat(first.layer()).isEqualTo(1);
    assertThat(first.variable()).isEqualTo("ratio");
    assertThat(first.importance()).isBetween(0.5, 0.95);
    assertThat(rows).filteredOn(r -> !r.equals(first)).allMatch(r -> r.importance() < first.low());
  }

  /** By another criterion each layer loses the same again and a half. */
  @Test
  void aCriterionMattersByWhatItMakesOfAllLayers() {
    CompressionSpace space =
        new CompressionSpace(
            new MemoryFootprint(
                new DecoderShape(6, 64, 96, 4, 2, 16, 2, 5000), new Workload(4, 100)),
            new Choices(
                List.of(CriterionName.MAGNITUDE, CriterionName.WANDA),
                Pattern.UNSTRUCTURED,
                Granularity.LAYER,
                1,
                List.of(0.3, 0.5, 0.7),
                CompressionSpace.VisionRatios.none(),
                List.of(8, 4),
                KvBits.TIED),
            OptionalLong.empty(),
            OptionalDouble.empty());
    Study study = new Study(space.space(), new RandomSampler(1));
    for (Trial t : study.ask(80)) {
      double damage = 0;
      for (int l = 0; l < 6; l++) {
        damage += 0.1 * t.point().at(2 * l);
      }
      double score = 0.9 * Math.exp(-damage * (t.point().at(12) == 1 ? 2.5 : 1));
      study.tell(t.id(), Outcome.complete(Map.of(CompressionSpace.SCORE, score), 100_000));
    }
    List<LayerImportanceRecord> rows =
        new LayerImportances("s", "r", space)
            .of(SharedSpark.session(), study.history(), 7).stream()
                .filter(r -> r.variable().equals("criterion"))
                .toList();
    assertThat(rows).hasSize(2); // one by each method
    assertThat(rows)
        .allMatch(r -> r.layer() == LayerImportanceRecord.NO_LAYER)
        // At the mean ratio all layers lose .9, and 1.35 more by the other criterion.
        .allSatisfy(r -> assertThat(r.importance()).isBetween(0.2, 0.7));
  }

  @Test
  void withoutTrialsThereIsNothingToExplain() {
    assertThat(
            new LayerImportances("s", "r", SPACE).of(SharedSpark.session(), study(1).history(), 7))
        .isEmpty();
  }
}
