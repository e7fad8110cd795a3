package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.udfs.model.ModelKernels;
import io.paretune.udfs.problem.InvalidInputException;
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
    if (Files.isDirectory(out) || out.getParent() == null || !Files.isDirectory(out.getParent())) {
      throw new InvalidInputException(
          "--out", out + " is no file that can be written", "name a file in an existing directory");
    }
    Files.write(out, ModelKernels.archive());
    invocation.out().println(out);
  }
}
