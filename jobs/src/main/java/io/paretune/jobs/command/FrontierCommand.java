package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.frontier.FrontierProgram;

/** {@code frontier}: the best profiles of a study's trials, into the table {@code frontier}. */
public final class FrontierCommand implements Command {
  @Override
  public CommandSpec spec() {
    return CommandSpec.of("frontier", "rebuilds a study's frontier from its trials", Engine.SPARK)
        .configured();
  }

  @Override
  public void run(Invocation invocation) {
    FrontierProgram.run(invocation.config(), invocation.out());
  }
}
