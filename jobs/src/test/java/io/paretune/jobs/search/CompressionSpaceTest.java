package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.search.CompressionSpace.Choices;
import io.paretune.jobs.search.CompressionSpace.KvBits;
import io.paretune.jobs.search.CompressionSpace.VisionRatios;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.VisionPlan;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CompressionSpaceTest {
  private static final MemoryFootprint FOOTPRINT =
      new MemoryFootprint(new DecoderShape(5, 64, 96, 4, 2, 16, 2, 5000), new Workload(4, 100));

  private static CompressionSpace space(Granularity granularity, KvBits kvBits) {
    return space(Pattern.UNSTRUCTURED, List.of(0.0, 0.3, 0.5, 0.7), granularity, kvBits);
  }

  private static CompressionSpace space(
      Pattern pattern, List<Double> ratios, Granularity granularity, KvBits kvBits) {
    return space(FOOTPRINT, VisionRatios.none(), pattern, ratios, granularity, kvBits);
  }

  private static CompressionSpace space(
      MemoryFootprint footprint,
      VisionRatios vision,
      Pattern pattern,
      List<Double> ratios,
      Granularity granularity,
      KvBits kvBits) {
    return new CompressionSpace(
        footprint,
        new Choices(
            List.of(CriterionName.WANDA),
            pattern,
            granularity,
            2,
            ratios,
            vision,
            List.of(16, 8, 4, 2),
            kvBits),
        OptionalLong.empty(),
        OptionalDouble.empty());
  }

  @Property(tries = 100)
  void everyPointIsAProfileAndBack(
      @ForAll Granularity granularity, @ForAll KvBits kvBits, @ForAll long seed) {
    CompressionSpace space = space(granularity, kvBits);
    Point point = random(space, seed);
    assertThat(space.space().contains(point)).isTrue();
    CompressionProfile profile = space.profile(point);
    assertThat(space.point(profile)).contains(point);
  }

  @Property(tries = 100)
  void memoryIsKnownToTheByte(
      @ForAll Granularity granularity, @ForAll KvBits kvBits, @ForAll long seed) {
    CompressionSpace space = space(granularity, kvBits);
    Point point = random(space, seed);
    double known = space.space().objectives().get(0).known().orElseThrow().of(point);
    assertThat(known).isEqualTo((double) FOOTPRINT.totalBytes(space.profile(point)));
  }

  /** What the configuration can ask for: three granularities, each with and without a pattern. */
  @Property(tries = 60)
  void underAPatternEveryPrunedLayerHasIt(
      @ForAll Granularity granularity, @ForAll KvBits kvBits, @ForAll long seed) {
    CompressionSpace space = space(Pattern.FOUR_OF_EIGHT, List.of(0.0, 0.5), granularity, kvBits);
    Point point = random(space, seed);
    CompressionProfile profile = space.profile(point);
    assertThat(space.point(profile)).contains(point);
    assertThat(profile.layers().stream().filter(LayerPlan::isPruned))
        .allMatch(l -> l.pattern() == Pattern.FOUR_OF_EIGHT);
    assertThat(space.memory().of(point)).isEqualTo((double) FOOTPRINT.totalBytes(profile));
    CompressionProfile uniform =
        space.profile(space.uniform(CriterionName.WANDA, 0.5, 4).orElseThrow());
    assertThat(uniform.layers()).hasSize(5).allMatch(l -> l.pattern() == Pattern.FOUR_OF_EIGHT);
    assertThat(space.point(CompressionProfile.uniform(CriterionName.WANDA, 5, 0.5, 4, 4)))
        .as("zeros anywhere are another space's")
        .isEmpty();
  }

  @Property(tries = 40)
  void whatComesBeforeTheDecoderIsTwoMoreVariables(
      @ForAll Granularity granularity, @ForAll long seed) throws IOException {
    MemoryFootprint demo;
    try (Checkpoint model = Checkpoint.open(DemoSamples.MODEL)) {
      demo = new MemoryFootprint(DecoderShape.of(model), new Workload(4, 100));
    }
    CompressionSpace space =
        space(
            demo,
            new VisionRatios(List.of(0.2, 0.4), List.of(0.5)),
            Pattern.UNSTRUCTURED,
            List.of(0.5),
            granularity,
            KvBits.TIED);
    assertThat(space.space().parameters().stream().map(Parameter::name))
        .endsWith("vision.ratio", "projector.ratio");
    Point point = random(space, seed);
    CompressionProfile profile = space.profile(point);
    assertThat(space.point(profile)).contains(point);
    assertThat(space.nearest(profile, demo.shape().layers())).isEqualTo(point);
    assertThat(space.memory().of(point)).isEqualTo((double) demo.totalBytes(profile));
    int last = space.space().dimensions() - 1;
    assertThat(profile.vision())
        .isEqualTo(
            new VisionPlan(
                List.of(0.0, 0.2, 0.4).get((int) point.toArray()[last - 1]),
                0.5 * point.toArray()[last]));
    assertThat(space.layers(last)).isEmpty();
  }

  private static final List<CriterionName> CRITERIA =
      List.of(CriterionName.RIA, CriterionName.WANDA, CriterionName.MAGNITUDE);

  private static CompressionSpace ofThreeCriteria(Granularity granularity) {
    return new CompressionSpace(
        FOOTPRINT,
        new Choices(
            CRITERIA,
            Pattern.UNSTRUCTURED,
            granularity,
            2,
            List.of(0.0, 0.5),
            VisionRatios.none(),
            List.of(16, 4),
            KvBits.TIED),
        OptionalLong.empty(),
        OptionalDouble.empty());
  }

  @Property(tries = 60)
  void theCriterionIsOneVariableOfAll(@ForAll Granularity granularity, @ForAll long seed) {
    CompressionSpace space = ofThreeCriteria(granularity);
    int last = space.space().dimensions() - 1;
    assertThat(space.space().parameter(last).name()).isEqualTo("criterion");
    assertThat(space.layers(last)).isEmpty();
    Point point = random(space, seed);
    CompressionProfile profile = space.profile(point);
    assertThat(space.memory().of(point)).isEqualTo((double) FOOTPRINT.totalBytes(profile));
    assertThat(space.nearest(profile, 5)).isEqualTo(space.point(profile).orElseThrow());
    boolean proposed = space.space().knownConstraints().stream().allMatch(c -> c.isMet(point));
    if (profile.isPruned()) {
      assertThat(profile.criterion()).isEqualTo(CRITERIA.get(point.choice(last)));
      assertThat(space.point(profile)).contains(point);
      assertThat(proposed).isTrue();
    } else {
      assertThat(profile.criterion()).isEqualTo(CriterionName.RIA);
      assertThat(proposed).as("once").isEqualTo(point.choice(last) == 0);
    }
  }

  @Test
  void whatPrunesNothingIsOneProfileByWhateverCriterion() {
    CompressionSpace space = ofThreeCriteria(Granularity.LAYER);
    Point dense = space.point(CompressionProfile.dense()).orElseThrow();
    assertThat(space.uniform(CriterionName.MAGNITUDE, 0, 16)).contains(dense);
    assertThat(space.uniform(CriterionName.MAGNITUDE, 0.5, 16).orElseThrow().choice(10))
        .isEqualTo(2);
    assertThat(space.uniform(CriterionName.OPTSPA, 0.5, 16)).isEmpty();
  }

  @Test
  void aPatternHasNoOtherRatios() {
    assertThatThrownBy(
            () -> space(Pattern.TWO_OF_FOUR, List.of(0.3), Granularity.LAYER, KvBits.TIED))
        .hasMessageContaining("the pattern 2:4 has the ratios 0 and 0.5, not [0.0, 0.3]");
  }

  @Test
  void aBeliefAddsUpWhatTheLayersAndMatricesOfAVariableLose() {
    CompressionSpace space = space(Granularity.BLOCK, KvBits.TIED);
    Additive belief =
        space.belief((layer, projection, ratio) -> (layer + 1) * ratio * projection.key().length());
    // Five layers in two blocks, 0–1 and 2–4; seven matrices whose names have 49 letters.
    assertThat(belief.term(0, 0)).isZero();
    assertThat(belief.term(0, 2)).isCloseTo((1 + 2) * 0.5 * 49, within(1e-9));
    assertThat(belief.term(2, 3)).isCloseTo((3 + 4 + 5) * 0.7 * 49, within(1e-9));
    assertThat(belief.term(1, 0)).isZero();
    assertThat(belief.term(1, 3)).isCloseTo(2.0 / 9, within(1e-9));
    assertThat(belief.term(3, 1)).isCloseTo(3.0 / (255 * 255), within(1e-12));
  }

  @Test
  void aProfileOfADeeperModelIsMatchedByRelativeDepth() {
    CompressionSpace space = space(Granularity.LAYER, KvBits.TIED);
    CompressionProfile deeper =
        CompressionProfile.parse(
            "here",
            """
            {"layers":[{"layer":0,"pruning_ratio":0.7},{"layer":1,"pruning_ratio":0.7},
                       {"layer":9,"pruning_ratio":0.48,"key_bits":4,"value_bits":4}]}
            """);
    assertThat(space.profile(space.nearest(deeper, 10)))
        .isEqualTo(
            CompressionProfile.parse(
                "here",
                """
                {"layers":[{"layer":0,"pruning_ratio":0.7},
                           {"layer":4,"pruning_ratio":0.5,"key_bits":4,"value_bits":4}]}
                """));
  }

  @Test
  void blocksAreContiguousAndCoverEveryLayer() {
    CompressionSpace space = space(Granularity.BLOCK, KvBits.TIED);
    assertThat(space.space().parameters().stream().map(Parameter::name))
        .containsExactly("b0.ratio", "b0.kv_bits", "b1.ratio", "b1.kv_bits");
    CompressionProfile profile = space.profile(Point.of(1, 0, 3, 2));
    assertThat(profile.layers().stream().map(l -> l.isUniform() ? l.keyBits() : -1))
        .containsExactly(16, 16, 4, 4, 4);
  }

  @Test
  void whatTheSpaceLacksHasNoPoint() {
    CompressionSpace space = space(Granularity.LAYER, KvBits.TIED);
    assertThat(space.uniform(CriterionName.WANDA, 0.5, 4)).isPresent();
    assertThat(space.uniform(CriterionName.WANDA, 0.45, 4)).isEmpty();
    assertThat(space.uniform(CriterionName.WANDA, 0.5, 3)).isEmpty();
    assertThat(space(Granularity.BLOCK, KvBits.TIED).point(space.profile(random(space, 1))))
        .isEmpty();
  }

  @Test
  void sparsityFloorIsAKnownConstraint() {
    CompressionSpace space =
        new CompressionSpace(
            FOOTPRINT,
            new Choices(
                List.of(CriterionName.WANDA),
                Pattern.UNSTRUCTURED,
                Granularity.LAYER,
                1,
                List.of(0.0, 0.5),
                CompressionSpace.VisionRatios.none(),
                List.of(16),
                KvBits.TIED),
            OptionalLong.of(100_000),
            OptionalDouble.of(0.4));
    assertThat(space.space().constraints()).hasSize(2);
    Constraint.OnQuantity floor =
        space.space().constraints().stream()
            .filter(Constraint.OnQuantity.class::isInstance)
            .map(Constraint.OnQuantity.class::cast)
            .findFirst()
            .orElseThrow();
    Point half = space.uniform(CriterionName.WANDA, 0.5, 16).orElseThrow();
    assertThat(floor.quantity().of(half))
        .isCloseTo(FOOTPRINT.meanPruningRatio(space.profile(half)), within(1e-9));
  }

  private static Point random(CompressionSpace space, long seed) {
    Random random = new Random(seed);
    return Point.of(
        space.space().parameters().stream()
            .mapToDouble(p -> random.nextInt((int) p.cardinality()))
            .toArray());
  }
}
