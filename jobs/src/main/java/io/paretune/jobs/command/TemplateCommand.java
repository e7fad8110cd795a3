package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.template.TemplateProgram;
import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.nio.file.Path;

/** {@code template}: a frontier as a starting point for sibling models ({@code study.template}). */
final class TemplateCommand implements Command {
  private static final Option<Path> TO =
      Option.path("--to", "FILE.json", "where the template goes; study.template names it")
          .required();

  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "template", "exports a study's frontier for searches on sibling models", Engine.SPARK)
        .with(TO)
        .configured("model");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    Path to = invocation.value(TO).toAbsolutePath();
    Problems problems = new Problems();
    OutputFile.check("--to", to, problems);
    problems.throwIfAny();
    TemplateProgram.run(invocation.config(), to, invocation.out());
  }
}
