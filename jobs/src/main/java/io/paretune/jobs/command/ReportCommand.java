package io.paretune.jobs.command;

import io.paretune.jobs.report.ReportProgram;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Path;

/** {@code report}: a study's latest frontier as one page. */
final class ReportCommand implements Command {
  private static final Option<String> TO =
      Option.text("--to", "FILE.html", "where the page goes: a local file, or a URI such as s3a:")
          .required();

  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "report", "a study's latest frontier as one HTML page", CommandSpec.Engine.SPARK)
        .with(TO)
        .configured();
  }

  @Override
  public void run(Invocation invocation) {
    String to = invocation.value(TO);
    if (!to.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
      Problems problems = new Problems();
      Path file = Path.of(to).toAbsolutePath().normalize();
      OutputFile.check("--to", file, problems);
      problems.throwIfAny();
      to = file.toUri().toString();
    }
    ReportProgram.run(invocation.config(), to, invocation.out());
  }
}
