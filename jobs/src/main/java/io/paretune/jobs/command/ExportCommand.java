package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.export.ExportProgram;
import io.paretune.jobs.export.ExportProgram.Subject;
import io.paretune.udfs.profile.MaskKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code export}: a compressed model as a directory that others load. */
final class ExportCommand implements Command {
  private static final Option<Integer> TRIAL =
      Option.wholeNumber("--trial", "ID", "a complete trial of the study", 0);
  private static final Option<Path> PROFILE =
      Option.path("--profile", "FILE", "a profile of your own (JSON); it is scored first");
  private static final Option<String> TO =
      Option.text("--to", "DIR", "a new directory: a path or a URI").required();
  private static final Option<MaskKind> MASK =
      Option.oneOf(
          "--mask",
          "another mask than the profile's; it is scored first",
          MaskKind.values(),
          MaskKind::key);

  @Override
  public CommandSpec spec() {
    return CommandSpec.of("export", "writes a compressed checkpoint", Engine.SPARK)
        .withOneOf(TRIAL, PROFILE)
        .with(TO, MASK)
        .configured("model", "benchmark.name", "benchmark.samples");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    Optional<Subject> trial =
        invocation.arguments().valueIfGiven(TRIAL).map(id -> new Subject.OfTrial(id));
    Subject subject =
        trial.isPresent()
            ? trial.get()
            : new Subject.OfProfile(
                ProfileFile.read(invocation.arguments().valueIfGiven(PROFILE).orElseThrow()));
    invocation
        .out()
        .println(
            new ExportProgram(
                    invocation.config(),
                    subject,
                    invocation.arguments().valueIfGiven(MASK),
                    invocation.value(TO))
                .run());
  }
}
