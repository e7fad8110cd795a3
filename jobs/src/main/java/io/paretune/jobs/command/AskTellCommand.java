package io.paretune.jobs.command;

import io.paretune.jobs.asktell.AskTell;
import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.search.SamplerName;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Study;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code ask-tell}: the sampler alone, for an evaluator of the user's own. */
final class AskTellCommand implements Command {
  /** Read with the options, so that its problems are listed with theirs. */
  private static final Option<SearchSpace> SPACE =
      new Option<>(
          "--space",
          "FILE",
          "the search space (JSON)",
          file -> AskTell.space(Path.of(file)),
          Option.Presence.REQUIRED,
          Optional.empty());

  private static final Option<Long> SEED =
      Option.seed("--seed", "of the sampler; the same seed and tells give the same trials")
          .orElse("0");
  private static final Option<SamplerName> SAMPLER =
      Option.oneOf("--sampler", "what proposes the trials", SamplerName.values(), SamplerName::key)
          .orElse(SamplerName.TPE_GUIDED.key());

  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "ask-tell", "the sampler alone: JSON lines on standard input and output", Engine.JAVA)
        .with(SPACE, SEED, SAMPLER);
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    Study study =
        new Study(
            invocation.value(SPACE), invocation.value(SAMPLER).create(invocation.value(SEED)));
    AskTell.serve(study, invocation.in(), invocation.out());
  }
}
