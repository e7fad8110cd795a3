package io.paretune.jobs.tables;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of a study's runs. As text they stand in the order in which the runs of a day began:
 * {@code 20261122T093000000} before that day's {@code 20261122night}, and that before {@code
 * 20261122nightT153000000}, a search that began after it.
 */
public final class RunId {
  private static final String NIGHT = "night";
  private static final Pattern NIGHTS = Pattern.compile("\\d{8}" + NIGHT);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("'T'HHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private RunId() {}

  /** A day's night, the same when it is repeated. */
  public static String ofNight(LocalDate date) {
    return date.format(DateTimeFormatter.BASIC_ISO_DATE) + NIGHT;
  }

  /** Whether a run is a night's. */
  public static boolean isNight(String runId) {
    return NIGHTS.matcher(runId).matches();
  }

  /** The day of a night's run; empty if it is another one. */
  public static Optional<LocalDate> dateOfNight(String runId) {
    return isNight(runId)
        ? Optional.of(
            LocalDate.parse(
                runId.substring(0, runId.length() - NIGHT.length()),
                DateTimeFormatter.BASIC_ISO_DATE))
        : Optional.empty();
  }

  /**
   * A search that is no night's.
   *
   * @param begins its first moment
   * @param earlier runs of the study
   */
  public static String ofSearch(Instant begins, Collection<String> earlier) {
    LocalDate day = begins.atZone(ZoneOffset.UTC).toLocalDate();
    String night = ofNight(day);
    return (earlier.contains(night) ? night : day.format(DateTimeFormatter.BASIC_ISO_DATE))
        + TIME.format(begins);
  }
}
