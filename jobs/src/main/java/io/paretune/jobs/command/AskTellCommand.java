package io.paretune.jobs.command;

import io.paretune.jobs.asktell.AskTell;
import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.search.SamplerName;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Study;
import java.io.IOException;
import java.nio.file.Path;

/** {@code ask-tell}: the sampler alone, for an evaluator of the user's own. */
final class AskTellCommand implements Command {
  private static final Option<Path> SPACE =
      Option.path("--space", "FILE", "the search space (JSON)").required();
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
    SearchSpace space = AskTell.space(invocation.value(SPACE));
    Study study = new Study(space, invocation.value(SAMPLER).create(invocation.value(SEED)));
    AskTell.serve(study, invocation.in(), invocation.out());
  }
}
