package io.paretune.jobs.search;

import java.util.concurrent.CompletableFuture;

/** Runs trials: on a cluster, or on an analytic objective in a test. */
public interface TrialRunner {
  /**
   * Starts a trial and returns at once. A future that completes exceptionally ends the search: what
   * merely makes one trial fail is told as {@link Outcome#failed}.
   */
  CompletableFuture<Outcome> submit(Trial trial);
}
