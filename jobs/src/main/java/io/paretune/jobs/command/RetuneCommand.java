package io.paretune.jobs.command;

import io.paretune.jobs.nightly.RetuneProgram;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;

/** {@code retune}: a night's run. */
final class RetuneCommand implements Command {
  private static final Option<LocalDate> DATE =
      new Option<>(
          "--date",
          "YYYY-MM-DD",
          "the night's day, not after today (UTC); the same day again changes nothing",
          RetuneCommand::date,
          Option.Presence.OPTIONAL,
          Optional.empty());

  private static LocalDate date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("must be a day such as 2026-11-22", e);
    }
  }

  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "retune",
            "a night's run: from the last frontier, on today's samples, to the next one",
            CommandSpec.Engine.SPARK)
        .with(DATE)
        .configured("model", "benchmark.name", "benchmark.samples");
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    Clock clock = Clock.systemUTC();
    LocalDate date =
        invocation.arguments().valueIfGiven(DATE).orElseGet(() -> LocalDate.now(clock));
    new RetuneProgram(invocation.config(), date, clock, invocation.out()).run();
  }
}
