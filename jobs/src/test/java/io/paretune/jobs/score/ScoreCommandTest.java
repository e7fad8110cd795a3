package io.paretune.jobs.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.SampleFiles;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
  @TempDir private Path folder;
  private String samples = "";

  @BeforeEach
  void writeSamples() {
    samples =
        new SampleFiles(SharedSpark.session())
            .writeOne(
                SharedSpark.session()
                    .sql(
                        "select cast(id as string) as question_id, 'Is it?' as question,"
                            + " if(id % 2 = 0, 'yes', 'no') as answer, 'random' as category"
                            + " from range(0, 4, 1, 1)"),
                folder.resolve("pope.parquet"));
  }

  private Path predictions(String... lines) throws IOException {
    return Files.write(folder.resolve("answers.jsonl"), List.of(lines));
  }

  @Test
  void answersAreTakenByTheirRowWithoutLookingAtImages() throws IOException {
    Path answers =
        predictions(
            "{\"row\": 3, \"text\": \"There is none. Yes\"}",
            "{\"row\": 0, \"text\": \"Yes.\"}",
            "{\"row\": 1, \"text\": \"No\"}",
            "",
            "{\"sample_id\": \"random/2\", \"prediction\": \"no\", \"correct\": false}");

    assertThat(ScoreProgram.run(BenchmarkFormat.POPE, Protocol.LLAVA, List.of(samples), answers))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"accuracy":0.5,"precision":0.5,"recall":0.5,"f1":0.5,"yes_ratio":0.5,"by_category":
                 {"random":{"accuracy":0.5,"precision":0.5,"recall":0.5,"f1":0.5,"yes_ratio":0.5}}}
                """));
    assertThat(
            ScoreProgram.run(BenchmarkFormat.POPE, Protocol.LMMS_EVAL, List.of(samples), answers)
                .get("accuracy")
                .getAsDouble())
        .isEqualTo(0.25);
  }

  @Test
  void everythingThatIsWrongWithTheAnswersIsSaid() throws IOException {
    Path lines =
        predictions(
            "{\"row\": 0, \"text\": \"a\"}",
            "{\"row\": 0, \"text\": \"b\"}",
            "{\"row\": -1, \"text\": \"b\"}",
            "{\"row\": 1, \"text\": 5}",
            "[]",
            "{",
            "{\"row\": 2, \"sample_id\": \"random/2\", \"text\": \"b\"}");
    assertThatThrownBy(
            () -> ScoreProgram.run(BenchmarkFormat.POPE, Protocol.LLAVA, List.of(samples), lines))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "answers.jsonl:2: row 0 was answered before",
            "answers.jsonl:3: \"row\" must be a whole number from 0, was -1",
            "answers.jsonl:4: \"text\" must be a string, was 5",
            "answers.jsonl:5: is no JSON object",
            "answers.jsonl:6: is no JSON",
            "answers.jsonl:7: must have either \"row\" or \"sample_id\"");
    Path few = predictions("{\"row\": 0, \"text\": \"a\"}", "{\"row\": 9, \"text\": \"b\"}");
    assertThatThrownBy(
            () -> ScoreProgram.run(BenchmarkFormat.POPE, Protocol.LLAVA, List.of(samples), few))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "1 of 2 answers are of no question in the samples: row 9", "the rows 0 to 3");
    Path one =
        predictions(
            "{\"row\": 0, \"text\": \"a\"}", "{\"sample_id\": \"random/0\", \"text\": \"b\"}");
    assertThatThrownBy(
            () -> ScoreProgram.run(BenchmarkFormat.POPE, Protocol.LLAVA, List.of(samples), one))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "answers by row and by id are to one question: sample \"random/0\"",
            "3 of 4 rows have no answer: 1, 2, 3");
    assertThatThrownBy(
            () ->
                ScoreProgram.run(BenchmarkFormat.SCIENCE_QA, Protocol.LLAVA, List.of(samples), one))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("names questions by ids, which ScienceQA's rows do not have");
    assertThatThrownBy(
            () -> ScoreProgram.run(BenchmarkFormat.MM_BENCH, Protocol.LLAVA, List.of(samples), few))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("column \"index\" is missing");
  }
}
