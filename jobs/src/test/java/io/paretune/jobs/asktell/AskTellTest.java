package io.paretune.jobs.asktell;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.command.CommandLine;
import io.paretune.jobs.command.Commands;
import io.paretune.jobs.command.FailureLog;
import io.paretune.jobs.command.Termination;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AskTellTest {
  private static final String SPACE =
      """
      {"params":[
        {"name":"l0.ratio","type":"ordinal","choices":[0,0.5,7e-1],"kind":"ratio","position":0},
        {"name":"l1.ratio","type":"ordinal","choices":[0,0.5,7e-1],"kind":"ratio","position":1},
        {"name":"how","type":"categorical","choices":["a","b",true]},
        {"name":"rate","type":"float","low":1e-4,"high":1,"log":true},
        {"name":"steps","type":"int","low":-3,"high":5}],
       "objectives":[
        {"name":"memory","direction":"minimize","known":{"type":"additive","constant":10,
          "terms":{"l0.ratio":[5,3,1],"l1.ratio":[5,3,1]}}},
        {"name":"score","direction":"maximize"}],
       "constraints":[{"objective":"memory","max":18}]}
      """;
  private static final String PARAMS =
      "{\"l0.ratio\":0.50,\"l1.ratio\":0.7,\"how\":true,\"rate\":0.5,\"steps\":2}";

  @TempDir Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String space, ByteArrayOutputStream out, byte[] input, String... more)
      throws IOException {
    Path file = Files.writeString(directory.resolve("space.json"), space);
    List<String> args = new ArrayList<>(List.of("ask-tell", "--space", file.toString()));
    args.addAll(List.of(more));
    return commandLine(out, input).run(args);
  }

  private CommandLine commandLine(ByteArrayOutputStream out, byte[] input) {
    return new CommandLine(
        Commands.ALL,
        Optional.empty(),
        new FailureLog(directory, Clock.systemUTC()),
        new Termination(),
        new ByteArrayInputStream(input),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private List<JsonObject> answers(String... lines) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] input = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    assertThat(run(SPACE, out, input, "--seed", "1")).isZero();
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .map(l -> JsonParser.parseString(l).getAsJsonObject())
        .toList();
  }

  @Test
  void asksNumberTrialsFromZeroAndGiveEveryParameterAsTheSpaceSpellsIt() throws IOException {
    List<JsonObject> answers = answers("{\"op\":\"ask\",\"n\":3}", "{\"op\":\"ask\"}");
    assertThat(answers).hasSize(2);
    assertThat(answers.get(0).getAsJsonArray("trials")).hasSize(3);
    JsonObject last = answers.get(1).getAsJsonArray("trials").get(0).getAsJsonObject();
    assertThat(last.get("id").getAsInt()).isEqualTo(3);
    JsonObject params = last.getAsJsonObject("params");
    assertThat(params.keySet()).containsExactly("l0.ratio", "l1.ratio", "how", "rate", "steps");
    assertThat(params.get("l0.ratio").toString()).isIn("0", "0.5", "7e-1");
    assertThat(params.get("how").toString()).isIn("\"a\"", "\"b\"", "true");
    assertThat(params.get("rate").getAsDouble()).isBetween(1e-4, 1.0);
    assertThat(params.get("steps").toString()).matches("-?[0-9]");
  }

  /** The lines of the example in {@code --help} that begin so, without that. */
  private static List<String> example(String help, String beginning) {
    return help.lines()
        .map(String::strip)
        .filter(l -> l.startsWith(beginning))
        .map(l -> l.substring(beginning.length()))
        .toList();
  }

  @Test
  void theSessionThatHelpShowsIsOneThatRuns() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(commandLine(out, new byte[0]).run(List.of("ask-tell", "--help"))).isZero();
    String help = out.toString(StandardCharsets.UTF_8);
    String space = help.substring(help.indexOf("{\"params\""), help.indexOf("a session"));
    out.reset();
    byte[] said = String.join("\n", example(help, "> ")).getBytes(StandardCharsets.UTF_8);
    assertThat(run(space, out, said)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines().toList())
        .isEqualTo(example(help, "< "));
  }

  @Test
  void noProposalBreaksAKnownConstraint() throws IOException {
    for (var trial : answers("{\"op\":\"ask\",\"n\":200}").get(0).getAsJsonArray("trials")) {
      JsonObject params = trial.getAsJsonObject().getAsJsonObject("params");
      double dense =
          (params.get("l0.ratio").getAsDouble() == 0 ? 1 : 0)
              + (params.get("l1.ratio").getAsDouble() == 0 ? 1 : 0);
      assertThat(dense).isLessThan(2);
    }
  }

  @Test
  void aTrialFromElsewhereGetsAnIdAndTellsAreAcknowledged() throws IOException {
    List<JsonObject> answers =
        answers(
            "{\"op\":\"tell\",\"params\":" + PARAMS + ",\"values\":{\"score\":0.5},\"samples\":10}",
            "{\"op\":\"ask\",\"n\":2}",
            "{\"op\":\"tell\",\"id\":1,\"values\":{\"memory\":14.0,\"score\":0.71}}",
            "{\"op\":\"tell\",\"id\":2,\"state\":\"failed\"}",
            "{\"op\":\"tell\",\"id\":1,\"values\":{\"memory\":14.0,\"score\":0.71}}");
    assertThat(answers.get(0)).hasToString("{\"ok\":true,\"id\":0}");
    assertThat(answers.subList(2, 5)).allMatch(a -> a.toString().equals("{\"ok\":true}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          not json                                            | not valid JSON at line 1 column 1
          {"op":"ask","n":0}                                  | "n" must be a whole number from 1 to 10000, was 0
          {"op":"ask","n":1e99}                               | "n" must be a whole number from 1 to 10000, was 1e99
          {"op":"ask","n":2.5}                                | "n" must be a whole number from 1 to 10000, was 2.5
          []                                                  | must be a JSON object
          {"op":"dance"}                                      | "op" must be ask or tell, was "dance"
          {"op":"tell","values":{"score":1}}                  | a tell needs either "id" or "params"
          {"op":"ask","n":[[[1]],2]}                          | "n" must be a whole number from 1 to 10000, was an array of 2
          {"op":"tell","id":99,"values":{"score":1}}          | there is no trial 99
          {"op":"tell","id":1e400,"values":{"score":1}}       | "id" must be a whole number, was 1e400
          {"op":"tell","id":0,"values":{}}                    | no value for objective score
          {"op":"tell","id":0}                                | a tell needs "values", or "state":"failed"
          {"op":"tell","id":0,"values":{"score":NaN}}         | not valid JSON at line 1 column
          {"op":"tell","id":0,"values":{"score":1e999}}       | value of "score" must be a finite number, was 1e999
          {"op":"tell","id":0,"values":{"score":"1"}}         | value of "score" must be a finite number, was "1"
          {"op":"tell","id":0,"values":{"score":1},"samples":-4} | "samples" must be a whole number, at least 0, was -4
          {"op":"tell","id":0,"values":{"score":71},"samples":9} | with "samples", the value of "score" must be a share from 0 to 1, was 71.0
          {"op":"tell","id":0,"state":"odd"}                  | "state" must be complete, stopped, failed or running, was "odd"
          {"op":"tell","params":{},"values":{"score":1}}      | no value for parameter "l0.ratio"
          """)
  void aBadLineIsAnsweredAndChangesNothing(String line, String message) throws IOException {
    List<JsonObject> answers =
        answers(
            "{\"op\":\"ask\",\"n\":1}",
            line,
            "{\"op\":\"tell\",\"id\":0,\"values\":{\"score\":0.5}}");
    assertThat(answers.get(1).get("error").getAsString()).startsWith(message);
    assertThat(answers.get(2)).hasToString("{\"ok\":true}");
  }

  @Test
  void bracketsWithoutEndAreAnsweredAndChangeNothing() throws IOException {
    String deep = "[".repeat(200_000) + "]".repeat(200_000);
    String message = "more than 64 brackets within one another";
    aBadLineIsAnsweredAndChangesNothing("{\"op\":\"ask\",\"n\":" + deep + "}", message);
    aBadLineIsAnsweredAndChangesNothing("[".repeat(200_000), message);
    aBadLineIsAnsweredAndChangesNothing(
        "{\"op\":\"ask\",\"n\":\"\\\"" + "[".repeat(99) + "\"}", "\"n\" must be a whole number");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String space = "{\"params\":[{\"name\":" + deep + "}]}";
    assertThat(run(space, out, new byte[0], "--seed", "1")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(message).doesNotContain("Exception");
  }

  @Test
  void aRepeatedTellWithAnotherResultIsRefused() throws IOException {
    List<JsonObject> answers =
        answers(
            "{\"op\":\"ask\",\"n\":1}",
            "{\"op\":\"tell\",\"id\":0,\"values\":{\"score\":0.5}}",
            "{\"op\":\"tell\",\"id\":0,\"values\":{\"score\":0.6}}");
    assertThat(answers.get(2))
        .hasToString(
            "{\"error\":\"trial 0 was told before with another outcome, state complete\"}");
  }

  @Test
  void bytesThatAreNoTextAreAnsweredToo() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(run(SPACE, out, new byte[] {(byte) 0xff, '\n', '\n', '{'}, "--seed=1")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(3)
        .first()
        .isEqualTo("{\"error\":\"the line is not UTF-8\"}");
  }

  @Test
  void everythingWrongWithASpaceIsListedAndTheStatusIsTwo() throws IOException {
    String bad =
        """
        {"params":[{"name":"a","type":"ordinal","choices":[]},
                   {"name":"b","type":"float","low":2,"high":1},
                   {"name":"c","type":"colour"},
                   {"name":"d","type":"ordinal","choices":[1,1.0]},
                   {"name":"e","type":"int","low":0,"high":1,"log":true,"position":2}],
         "objectives":[{"name":"m","direction":"down"}],
         "constraints":[{"objective":"x","max":1},{"name":"s","min":1}]}
        """;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(run(bad, out, new byte[0], "--seed", "1")).isEqualTo(2);
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("params[0].choices must be an array that is not empty, was []")
        .contains("params[1]: b: low must be at most high and both finite, were 2.0 and 1.0")
        .contains("params[2].type must be")
        .contains("params[3].choices[1] repeats 1.0")
        .contains("params[4].position must be in [0, 1], was 2")
        .contains("a logarithmic range must start above 0, was 0.0")
        .contains("objectives[0].direction must be \"minimize\" or \"maximize\", was \"down\"")
        .contains("constraints[0].objective is no objective, was \"x\"")
        .contains("constraints[1] needs \"objective\" or \"known\"")
        .doesNotContain("Exception");
  }

  @Test
  void aBoundThatNoPointKeepsIsRefused() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String tight = SPACE.replace("\"max\":18", "\"max\":11.5");
    assertThat(run(tight, out, new byte[0], "--seed", "1")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(
            "constraint on \"memory\": no point keeps it, since its values lie between 12.0 and"
                + " 20.0");
  }

  @Test
  void anAskThatNoPointCanMeetIsAnsweredAndStartsNothing() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String narrow =
        SPACE.replace("\"max\":18", "\"max\":18.5,\"min\":18.25"); // sums are 12, 14, 16, 18, 20
    byte[] input =
        "{\"op\":\"ask\",\"n\":2}\n{\"op\":\"tell\",\"id\":0}\n".getBytes(StandardCharsets.UTF_8);
    assertThat(run(narrow, out, input, "--seed", "1")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines().toList().get(0))
        .startsWith(
            "{\"error\":\"constraints: no point was found that keeps memory in [18.25, 18.5]");
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("\"ok\"");
  }

  @Test
  void moreUnknownObjectivesThanCanBeSearchedAreRefused() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String many = SPACE;
    for (String name : List.of("a", "b")) {
      many =
          many.replace(
              "\"objectives\":[",
              "\"objectives\":[{\"name\":\"%s\",\"direction\":\"minimize\"},".formatted(name));
    }
    assertThat(run(many, out, new byte[0], "--seed", "1")).isZero();
    String more =
        many.replace(
            "\"objectives\":[", "\"objectives\":[{\"name\":\"c\",\"direction\":\"minimize\"},");
    assertThat(run(more, out, new byte[0], "--seed", "1")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("4 objectives are not \"known\"; at most 3 can be searched");
  }

  @Test
  void aStoppedTrialIsToldAgainWithMoreAnswersOnly() throws IOException {
    String tell =
        "{\"op\":\"tell\",\"id\":0,\"state\":\"stopped\",\"values\":{\"score\":%s},\"samples\":%d}";
    List<JsonObject> answers =
        answers(
            "{\"op\":\"ask\"}",
            tell.formatted("0.5", 50),
            tell.formatted("0.4", 100),
            tell.formatted("0.6", 60));
    assertThat(answers.get(1)).hasToString("{\"ok\":true}");
    assertThat(answers.get(2)).hasToString("{\"ok\":true}");
    assertThat(answers.get(3).get("error").getAsString())
        .isEqualTo("trial 0 was told before with another outcome, state stopped");
  }

  @Test
  void aSeedThatIsNoNumberIsRefused() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(run(SPACE, out, new byte[0], "--seed", "x")).isEqualTo(2);
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("--seed: is \"x\" — must be a whole number\n");
  }

  @Test
  void aSmallSpaceIsTriedOutBeforeAnythingIsRepeated() throws IOException {
    String small =
        """
        {"params":[{"name":"a","type":"ordinal","choices":[0,1,2]}],
         "objectives":[{"name":"s","direction":"maximize"}]}
        """;
    for (int seed = 0; seed < 5; seed++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] ask = "{\"op\":\"ask\",\"n\":3}\n".getBytes(StandardCharsets.UTF_8);
      assertThat(run(small, out, ask, "--seed", String.valueOf(seed))).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8))
          .contains("{\"a\":0}", "{\"a\":1}", "{\"a\":2}");
    }
  }

  @Test
  void aMissingFileIsTheUsersProblem() {
    int status =
        commandLine(new ByteArrayOutputStream(), new byte[0])
            .run(List.of("ask-tell", "--space", directory.resolve("none.json").toString()));
    assertThat(status).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("none.json: does not exist");
  }
}
