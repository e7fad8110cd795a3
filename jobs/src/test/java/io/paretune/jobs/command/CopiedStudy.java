package io.paretune.jobs.command;

import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.TrialRecord;
import java.util.Optional;

/** A study's records under another study's name: what it would have left, without running it. */
final class CopiedStudy {
  private CopiedStudy() {}

  /** Its record, complete or cut off while it ran. */
  static TrialRecord trial(TrialRecord t, String study, boolean complete) {
    return new TrialRecord(
        study,
        t.trialId(),
        t.runId(),
        t.origin(),
        t.modelId(),
        t.benchmarkVersion(),
        t.workload(),
        t.profile(),
        t.cost(),
        t.chanceScore(),
        complete ? t.score() : Optional.empty(),
        Optional.empty(),
        complete ? t.state() : TrialState.RUNNING,
        "",
        t.startedAt(),
        complete ? t.finishedAt() : Optional.empty(),
        complete ? t.costSeconds() : 0,
        t.seed());
  }

  /** What an executor answered. */
  static ShardResultRecord answers(ShardResultRecord a, String study, String executor) {
    return new ShardResultRecord(
        study,
        a.trialId(),
        a.rung(),
        a.shard(),
        a.split(),
        a.answering(),
        a.correct(),
        a.outcomes(),
        a.seconds(),
        executor,
        a.attempt());
  }
}
