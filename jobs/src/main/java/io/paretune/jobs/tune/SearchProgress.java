package io.paretune.jobs.tune;

import io.paretune.jobs.progress.LinePace;
import io.paretune.jobs.progress.TimeLeft;
import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.SearchListener;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says how far a search is: trials done, frontier so far, speed and time left. */
final class SearchProgress implements SearchListener {
  private static final Logger LOG = LoggerFactory.getLogger(SearchProgress.class);

  /** Between two lines at least, unless a trial fails. */
  private static final Duration QUIET = Duration.ofSeconds(2);

  private final int trials;
  private final Clock clock;
  private final Instant started;
  private final LinePace pace = new LinePace(QUIET, Instant.EPOCH);
  private int done;
  private long questions;

  SearchProgress(int trials, Clock clock) {
    this.trials = trials;
    this.clock = clock;
    this.started = clock.instant();
  }

  @Override
  public void told(Trial trial, Outcome outcome, Study study) {
    done++;
    questions += outcome.samples();
    if (outcome.state() == TrialState.FAILED) {
      LOG.warn("trial {} failed: {}", trial.id(), outcome.reason());
    }
    Instant now = clock.instant();
    int finished = study.counted();
    if (!pace.isDue(now) && finished < trials) {
      return;
    }
    double seconds = Math.max(1e-3, Duration.between(started, now).toMillis() / 1e3);
    LOG.info(
        String.format(
            Locale.ROOT,
            "trial %d of %d · frontier %s · %.0f questions/s · %s",
            finished,
            trials,
            frontier(study.front()),
            questions / seconds,
            TimeLeft.text(Duration.between(started, now), done, done + trials - finished)));
  }

  /** From the smallest profile to the best. */
  private static String frontier(List<Trial> front) {
    if (front.isEmpty()) {
      return "empty";
    }
    Trial smallest = Collections.min(front, Comparator.comparingDouble(t -> t.value(0)));
    Trial best = Collections.max(front, Comparator.comparingDouble(t -> t.value(1)));
    return String.format(
        Locale.ROOT,
        "%d points, %.3f at %.2f MB to %.3f at %.2f MB",
        front.size(),
        smallest.value(1),
        smallest.value(0) / 1e6,
        best.value(1),
        best.value(0) / 1e6);
  }
}
