package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.tune.StudyProgram;
import java.io.IOException;

/** {@code demo}: the whole pipeline on the embedded model and benchmark. */
final class DemoCommand implements Command {
  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "demo", "the whole pipeline on the embedded model and benchmark", Engine.SPARK)
        .configured("model", "benchmark.name", "benchmark.samples")
        .withStudy("conf/studies/demo.conf");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    new StudyProgram(invocation.config(), invocation.out()).demo();
  }
}
