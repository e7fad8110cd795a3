package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.tune.StudyProgram;
import java.io.IOException;

/** {@code encode}: encodes the images that have no features yet. */
final class EncodeCommand implements Command {
  @Override
  public CommandSpec spec() {
    return CommandSpec.of("encode", "encodes the images that have no features yet", Engine.SPARK)
        .configured("model", "benchmark.name", "benchmark.samples");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    new StudyProgram(invocation.config(), invocation.out()).encode();
  }
}
