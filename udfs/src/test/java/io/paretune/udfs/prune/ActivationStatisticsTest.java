package io.paretune.udfs.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ActivationStatisticsTest {
  private static final StatisticsShape SHAPE = StatisticsShape.of(2, 3, 4, 5);

  @Test
  void meanSquareIsTheSumOverTheTokensInFp32() {
    StatisticsAccumulator seen = new StatisticsAccumulator(SHAPE);
    seen.add(1, InputSite.MLP, new double[] {1, 2, 0}, 2);
    seen.add(1, InputSite.MLP, new double[] {0.5, 0, 0}, 1);

    ActivationStatistics statistics = seen.statistics();

    assertThat(statistics.meanSquare(1, Projection.UP))
        .containsExactly((float) (1.5 / 3), (float) (2.0 / 3), 0f);
    assertThat(statistics.meanSquare(1, Projection.GATE))
        .isEqualTo(statistics.meanSquare(1, Projection.UP));
    assertThat(statistics.tokens(1, InputSite.MLP)).isEqualTo(3);
    assertThat(statistics.tokens(0, InputSite.MLP)).isZero();
  }

  @Test
  void meanSquareWithoutTokensIsRefused() {
    assertThatThrownBy(() -> ActivationStatistics.empty(SHAPE).meanSquare(0, Projection.DOWN))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("layer 0, down_proj: no calibration token was seen");
  }

  @Test
  void laterPassesDoNotChangeWhatWasHandedOut() {
    StatisticsAccumulator seen = new StatisticsAccumulator(SHAPE);
    ActivationStatistics before = seen.statistics();
    seen.add(0, InputSite.MLP_DOWN, new double[] {1, 1, 1, 1, 1}, 1);

    assertThat(before).isEqualTo(ActivationStatistics.empty(SHAPE)).isNotEqualTo(seen.statistics());
  }

  @Test
  void overflowingModelsAreRefusedAndNothingOfThePassIsKept() {
    StatisticsAccumulator seen = new StatisticsAccumulator(SHAPE);
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1e-9, 0x1p66}) {
      assertThatThrownBy(() -> seen.add(1, InputSite.ATTENTION, new double[] {1, bad, 1}, 1))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "calibration: layer 1, input of q_proj, channel 1: the sum of squared inputs is "
                  + bad
                  + " — the model overflows on these samples: check its weights");
    }
    assertThat(seen.statistics()).isEqualTo(ActivationStatistics.empty(SHAPE));
  }

  @Test
  void passesOfAnotherShapeAreRefused() {
    StatisticsAccumulator seen = new StatisticsAccumulator(SHAPE);
    assertThatThrownBy(() -> seen.add(0, InputSite.ATTENTION_OUTPUT, new double[3], 1))
        .hasMessage("layer 0, ATTENTION_OUTPUT: 4 channels expected, was 3");
    assertThatThrownBy(() -> seen.add(0, InputSite.ATTENTION_OUTPUT, new double[4], -1))
        .hasMessage("a token count is not negative, was -1");
    assertThatThrownBy(
            () ->
                seen.statistics().merge(ActivationStatistics.empty(StatisticsShape.of(3, 3, 4, 5))))
        .hasMessageStartingWith("statistics of different models: ");
  }

  @Property(tries = 60)
  void mergingIsTheSameToTheLastBitForAnyShardingAndOrder(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int shards) {
    Random random = new Random(seed);
    List<ActivationStatistics> parts = new ArrayList<>();
    StatisticsAccumulator all = new StatisticsAccumulator(SHAPE);
    for (int i = 0; i < shards; i++) {
      StatisticsAccumulator part = new StatisticsAccumulator(SHAPE);
      for (int pass = 0; pass < random.nextInt(4); pass++) {
        addPass(new Random(random.nextLong()), part, all);
      }
      parts.add(part.statistics());
    }
    Collections.shuffle(parts, random);
    while (parts.size() > 1) { // merges two of them at a time, in any grouping
      ActivationStatistics merged =
          parts
              .remove(random.nextInt(parts.size()))
              .merge(parts.remove(random.nextInt(parts.size())));
      parts.add(random.nextInt(parts.size() + 1), merged);
    }

    assertThat(parts.get(0)).isEqualTo(all.statistics());
    assertThat(parts.get(0).id()).isEqualTo(all.statistics().id());
    assertThat(parts.get(0).merge(ActivationStatistics.empty(SHAPE))).isEqualTo(parts.get(0));
  }

  private static void addPass(Random random, StatisticsAccumulator... into) {
    for (int l = 0; l < SHAPE.layers(); l++) {
      for (InputSite site : InputSite.values()) {
        double[] sums = new double[SHAPE.channels(site)];
        Arrays.setAll(sums, c -> Math.exp(Math.min(40, random.nextGaussian() * 12)));
        int tokens = random.nextInt(100);
        for (StatisticsAccumulator accumulator : into) {
          accumulator.add(l, site, sums, tokens);
        }
      }
    }
  }

  @Property(tries = 200)
  void sumsAreTheExactOnes(@ForAll long seed) {
    Random random = new Random(seed);
    ExactSums sums = new ExactSums(1);
    BigDecimal exact = BigDecimal.ZERO;
    for (int i = 0; i < 50; i++) {
      double value = Math.scalb(random.nextDouble(), random.nextInt(-20, 50));
      sums.add(0, value);
      exact = exact.add(new BigDecimal(value));
      if (i % 10 == 9) {
        ExactSums doubled = sums.copy();
        doubled.add(sums);
        assertThat(doubled.value(0)).isCloseTo(2 * sums.value(0), within(exact));
      }
    }
    assertThat(sums.value(0)).isCloseTo(exact.doubleValue(), within(exact));
  }

  private static Offset<Double> within(BigDecimal exact) {
    return Offset.offset(Math.ulp(exact.doubleValue()) * 2 + 0x1p-53);
  }

  @Test
  void bytesRoundTrip() {
    StatisticsAccumulator seen = new StatisticsAccumulator(SHAPE);
    addPass(new Random(5), seen);
    ActivationStatistics statistics = seen.statistics();

    assertThat(ActivationStatistics.fromBytes("stats", statistics.toBytes())).isEqualTo(statistics);
    assertThat(statistics.id()).matches("[0-9a-f]{16}");
  }

  @Test
  void everyFlippedByteAndEveryCutIsNoticed() {
    StatisticsAccumulator seen = new StatisticsAccumulator(SHAPE);
    addPass(new Random(6), seen);
    byte[] good = seen.statistics().toBytes();

    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x40;
      byte[] cut = Arrays.copyOf(good, i);
      assertThatThrownBy(() -> ActivationStatistics.fromBytes("f.stats", bad))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("f.stats: ");
      assertThatThrownBy(() -> ActivationStatistics.fromBytes("f.stats", cut))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("f.stats: ");
    }
    byte[] bad = good.clone();
    bad[good.length / 2] ^= 1;
    assertThatThrownBy(() -> ActivationStatistics.fromBytes("f.stats", bad))
        .hasMessage(
            "f.stats: activation statistics are damaged: the checksum does not match — run"
                + " calibrate again");
  }
}
