package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.tune.StudyProgram;
import java.io.IOException;

/** {@code calibrate}: measures activations and what each layer loses when pruned. */
final class CalibrateCommand implements Command {
  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "calibrate", "measures activations and what each layer loses when pruned", Engine.SPARK)
        .configured("model", "benchmark.name", "benchmark.samples");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    new StudyProgram(invocation.config(), invocation.out()).calibrate();
  }
}
