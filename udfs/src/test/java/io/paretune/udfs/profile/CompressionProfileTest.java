package io.paretune.udfs.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CompressionProfileTest {

  @Test
  void readsTheDesignsExample() {
    CompressionProfile profile =
        CompressionProfile.parse(
            "p.json",
            """
            {"criterion":"wanda","mask":"one-shot","layers":[
              {"layer":2,"pruning_ratio":{"q_proj":0.5,"down_proj":0.25},"value_bits":4},
              {"layer":0,"pruning_ratio":0.5,"key_bits":8,"value_bits":8}]}
            """);
    assertThat(profile.layer(0)).isEqualTo(LayerPlan.of(0, 0.5, 8, 8));
    assertThat(profile.layer(1)).isEqualTo(LayerPlan.dense(1));
    assertThat(profile.layer(2))
        .isEqualTo(new LayerPlan(2, Map.of(Projection.Q, 0.5, Projection.DOWN, 0.25), 16, 4));
  }

  @Test
  void oneSpellingForProfilesThatDoTheSame() {
    CompressionProfile a =
        CompressionProfile.parse(
            "a", "{\"layers\":[{\"layer\":1,\"pruning_ratio\":5e-1},{\"layer\":0}]}");
    CompressionProfile b =
        CompressionProfile.parse(
            "b",
            "{\"kv_grouping\":\"token\",\"criterion\":\"wanda\",\"layers\":[{\"key_bits\":16,\"layer\":1,"
                + "\"pruning_ratio\":{\"q_proj\":0.50,\"k_proj\":0.5,\"v_proj\":0.5,\"o_proj\":0.5,"
                + "\"gate_proj\":0.5,\"up_proj\":0.5,\"down_proj\":0.5}}]}");
    assertThat(a.id()).isEqualTo(b.id()).matches("[0-9a-f]{16}");
    assertThat(a.canonicalJson())
        .isEqualTo(
            "{\"criterion\":\"wanda\",\"mask\":\"one-shot\",\"kv_grouping\":\"token\",\"layers\":"
                + "[{\"layer\":1,\"pruning_ratio\":0.5,\"key_bits\":16,\"value_bits\":16}]}");
  }

  @Test
  void reportsEveryProblemAtOnce() {
    assertThatThrownBy(
            () ->
                CompressionProfile.parse(
                    "bad.json",
                    """
                    {"criterion":"wand","colour":1,"layers":[
                      {"layer":0,"pruning_ratio":1.2},
                      {"layer":0,"key_bits":5},
                      {"pruning_ratio":{"z_proj":0.1}},
                      7]}
                    """))
        .isInstanceOfSatisfying(
            InvalidInputException.class, e -> assertThat(e.problems()).hasSize(8))
        .hasMessageContaining("bad.json: unknown key \"colour\"")
        .hasMessageContaining(
            "\"criterion\" must be one of [magnitude, wanda, ria, optspa, sparsegpt], was \"wand\"")
        .hasMessageContaining("layer 0: pruning_ratio of q_proj must be in [0, 1), was 1.2")
        .hasMessageContaining("layers[1]: layer 0 is planned more than once")
        .hasMessageContaining("layer 0: key_bits must be one of [16, 8, 6, 4, 3, 2], was 5")
        .hasMessageContaining("layers[2].layer is missing")
        .hasMessageContaining("unknown projection \"z_proj\"")
        .hasMessageContaining("layers[3] must be an object, was 7");
  }

  @Test
  void refusesWhatIsNoProfile() {
    assertThatThrownBy(() -> CompressionProfile.parse("x", "{"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("x: is not JSON");
    assertThatThrownBy(() -> CompressionProfile.parse("x", "[]"))
        .hasMessageContaining("must be a JSON object");
    assertThatThrownBy(() -> CompressionProfile.parse("x", "{\"layers\":{}}"))
        .hasMessageContaining("\"layers\" must be an array");
    assertThatThrownBy(() -> LayerPlan.of(-1, 0, 16, 16))
        .hasMessageContaining("layer must not be negative, was -1");
    assertThatThrownBy(() -> LayerPlan.of(3, Double.NaN, 16, 16))
        .hasMessageContaining("layer 3: pruning_ratio of q_proj must be in [0, 1), was NaN");
  }

  @Test
  void visionTowerAndProjectorHaveRatiosThatOnlyThenAreSpelt() {
    CompressionProfile some =
        CompressionProfile.parse("p", "{\"projector_pruning_ratio\":0.50,\"layers\":[]}");
    assertThat(some.vision()).isEqualTo(new VisionPlan(0, 0.5));
    assertThat(some.isDense()).isFalse();
    assertThat(some.isPruned()).as("the decoder").isFalse();
    assertThat(some.canonicalJson())
        .contains("\"vision_pruning_ratio\":0,\"projector_pruning_ratio\":0.5");
    assertThat(CompressionProfile.parse("p", some.canonicalJson())).isEqualTo(some);
    assertThat(some.pruningOnly().vision()).isEqualTo(some.vision());
    assertThat(CompressionProfile.dense().canonicalJson()).doesNotContain("vision");
    assertThat(
            CompressionProfile.parse("p", "{\"vision_pruning_ratio\":0,\"layers\":[]}").isDense())
        .isTrue();

    assertThatThrownBy(
            () ->
                CompressionProfile.parse("p.json", "{\"vision_pruning_ratio\":\"a\",\"layers\":3}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"vision_pruning_ratio\" must be a number, was \"a\"")
        .hasMessageContaining("\"layers\" must be an array");
    assertThatThrownBy(
            () -> CompressionProfile.parse("p.json", "{\"vision_pruning_ratio\":1,\"layers\":[]}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("p.json: vision_pruning_ratio must be in [0, 1), was 1.0");
    assertThatThrownBy(
            () ->
                CompressionProfile.parse(
                    "p.json",
                    "{\"mask\":\"sequential\",\"vision_pruning_ratio\":0.1,\"layers\":[]}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("pruned by one-shot masks of a criterion that updates no weight");
  }

  @Test
  void anNmPatternBringsItsRatioAndOldProfilesKeepTheirIds() {
    CompressionProfile whole =
        CompressionProfile.parse("p", "{\"layers\":[{\"layer\":1,\"pattern\":\"2:4\"}]}");
    assertThat(whole.layer(1).pruningRatios()).containsOnlyKeys(Projection.values());
    assertThat(whole.layer(1).pruningRatios().values()).containsOnly(0.5);
    assertThat(whole.canonicalJson()).contains("\"pruning_ratio\":0.5,\"pattern\":\"2:4\"");

    CompressionProfile some =
        CompressionProfile.parse(
            "p",
            "{\"layers\":[{\"layer\":1,\"pattern\":\"4:8\",\"pruning_ratio\":{\"up_proj\":0.5}}]}");
    assertThat(some.layer(1).pruningRatio(Projection.UP)).isEqualTo(0.5);
    assertThat(some.layer(1).pruningRatio(Projection.Q)).isZero();
    assertThat(CompressionProfile.parse("p", some.canonicalJson())).isEqualTo(some);

    CompressionProfile free =
        CompressionProfile.parse(
            "p", "{\"layers\":[{\"layer\":1,\"pattern\":\"unstructured\",\"pruning_ratio\":0.5}]}");
    assertThat(free.canonicalJson()).doesNotContain("pattern");
    assertThat(whole.id()).isNotEqualTo(free.id());
    // As it was before there were patterns.
    assertThat(free.id()).isEqualTo("1a642c7302e8f17a");

    assertThatThrownBy(
            () ->
                CompressionProfile.parse(
                    "p.json",
                    """
                    {"layers":[{"layer":0,"pattern":"2:4","pruning_ratio":0.6},
                               {"layer":1,"pattern":"1:3"}]}
                    """))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "layer 0: pruning_ratio of q_proj must be 0 or 0.5 under the pattern 2:4, was 0.6")
        .hasMessageContaining(
            "layers[1].\"pattern\" must be one of [unstructured, 2:4, 4:8], was \"1:3\"");
  }

  @Property(tries = 200)
  void jsonRoundTrip(@ForAll("profiles") CompressionProfile profile) {
    CompressionProfile again = CompressionProfile.parse("p", profile.canonicalJson());
    assertThat(again).isEqualTo(profile);
    assertThat(again.id()).isEqualTo(profile.id());
  }

  @Provide
  Arbitrary<CompressionProfile> profiles() {
    Arbitrary<Double> ratio = Arbitraries.doubles().between(0, 0.99);
    Arbitrary<Integer> bits = Arbitraries.of(LayerPlan.KV_BITS);
    Arbitrary<List<LayerPlan>> layers =
        Combinators.combine(
                Arbitraries.maps(Arbitraries.of(Projection.values()), ratio).ofMaxSize(7),
                bits,
                bits)
            .as((ratios, keys, values) -> new LayerPlan(0, ratios, keys, values))
            .list()
            .ofMaxSize(6)
            .map(
                plans -> {
                  List<LayerPlan> numbered = new ArrayList<>();
                  for (LayerPlan p : plans) {
                    numbered.add(
                        new LayerPlan(
                            numbered.size(), p.pruningRatios(), p.keyBits(), p.valueBits()));
                  }
                  return numbered;
                });
    return Combinators.combine(
            Arbitraries.of(CriterionName.values()),
            Arbitraries.of(MaskKind.values()),
            Arbitraries.of(KvGrouping.values()),
            layers)
        .as(CompressionProfile::new);
  }
}
