package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.ingest.IngestProgram;

/** {@code ingest}: benchmark files into the table {@code samples}. */
public final class IngestCommand implements Command {
  @Override
  public CommandSpec spec() {
    return CommandSpec.of("ingest", "takes a benchmark's files into the tables", Engine.SPARK)
        .configured("benchmark.name", "benchmark.samples");
  }

  @Override
  public void run(Invocation invocation) {
    IngestProgram.run(invocation.config(), invocation.out());
  }
}
