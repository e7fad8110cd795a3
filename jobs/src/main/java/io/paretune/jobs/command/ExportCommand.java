package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.export.ExportProgram;
import io.paretune.jobs.export.ExportProgram.Subject;
import io.paretune.jobs.export.PromotedExport;
import io.paretune.udfs.problem.InvalidInputException;
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
  private static final Option<Boolean> PROMOTED =
      Option.flag(
          "--promoted", "what the gate lets through of the latest frontier, in directories of DIR");
  private static final Option<String> TO =
      Option.text("--to", "DIR", "a new directory, or one of --promoted before: a path or a URI")
          .required();
  private static final Option<MaskKind> MASK =
      Option.oneOf(
          "--mask",
          "another mask than the profile's; it is scored first",
          MaskKind.values(),
          MaskKind::key);

  @Override
  public CommandSpec spec() {
    return CommandSpec.of("export", "writes a compressed checkpoint", Engine.SPARK)
        .withOneOf(TRIAL, PROFILE, PROMOTED)
        .with(TO, MASK)
        .configured("model", "benchmark.name", "benchmark.samples");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    if (invocation.arguments().has(PROMOTED)) {
      promoted(invocation);
      return;
    }
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

  private static void promoted(Invocation invocation) throws IOException {
    if (invocation.arguments().valueIfGiven(MASK).isPresent()) {
      throw new InvalidInputException(
          "--mask", "is given with --promoted", "the gate judged the profiles as they are");
    }
    new PromotedExport(invocation.config(), invocation.value(TO), invocation.out()).run();
  }
}
