package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.UnavailableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  private static final Option<Path> OUT = Option.path("--out", "FILE", "where to").required();
  private static final Option<Path> SAMPLES =
      Option.path("--samples", "FILE", "the questions").several();
  private static final Option<Path> PROFILE = Option.path("--profile", "FILE", "a profile");
  private static final Option<Boolean> DENSE = Option.flag("--dense", "no compression");
  private static final Option<Integer> BATCH =
      Option.wholeNumber("--batch", "N", "questions at once", 1).orElse("32");
  private static final Option<String> JUDGED_BY =
      Option.oneOf(
          "--judged-by", "who judged", new String[] {"human", "model", "nobody"}, word -> word);
  private static final Option<Workload> WORKLOAD = Option.workload("--workload", "the load");

  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private record Echo() implements Command {
    @Override
    public CommandSpec spec() {
      return CommandSpec.of("score", "scores stored answers", CommandSpec.Engine.JAVA)
          .with(OUT, SAMPLES, BATCH, WORKLOAD, JUDGED_BY)
          .withOneOf(PROFILE, DENSE);
    }

    @Override
    public void run(Invocation i) {
      i.out()
          .println(
              i.value(OUT)
                  + " "
                  + i.arguments().values(SAMPLES)
                  + " "
                  + i.value(BATCH)
                  + " "
                  + i.arguments().valueIfGiven(WORKLOAD)
                  + " "
                  + i.arguments().has(DENSE));
    }
  }

  private record Study() implements Command {
    @Override
    public CommandSpec spec() {
      return CommandSpec.of("tune", "searches", CommandSpec.Engine.JAVA).configured("model");
    }

    @Override
    public void run(Invocation i) {
      i.out().println(i.config().model() + " " + i.config().study().trials());
    }
  }

  private record Fails(Exception error) implements Command {
    @Override
    public CommandSpec spec() {
      return CommandSpec.of("fail", "fails", CommandSpec.Engine.JAVA);
    }

    @Override
    public void run(Invocation i) throws Exception {
      throw error;
    }
  }

  @Test
  void runsACommandWithItsOptions() {
    int status =
        run(
            "score",
            "--samples",
            "a",
            "b",
            "--out=x y",
            "--dense",
            "--samples",
            "c",
            "--workload",
            "2x8");

    assertThat(err()).isEmpty();
    assertThat(out()).isEqualTo("x y [a, b, c] 32 Optional[2x8] true\n");
    assertThat(status).isZero();
  }

  @Test
  void reportsEveryProblemOfACommandLine() {
    int status =
        run("score", "--smaples", "a", "--batch", "0", "--workload", "big", "stray", "--out");

    assertThat(status).isEqualTo(2);
    assertThat(err().lines())
        .containsExactlyInAnyOrder(
            "--smaples: score has no such option — did you mean \"--samples\"?",
            "--batch: is \"0\" — must be a whole number of at least 1",
            "--workload: \"big\" is not a workload — give BATCHxCONTEXT, such as 16x4096: requests"
                + " held at once x tokens of each",
            "\"stray\": is not an option — see ./paretune score --help",
            "--out: lacks its value — give --out FILE",
            "score: lacks --profile FILE or --dense");
    assertThat(out()).isEmpty();
  }

  @Test
  void whatAMisspeltOptionWouldHaveSaidIsNotMissed() throws IOException {
    Path file = Files.writeString(directory.resolve("s.conf"), "model = /m");

    assertThat(run("tune", "--cofnig", file.toString())).isEqualTo(2);
    assertThat(err()).isEqualTo("--cofnig: tune has no such option — did you mean \"--config\"?\n");
  }

  @Test
  void whatAConfigurationWithoutAFileWouldHaveSaidIsNotMissed() {
    assertThat(run("tune", "study.trials=5", "--config")).isEqualTo(2);
    assertThat(err()).isEqualTo("--config: lacks its value — give --config FILE\n");
  }

  @Test
  void whatNoMisspeltOptionWouldHaveSaidIsMissed() {
    assertThat(run("tune", "--trials", "5")).isEqualTo(2);
    assertThat(err().lines())
        .containsExactlyInAnyOrder(
            "--trials: tune has no such option — see ./paretune tune --help",
            "model: is not set — give model=…: a path or a URI");
  }

  @Test
  void refusesContradictionsAndRepeats() {
    int status =
        run("score", "--samples", "a", "--out", "b", "--out", "c", "--dense", "--profile", "p");

    assertThat(status).isEqualTo(2);
    assertThat(err().lines())
        .containsExactly(
            "--out: is given more than once", "score: takes only one of --profile FILE or --dense");
  }

  @Test
  void readsTheConfigurationAndItsOverrides() throws IOException {
    Path file = Files.writeString(directory.resolve("s.conf"), "model = /m, study.trials = 4");

    assertThat(run("tune", "--config", file.toString(), "study.trials=5")).isZero();
    assertThat(out()).isEqualTo("/m 5\n");
  }

  @Test
  void reportsOptionsAndConfigurationTogether() {
    int status = run("tune", "--seed", "3", "study.trials=none", "stray");

    assertThat(status).isEqualTo(2);
    assertThat(err().lines())
        .containsExactlyInAnyOrder(
            "--seed: tune has no such option — see ./paretune tune --help",
            "\"stray\": is neither an option nor key=value",
            "model: is not set — give model=…: a path or a URI",
            "command line: study.trials: is \"none\" — must be a whole number from 1 to 1000000");
  }

  @Test
  void suggestsTheCommandThatWasMeant() {
    assertThat(run("tnue")).isEqualTo(2);
    assertThat(run("--verison")).isEqualTo(2);
    assertThat(err())
        .isEqualTo(
            """
            "tnue": there is no such command — did you mean "tune"?
            "--verison": there is no such command — did you mean "--version"?
            """);
  }

  @Test
  void explainsItself() {
    assertThat(run("--help")).isZero();
    assertThat(out()).contains("  score       scores stored answers\n", "  tune        searches\n");
  }

  @Test
  void explainsACommandWhateverElseIsSaid() {
    assertThat(run("score", "--batch", "0", "--help")).isZero();
    assertThat(out())
        .contains(
            "usage: ./paretune score (--profile FILE | --dense) --out FILE --samples FILE…",
            "--batch N                    questions at once (default: 32)",
            "--out FILE                   where to (required)",
            "  --judged-by human|model|nobody%n%31swho judged%n".formatted(""));
  }

  @Test
  void anEmptyCommandLineIsAMistake() {
    assertThat(run()).isEqualTo(2);
    assertThat(err()).contains("usage: ./paretune");
  }

  @Test
  void anUnexpectedErrorIsOneLineAndItsTraceIsKept() {
    int status = runWith(new Fails(new IOException("disk full\nmore")), "fail");

    Path log = directory.resolve("logs/failure-20261122-010203-004.log");
    assertThat(status).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            "paretune fail failed: IOException: disk full\nthe stack trace is in " + log + "\n");
    assertThat(log).content().contains("paretune fail\n", "at io.paretune.jobs.command");
  }

  @Test
  void anUnexpectedErrorShowsItsTraceWhenAsked() {
    assertThat(runWith(new Fails(new IllegalStateException("x")), "fail", "--verbose"))
        .isEqualTo(1);
    assertThat(err()).contains("\tat io.paretune.jobs.command.CommandLine");
  }

  @Test
  void badInputFoundInAnExecutorIsStillBadInput() {
    Exception wrapped =
        new RuntimeException("stage failed", new InvalidInputException("row 3", "is no image"));

    assertThat(runWith(new Fails(wrapped), "fail")).isEqualTo(2);
    assertThat(err()).isEqualTo("row 3: is no image\n");
  }

  @Test
  void whatMayPassIsSaidInOneLineAndMayBeTriedAgain() {
    Problem busy = new Problem("study.name", "study \"s\" is being run", "wait for it");

    assertThat(runWith(new Fails(new UnavailableException(busy)), "fail")).isEqualTo(1);
    assertThat(err()).isEqualTo("study.name: study \"s\" is being run — wait for it\n");
    assertThat(directory.resolve("logs")).doesNotExist();
  }

  private int run(String... words) {
    return runWith(new Fails(new IllegalStateException("not asked for")), words);
  }

  private int runWith(Command more, String... words) {
    return new CommandLine(
            List.of(new Echo(), new Study(), more),
            Optional.empty(),
            new FailureLog(
                directory.resolve("logs"),
                Clock.fixed(Instant.parse("2026-11-22T01:02:03.004Z"), ZoneOffset.UTC)),
            new Termination(),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(List.of(words));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
