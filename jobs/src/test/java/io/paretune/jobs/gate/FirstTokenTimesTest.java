package io.paretune.jobs.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.ServingSpeed;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.evaluate.Spread;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.MaskKind;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FirstTokenTimesTest {
  private static final GateLoad LOAD = new GateLoad(4);
  private static final SpeedSettings GATES = new SpeedSettings(1, 32, 2, 0, 1, 4, ComputeType.FP32);

  private static FrontierRecord point(double ratio) {
    TrialRecord trial = Trials.complete("run", 0, ratio, 600, 0.8);
    return new FrontierBuilder("study", "run", LocalDate.EPOCH)
        .build(Yardstick.of(trial), List.of(trial), List.of())
        .get(0);
  }

  private static MeasurementRecord measured(
      CompressionProfile profile, SpeedSettings settings, double seconds, long at) {
    Spread spread = new Spread(seconds, seconds, seconds);
    return new MeasurementRecord(
        "study",
        OptionalLong.empty(),
        "model",
        profile,
        "cpu",
        settings,
        new ServingSpeed(spread, spread, 1, 1, 0, -1),
        Instant.ofEpochSecond(at));
  }

  @Test
  void theLastMeasurementUnderTheGatesLoadCountsAndNoOther() {
    CompressionProfile profile = point(0.5).profile();
    List<MeasurementRecord> measurements =
        List.of(
            measured(profile, GATES, 0.25, 2),
            measured(profile, GATES, 0.5, 1),
            measured(profile, new SpeedSettings(8, 32, 2, 0, 1, 4, ComputeType.FP32), 9, 3),
            measured(profile, new SpeedSettings(1, 33, 2, 0, 1, 4, ComputeType.FP32), 9, 4),
            measured(profile, new SpeedSettings(1, 32, 2, 0, 1, 1, ComputeType.FP32), 9, 5),
            measured(profile, new SpeedSettings(1, 32, 2, 0, 1, 4, ComputeType.BF16), 9, 6));

    assertThat(new FirstTokenTimes(measurements, LOAD).of(point(0.5)))
        .isEqualTo(OptionalDouble.of(0.25));
    assertThat(new FirstTokenTimes(measurements.subList(2, 6), LOAD).of(point(0.5))).isEmpty();
    assertThat(new FirstTokenTimes(measurements, LOAD).of(point(0.7))).isEmpty();
  }

  @Test
  void howOftenAndHowLongIsGeneratedDoesNotMatter() {
    SpeedSettings longer = new SpeedSettings(1, 32, 64, 3, 9, 4, ComputeType.FP32);

    assertThat(LOAD.isOf(longer)).isTrue();
  }

  @Test
  void aDenseModelIsOneUnderEveryCriterionAndMask() {
    CompressionProfile other =
        CompressionProfile.of(CriterionName.MAGNITUDE, List.of()).withMask(MaskKind.SEQUENTIAL);
    assertThat(other.id()).isNotEqualTo(point(0).profile().id());

    assertThat(new FirstTokenTimes(List.of(measured(other, GATES, 0.5, 1)), LOAD).of(point(0)))
        .isEqualTo(OptionalDouble.of(0.5));
  }
}
