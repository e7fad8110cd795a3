package io.paretune.jobs.command;

import io.paretune.jobs.gate.GateLoad;
import io.paretune.jobs.measure.MeasureProgram;
import io.paretune.jobs.measure.MeasureProgram.Points;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * {@code measure}: how fast profiles are served on the hardware at hand, beside the dense model.
 */
final class MeasureCommand implements Command {
  private static final Option<List<Long>> TRIAL =
      Option.wholeNumbers(
          "--trial", "N,N…", "trials of the study; without any, its latest frontier", 0);
  private static final Option<Path> PROFILE =
      Option.path("--profile", "FILE", "a profile that is no trial's (JSON)");
  private static final Option<Boolean> DENSE =
      Option.flag("--dense", "the dense model alone; it is always measured");
  private static final Option<Boolean> FOR_GATE =
      Option.flag(
          "--for-gate", "what gate.max-ttft asks of the latest frontier and is not known yet");
  private static final Option<Integer> BATCH =
      Option.wholeNumber("--batch", "N", "requests served at once", 1)
          .orElse(Integer.toString(GateLoad.BATCH));
  private static final Option<Integer> TEXT_TOKENS =
      Option.wholeNumber("--text-tokens", "N", "of a prompt, after its image", 1)
          .orElse(Integer.toString(GateLoad.TEXT_TOKENS));
  private static final Option<Integer> NEW_TOKENS =
      Option.wholeNumber("--new-tokens", "N", "generated for each request", 2).orElse("32");
  private static final Option<Integer> WARM_UPS =
      Option.wholeNumber("--warm-ups", "N", "runs before those that count", 0).orElse("1");
  private static final Option<Integer> RUNS =
      Option.wholeNumber("--runs", "N", "runs that count; medians and quartiles are of these", 1)
          .orElse("5");
  private static final Option<Integer> THREADS =
      Option.wholeNumber(
          "--threads",
          "N",
          "of the CPU; without it, this machine's cores, for the gate gate.threads",
          1);
  private static final Option<ComputeType> TYPE =
      Option.oneOf(
              "--type",
              "what is computed in; bf16 where the processor has it",
              ComputeType.values(),
              ComputeType::key)
          .orElse(GateLoad.TYPE.key());

  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "measure",
            "measures a frontier's first token, decoding and memory on this hardware",
            CommandSpec.Engine.SPARK)
        .with(TRIAL, PROFILE, DENSE, FOR_GATE)
        .with(BATCH, TEXT_TOKENS, NEW_TOKENS, WARM_UPS, RUNS, THREADS, TYPE)
        .configured("model", "benchmark.name", "benchmark.samples");
  }

  private static int threads(Invocation invocation) {
    return invocation.arguments().has(FOR_GATE)
        ? GateLoad.of(invocation.config().gate()).threads()
        : Runtime.getRuntime().availableProcessors();
  }

  @Override
  public void run(Invocation invocation) {
    Optional<CompressionProfile> profile =
        invocation.arguments().valueIfGiven(PROFILE).map(ProfileFile::read);
    SpeedSettings settings =
        new SpeedSettings(
            invocation.value(BATCH),
            invocation.value(TEXT_TOKENS),
            invocation.value(NEW_TOKENS),
            invocation.value(WARM_UPS),
            invocation.value(RUNS),
            invocation.arguments().valueIfGiven(THREADS).orElseGet(() -> threads(invocation)),
            invocation.value(TYPE));
    List<Long> trials = invocation.arguments().valueIfGiven(TRIAL).orElse(List.of());
    boolean named = !trials.isEmpty() || profile.isPresent() || invocation.arguments().has(DENSE);
    if (named && invocation.arguments().has(FOR_GATE)) {
      throw new InvalidInputException(
          "--for-gate", "is given with other profiles", "measure those by a command of their own");
    }
    Points points =
        named ? Points.NONE : invocation.arguments().has(FOR_GATE) ? Points.FOR_GATE : Points.ALL;
    new MeasureProgram(invocation.config(), settings, Clock.systemUTC(), invocation.out())
        .run(new MeasureProgram.Chosen(trials, profile, points));
  }
}
