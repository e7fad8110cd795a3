package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.tune.StudyProgram;
import java.io.IOException;

/** {@code tune}: runs one search, or goes on with it. */
final class TuneCommand implements Command {
  @Override
  public CommandSpec spec() {
    return CommandSpec.of("tune", "runs one search, or goes on with it", Engine.SPARK)
        .configured("model", "benchmark.name", "benchmark.samples");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    new StudyProgram(invocation.config(), invocation.out()).tune();
  }
}
