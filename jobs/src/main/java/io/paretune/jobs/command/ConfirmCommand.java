package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.tune.StudyProgram;
import java.io.IOException;

/** {@code confirm}: scores the frontier's profiles on held-out questions. */
final class ConfirmCommand implements Command {
  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "confirm", "scores the frontier's profiles on held-out questions", Engine.SPARK)
        .configured("model", "benchmark.name", "benchmark.samples");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    new StudyProgram(invocation.config(), invocation.out()).confirm();
  }
}
