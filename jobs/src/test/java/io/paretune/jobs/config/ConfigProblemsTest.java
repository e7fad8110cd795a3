package io.paretune.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigProblemsTest {
  @TempDir Path directory;

  @Test
  void aKeyInTheWrongPlaceIsRefusedAndNotRepeated() {
    assertThatThrownBy(() -> read(null, "judge.api-key-variable=nvapi-s3cret"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("never a key itself")
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> read(null, "judge.endpoint=https://me:s3cret@host/v1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("an address such as https://host/v1")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void everyProblemIsReportedTogetherWithItsLine() throws IOException {
    Path file =
        write(
            """
            study {
              trials = many
              shards = 0
              smapler = random
              sampler = tep
            }
            workload = 16
            calibration = 3
            study.constraints.min-mean-pruning-ratio = 1.5
            """);

    InvalidInputException e =
        catchThrowableOfType(
            InvalidInputException.class,
            () ->
                ParetuneConfig.read(
                    Optional.of(file), List.of("study.sede=1", "word"), Set.of("model")));

    assertThat(e.problems())
        .extracting(Problem::toString)
        .containsExactlyInAnyOrder(
            "command line: word: is neither an option nor key=value",
            file + ":4: study.smapler: there is no such key — did you mean \"study.sampler\"?",
            file
                + ":8: calibration: is a group of keys and has no value of its own — it holds"
                + " calibration.samples, calibration.selection",
            "command line: study.sede: there is no such key — did you mean \"study.seed\"?",
            "model: is not set — give model=…: a path or a URI",
            file
                + ":7: workload: \"16\" is not a workload — give BATCHxCONTEXT, such as 16x4096:"
                + " requests held at once x tokens of each",
            file + ":2: study.trials: is \"many\" — must be a whole number from 1 to 1000000",
            file + ":3: study.shards: is 0 — must be a whole number from 1 to 100000",
            file + ":5: study.sampler: is \"tep\" — must be one of random, tpe, tpe-guided",
            file
                + ":9: study.constraints.min-mean-pruning-ratio: is 1.5 — must be a share from 0 to"
                + " below 1");
  }

  @Test
  void refusesValuesThatAreNoneOfTheirKind() {
    assertProblem("study.seed=1.5", "a whole number");
    assertProblem("study.trials=2.5", "a whole number from 1 to 1000000");
    assertProblem("study.trials=1e30", "a whole number from 1 to 1000000");
    assertProblem("study.max-duration=0 s", "a time above 0 such as 90 s or 2 hours");
    assertProblem("study.max-duration=soon", "a time above 0 such as 90 s or 2 hours");
    assertProblem("study.patience=-1", "a whole number from 0 to 1000000");
    assertProblem("study.warm-start.weight=1", "a share above 0 and below 1");
    assertProblem(
        "study.warm-start.studies=[a/b]", "a list of names of letters, digits, '.', '_' and '-'");
    assertProblem("study.constraints.max-memory=-1", "a size above 0 such as 500 MB or 8 GiB");
    assertProblem("study.constraints.max-memory=big", "a size above 0 such as 500 MB or 8 GiB");
    assertProblem("study.space.key-value-bits=5", "a list of some of [16, 8, 6, 4, 3, 2]");
    assertProblem("study.space.key-value-bits=[]", "a list of some of [16, 8, 6, 4, 3, 2]");
    assertProblem("study.space.pruning-ratios=[]", "a list of at least 1 shares from 0 to below 1");
    assertProblem(
        "study.space.pruning-ratios=[{}]", "a list of at least 1 shares from 0 to below 1");
    assertProblem("study.uniform-baseline=NaN", "a list of shares from 0 to below 1");
    assertProblem("study.space.separate-key-and-value-bits=maybe", "true or false");
    assertProblem("study.name=a/b", "a name of letters, digits, '.', '_' and '-'");
    assertProblem("warehouse=", "a path or a URI");
    assertProblem("warehouse=null", "a path or a URI");
    assertProblem("benchmark.samples=[]", "a list of paths or URIs");
    assertProblem(
        "benchmark.splits.shares=[0.5,0.6]",
        "[] or three shares that add up to 1, such as [0.2, 0.4, 0.4]");
    assertProblem("study.trials={a=1}", "a whole number from 1 to 1000000");
  }

  @Test
  void refusesFilesThatCannotBeRead() throws IOException {
    Path missing = directory.resolve("none.conf");
    assertThatThrownBy(() -> read(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(missing + ": there is no such file — see conf/studies for examples");

    Path broken = write("a = 1\nstudy { trials = 5\n");
    assertThatThrownBy(() -> read(broken))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(broken + ":3: ");

    Path dangling = write("model = ${nowhere}");
    assertThatThrownBy(() -> read(dangling))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(dangling + ":1: ")
        .hasMessageContaining("${nowhere}");
  }

  @Test
  void refusesKeysThatAreNotPaths() {
    assertThatThrownBy(() -> read(null, "a..b=1", "=1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("command line: a..b=1: ")
        .hasMessageContaining("command line: =1: is neither an option nor key=value");
  }

  private static void assertProblem(String word, String expected) {
    assertThatThrownBy(() -> read(null, word))
        .as(word)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(word.substring(0, word.indexOf('=')) + ": is ")
        .hasMessageEndingWith("must be " + expected);
  }

  private static ParetuneConfig read(Path file, String... overrides) {
    return ParetuneConfig.read(Optional.ofNullable(file), List.of(overrides), Set.of());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "study", ".conf"), text);
  }
}
