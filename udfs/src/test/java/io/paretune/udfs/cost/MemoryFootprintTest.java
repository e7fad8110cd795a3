package io.paretune.udfs.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.KvGrouping;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Cases computed by hand from reference sizes: 2 layers, hidden 8, ffn 16, 2 heads on 1, dim 4. */
class MemoryFootprintTest {
  private static final DecoderShape SHAPE = new DecoderShape(2, 8, 16, 2, 1, 4, 2, 1000);
  private static final MemoryFootprint FOOTPRINT =
      new MemoryFootprint(SHAPE, new Workload(3, 10)); // 30 tokens

  // q 8x8, k 4x8, v 4x8, o 8x8, gate 16x8, up 16x8, down 8x16: 576 weights
  private static final long DENSE_LAYER = 576 * 2;

  @Test
  void denseCountsEveryWeightAndSixteenBitVectors() {
    CompressionProfile dense = CompressionProfile.dense();
    assertThat(FOOTPRINT.weightBytes(dense)).isEqualTo(1000 + 2 * DENSE_LAYER);
    assertThat(FOOTPRINT.kvBytes(dense)).isEqualTo(2 * 30 * (8 + 8));
    assertThat(FOOTPRINT.meanPruningRatio(dense)).isZero();
    assertThat(FOOTPRINT.meanKvBits(dense)).isEqualTo(16);
  }

  @Test
  void prunedMatrixIsBitmaskPlusKeptValues() {
    LayerPlan half = LayerPlan.of(0, 0.5, 16, 16);
    assertThat(FOOTPRINT.layerWeightBytes(half)).isEqualTo(576 / 8 + 288 * 2);
  }

  @Test
  void keptColumnsRoundAsPythonDoes() {
    // int(8 * 0.3) = 2 and int(16 * 0.3) = 4: rows keep 6 of 8 and 12 of 16
    LayerPlan plan = LayerPlan.of(0, 0.3, 16, 16);
    assertThat(FOOTPRINT.layerWeightBytes(plan)).isEqualTo(72 + (448 * 6 / 8 + 128 * 12 / 16) * 2);
    assertThat(MemoryFootprint.prunedColumns(10, 0.7)).isEqualTo(7);
    assertThat(MemoryFootprint.prunedColumns(100, 0.29)).isEqualTo(28); // 28.999999999999996
  }

  @Test
  void aMatrixNeverCostsMoreThanItsDenseForm() {
    // int(8 * 0.1) = 0: nothing is removed, so the bitmask would only add
    assertThat(FOOTPRINT.layerWeightBytes(LayerPlan.of(0, 0.1, 16, 16)))
        .isEqualTo(448 * 2 + Math.min(128 * 2, 16 + 120 * 2));
  }

  @Test
  void oneProjectionAlone() {
    LayerPlan plan = new LayerPlan(1, Map.of(Projection.DOWN, 0.5), 16, 16);
    assertThat(FOOTPRINT.layerWeightBytes(plan)).isEqualTo(448 * 2 + 16 + 64 * 2);
  }

  @Test
  void quantizedVectorsCarryScaleAndZero() {
    // head_dim 4: 8 bits 4 bytes, 6 bits 3, 4 bits 2, 3 bits 1.5 -> 2, 2 bits 1; each + 4
    assertThat(FOOTPRINT.layerKvBytes(LayerPlan.of(0, 0, 8, 6), KvGrouping.TOKEN))
        .isEqualTo(30 * (8 + 7));
    assertThat(FOOTPRINT.layerKvBytes(LayerPlan.of(0, 0, 4, 3), KvGrouping.TOKEN))
        .isEqualTo(30 * (6 + 6));
    assertThat(FOOTPRINT.layerKvBytes(LayerPlan.of(0, 0, 2, 16), KvGrouping.TOKEN))
        .isEqualTo(30 * (5 + 8));
  }

  @Test
  void llavaSevenBTakesHalfAMebibytePerToken() {
    DecoderShape llava = new DecoderShape(32, 4096, 11008, 32, 32, 128, 2, 0);
    MemoryFootprint one = new MemoryFootprint(llava, new Workload(1, 1));
    assertThat(one.kvBytes(CompressionProfile.dense())).isEqualTo(512 * 1024);
  }

  @Property(tries = 200)
  void totalIsFixedPlusLayers(
      @ForAll @DoubleRange(min = 0, max = 0.99) double first,
      @ForAll @DoubleRange(min = 0, max = 0.99) double second,
      @ForAll @IntRange(min = 0, max = 5) int bits) {
    LayerPlan a = LayerPlan.of(0, first, LayerPlan.KV_BITS.get(bits), 16);
    LayerPlan b = LayerPlan.of(1, second, 16, LayerPlan.KV_BITS.get(bits));
    CompressionProfile profile = CompressionProfile.of(CriterionName.WANDA, List.of(a, b));
    assertThat(FOOTPRINT.totalBytes(profile))
        .isEqualTo(FOOTPRINT.fixedBytes() + FOOTPRINT.layerBytes(a) + FOOTPRINT.layerBytes(b));
  }

  @Test
  void workloadIsReadFromText() {
    assertThat(Workload.parse("workload", "16x4096").tokens()).isEqualTo(65536);
    assertThatThrownBy(() -> Workload.parse("--workload", "16*4096"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--workload: \"16*4096\" is not a workload")
        .hasMessageContaining("BATCHxCONTEXT");
    assertThatThrownBy(() -> Workload.parse("workload", "0x5"))
        .hasMessageContaining("is not a workload");
  }

  @Test
  void keysByChannelShareAScaleOverThirtyTwoTokens() {
    // 2 requests of 70 tokens: two whole groups of 32 tokens each, 6 tokens left over. A whole
    // group
    // has 4 channels of 32 values and 4 bytes; what is left over has 4 channels of 16 bits.
    MemoryFootprint footprint = new MemoryFootprint(SHAPE, new Workload(2, 70));
    long keys = 2 * (2 * 4 * (32 * 3 / 8 + 4) + 6 * 4 * 2);
    long values = 2 * 70 * (4 * 4 / 8 + 4);
    assertThat(footprint.layerKvBytes(LayerPlan.of(0, 0, 3, 4), KvGrouping.CHANNEL_KEYS))
        .isEqualTo(keys + values);
    assertThat(footprint.layerKvBytes(LayerPlan.of(0, 0, 16, 4), KvGrouping.CHANNEL_KEYS))
        .isEqualTo(footprint.layerKvBytes(LayerPlan.of(0, 0, 16, 4), KvGrouping.TOKEN));
  }
}
