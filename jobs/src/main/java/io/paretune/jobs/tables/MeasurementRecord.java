package io.paretune.jobs.tables;

import io.paretune.udfs.evaluate.ServingSpeed;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.profile.CompressionProfile;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;

/**
 * A profile as it was measured on a device.
 *
 * @param study whose configuration it was measured under
 * @param trialId the trial behind the profile, if one is
 * @param modelId the model, by its content's hash
 * @param profile what was done to it
 * @param device where it ran
 * @param settings what was measured
 * @param speed what came out
 * @param measuredAt UTC, in microseconds
 */
public record MeasurementRecord(
    String study,
    OptionalLong trialId,
    String modelId,
    CompressionProfile profile,
    String device,
    SpeedSettings settings,
    ServingSpeed speed,
    Instant measuredAt) {
  public MeasurementRecord {
    measuredAt = measuredAt.truncatedTo(ChronoUnit.MICROS);
  }

  /**
   * One id for profiles that are served alike: a dense model is itself, whatever criterion and mask
   * its profile names.
   */
  public static String subject(CompressionProfile profile) {
    return (profile.isDense() ? CompressionProfile.dense() : profile).id();
  }
}
