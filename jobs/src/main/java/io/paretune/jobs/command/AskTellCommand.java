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

  /** AskTellTest runs it. */
  private static final String EXAMPLE =
      """
      a space, space.json ("known", "kind", "position" and "constraints" may be left out; a parameter may also be
      categorical, or float or int with "low", "high" and "log"):
        {"params": [{"name": "l0.ratio", "type": "ordinal", "choices": [0, 0.3, 0.5], "kind": "ratio", "position": 0},
                    {"name": "l1.ratio", "type": "ordinal", "choices": [0, 0.3, 0.5], "kind": "ratio", "position": 1}],
         "objectives": [{"name": "memory", "direction": "minimize", "known": {"type": "additive", "constant": 10,
                         "terms": {"l0.ratio": [90, 63, 45], "l1.ratio": [90, 63, 45]}}},
                        {"name": "score", "direction": "maximize"}],
         "constraints": [{"objective": "memory", "max": 180}]}

      a session (> you write, < it answers; ids may be told in any order, or never):
        > {"op": "ask", "n": 2}
        < {"trials":[{"id":0,"params":{"l0.ratio":0.5,"l1.ratio":0}},{"id":1,"params":{"l0.ratio":0,"l1.ratio":0.5}}]}
        > {"op": "tell", "id": 0, "values": {"score": 0.71}, "samples": 1000}
        < {"ok":true}
        > {"op": "tell", "id": 1, "state": "failed"}
        < {"ok":true}
        > {"op": "tell", "params": {"l0.ratio": 0.3, "l1.ratio": 0.3}, "values": {"score": 0.83}, "samples": 1000}
        < {"ok":true,"id":2}
      "samples": the score is the mean of so many right-or-wrong answers. "state": "stopped" with the values so far says
      that the trial was given up: it would have done no better. "weight" below 1: a trial that was measured otherwise.
      A line that cannot be met is answered by {"error":"…"} and changes nothing.
      """;

  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "ask-tell", "the sampler alone: JSON lines on standard input and output", Engine.JAVA)
        .with(SPACE, SEED, SAMPLER)
        .withExample(EXAMPLE);
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    Study study =
        new Study(
            invocation.value(SPACE), invocation.value(SAMPLER).create(invocation.value(SEED)));
    AskTell.serve(study, invocation.in(), invocation.out());
  }
}
