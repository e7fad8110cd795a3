package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.udfs.model.ModelKernels;
import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code kernels}: the TorchScript archive that executors compile, for checks outside Java. */
final class KernelsCommand implements Command {
  private static final Option<Path> OUT =
      Option.path("--out", "FILE", "where the archive goes; torch.jit.load reads it").required();

  @Override
  public CommandSpec spec() {
    return CommandSpec.of("kernels", "writes the TorchScript archive", Engine.JAVA).with(OUT);
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    Path out = invocation.value(OUT).toAbsolutePath();
    Problems problems = new Problems();
    OutputFile.check("--out", out, problems);
    problems.throwIfAny();
    Files.write(out, ModelKernels.archive());
    invocation.out().println(out);
  }
}
