package io.paretune.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.tables.SampleRecord;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as the benchmarks' publishers make them, in every form of the image. */
class PublishedFilesTest {
  private static final byte[] RED = SampleFiles.png(0xff0000, 8);
  private static final byte[] BLUE = SampleFiles.png(0x0000ff, 8);
  private static final SplitShares SHARES =
      new SplitShares(
          List.of(new SplitShares.Share("train", 0.5), new SplitShares.Share("val", 0.5)));

  @TempDir Path folder;
  private final SparkSession spark = SharedSpark.session();

  private String parquet(String name, String... selected) throws IOException {
    Path file = folder.resolve(name + ".parquet");
    Dataset<Row> rows = null;
    for (String row : selected) {
      Dataset<Row> one = spark.sql("select " + row);
      rows = rows == null ? one : rows.union(one);
    }
    new SampleFiles(spark).writeOne(rows, file);
    return file.toString();
  }

  private static String image(byte[] bytes) {
    return "named_struct('bytes', unbase64('%s'), 'path', 'x.png') as image"
        .formatted(Base64.getEncoder().encodeToString(bytes));
  }

  private Intake intake(BenchmarkFormat format, double share, String images) {
    return new Intake("b", format, 2, share, images, SHARES, PromptCheck.NONE);
  }

  private List<SampleRecord> read(BenchmarkFormat format, String... files) {
    return read(intake(format, 0, ""), files);
  }

  private ScreenedSamples screened(Intake intake, String... files) {
    return SamplesReader.read(spark, List.of(files), intake);
  }

  private List<SampleRecord> read(Intake intake, String... files) {
    try (ScreenedSamples screened = screened(intake, files)) {
      return screened.samples().orderBy("position").collectAsList().stream()
          .map(SampleRecord::fromRow)
          .toList();
    }
  }

  @Test
  void scienceQasIndexBecomesALetter() throws IOException {
    String columns =
        "'Which?' as question, %s as choices, cast(%d as tinyint) as answer,"
            + " 'A hint.' as hint, 'natural science' as subject, ";
    String three = "array('x', 'y', 'z')";
    String file =
        parquet(
            "sqa",
            columns.formatted(three, 2) + image(RED),
            columns.formatted(three, 3) + image(RED),
            columns.formatted("cast(array() as array<string>)", 0) + image(RED),
            columns.formatted("array('x', cast(unhex('ff') as string))", 0) + image(RED));
    Intake intake = intake(BenchmarkFormat.SCIENCE_QA, 0.8, "");
    try (ScreenedSamples screened = SamplesReader.read(spark, List.of(file), intake)) {
      assertThat(
              screened.rejected().orderBy("position").collectAsList().stream()
                  .map(r -> r.<String>getAs("reason")))
          .containsExactly(
              "answer \"D\" is no letter from A to C",
              "has 0 options; a choice needs 2 to 26",
              "a text is no UTF-8");
      List<Row> samples = screened.samples().collectAsList();
      assertThat(samples).hasSize(1);
      SampleRecord sample = SampleRecord.fromRow(samples.get(0));
      assertThat(sample.answers()).containsExactly("C");
      assertThat(sample.options()).containsExactly("x", "y", "z");
      assertThat(sample.hint()).isEqualTo("A hint.");
    }
  }

  @Test
  void scienceQasQuestionsAreKnownByTheirContent() throws IOException {
    String columns =
        "'%s' as question, array('x', 'y') as choices, cast(0 as tinyint) as answer,"
            + " '' as hint, ";
    String one = columns.formatted("One?") + image(RED);
    String two = columns.formatted("Two?") + image(RED);
    String twoOfBlue = columns.formatted("Two?") + image(BLUE);
    Intake intake = intake(BenchmarkFormat.SCIENCE_QA, 0.4, "");

    try (ScreenedSamples all = screened(intake, parquet("all", one, two, twoOfBlue, two));
        ScreenedSamples rest = screened(intake, parquet("rest", twoOfBlue, two));
        ScreenedSamples otherwise = screened(intake, parquet("otherwise", two, twoOfBlue, one))) {
      assertThat(all.accepted()).isEqualTo(3);
      assertThat(all.rejectedCount()).as("a row that was there before").isEqualTo(1);
      assertThat(VersionChange.between(all.samples(), rest.samples()))
          .isEqualTo(new VersionChange(0, 1, 0));
      assertThat(otherwise.version()).as("in another order").isEqualTo(all.version());
    }
  }

  @Test
  void textVqasTokensBecomeTheHintAndItsTenAnswersStay() throws IOException {
    SampleRecord sample =
        read(
                BenchmarkFormat.TEXT_VQA,
                parquet(
                    "textvqa",
                    "'i' as image_id, 34602 as question_id, 'what brand?' as question,"
                        + " array_repeat('nokia', 10) as answers, array('NOKIA', '3310') as"
                        + " ocr_tokens, "
                        + image(RED)))
            .get(0);

    assertThat(sample.sampleId()).isEqualTo("34602");
    assertThat(sample.hint()).isEqualTo("NOKIA, 3310");
    assertThat(sample.answers()).hasSize(10);
  }

  @Test
  void mmesQuestionsOfAnImageAreOneGroupAndRefusedAsAWhole() throws IOException {
    String columns = "'%s' as question_id, '%s' as question, '%s' as answer, 'OCR' as category, ";
    String file =
        parquet(
            "mme",
            columns.formatted("1.png", "Is it?", "Yes") + image(RED),
            columns.formatted("1.png", "Is it not?", "perhaps") + image(RED),
            columns.formatted("2.png", "Is it?", "Yes") + image(BLUE),
            columns.formatted("2.png", "Is it not?", "No.") + image(BLUE),
            columns.formatted("2.png", "Is it?", "Yes") + image(BLUE));

    try (ScreenedSamples screened =
        SamplesReader.read(spark, List.of(file), intake(BenchmarkFormat.MME, 0.9, ""))) {
      List<SampleRecord> pair =
          screened.samples().orderBy("position").collectAsList().stream()
              .map(SampleRecord::fromRow)
              .toList();
      assertThat(pair)
          .extracting(SampleRecord::position)
          .as("a repeated row leaves the pair whole")
          .containsExactly(2L, 3L);
      assertThat(pair).extracting(SampleRecord::groupId).containsOnly("2.png");
      assertThat(pair).extracting(SampleRecord::sampleId).doesNotHaveDuplicates();
      List<String> reasons =
          screened.rejected().orderBy("position").collectAsList().stream()
              .map(r -> r.<String>getAs("reason"))
              .toList();
      assertThat(reasons.subList(0, 2))
          .containsExactly(
              "is judged together with a row that cannot be used, at position 1",
              "answer \"perhaps\" is neither yes nor no");
      assertThat(reasons.get(2)).endsWith("was used before, at position 2");
    }
  }

  @Test
  void anOptionIsMissingOnlyAtTheEnd() throws IOException {
    String columns =
        "%dL as index, 'Which?' as question, 'nan' as hint, 'A' as answer, 'a' as A, 'b' as B,"
            + " %s as C, %s as D, 'action' as category, ";
    String file =
        parquet(
            "options",
            columns.formatted(1, "cast(null as string)", "'d'") + image(RED),
            columns.formatted(2, "'c'", "'nan'") + image(RED),
            columns.formatted(3, "'nan'", "cast(null as string)") + image(RED));

    try (ScreenedSamples screened =
        SamplesReader.read(spark, List.of(file), intake(BenchmarkFormat.MM_BENCH, 0.4, ""))) {
      assertThat(
              screened.samples().orderBy("position").collectAsList().stream()
                  .map(SampleRecord::fromRow)
                  .map(SampleRecord::options))
          .containsExactly(List.of("a", "b", "c"), List.of("a", "b"));
      assertThat(screened.rejected().head().<String>getAs("reason"))
          .isEqualTo("an option is empty");
    }
  }

  @Test
  void mmBenchsIndexMayBeANumberInOneFileAndTextInAnother() throws IOException {
    String columns =
        "%s as index, 'Which?' as question, 'nan' as hint, '%s' as answer, 'a' as A, 'b' as B,"
            + " 'nan' as C, cast(null as string) as D, 'action' as category, 'x' as source,"
            + " 'y' as `L2-category`, 7L as position, 'f' as file, ";
    List<SampleRecord> samples =
        read(
            intake(BenchmarkFormat.MM_BENCH, 0.4, ""),
            parquet("number", columns.formatted("241L", "A") + image(RED)),
            parquet(
                "text",
                columns.formatted("'1000241'", "B") + image(BLUE),
                columns.formatted("'x'", "B") + image(BLUE)));

    assertThat(samples).extracting(SampleRecord::sampleId).containsExactly("241", "1000241");
    assertThat(samples).extracting(SampleRecord::groupId).containsOnly("241");
    assertThat(samples.get(0).options()).containsExactly("a", "b");
    // A question's rotations stay together although their image files differ.
    assertThat(samples.get(1).shard()).isEqualTo(samples.get(0).shard());
    assertThat(samples.get(1).split()).isEqualTo(samples.get(0).split());
  }

  @Test
  void aPlaceForImagesThatCannotBeLookedAtIsSaidOnceAndNotByEachRow() throws IOException {
    Path file = folder.resolve("vqa.jsonl");
    Files.writeString(
        file, "{\"question_id\": 1, \"question\": \"?\", \"answers\": [], \"image\": \"a.png\"}");
    for (String place : List.of("nowhere:/images", "nowhere:/images/*.parquet")) {
      assertThatThrownBy(() -> screened(intake(BenchmarkFormat.VQA_V2, 1, place), file.toString()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(place + ": cannot be read: No FileSystem for scheme \"nowhere\"");
    }
    String missing = folder.resolve("missing").toString();
    assertThatThrownBy(() -> screened(intake(BenchmarkFormat.VQA_V2, 1, missing), file.toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(missing + ": does not exist — check the path");
  }

  @Test
  void jsonLinesNameImagesInAFolderAndMixTypes() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    Files.write(images.resolve("red.png"), RED);
    Files.createFile(images.resolve("of something else.parquet"));
    Path file = folder.resolve("vqa.jsonl");
    Files.write(
        file,
        """
        {"question_id": 1, "question": "What?", "answers": [{"answer": "red"}], "image": "red.png", "source": "x", "position": 1}

        {"question_id": "two", "question": "What?", "answers": [{"answer": "red"}], "image": "red.png"}
        {"question_id": 3, "question": "What?", "answers": [{"answer": "red"}], "image": "gone.png"}
        {"question_id": 4, "question": "What?"
        """
            .getBytes(StandardCharsets.UTF_8));
    Files.write(
        file,
        "{\"question_id\": 5, \"question\": \"\u00e9\", \"answers\": [], \"image\": \"\"}\n"
            .getBytes(StandardCharsets.ISO_8859_1),
        java.nio.file.StandardOpenOption.APPEND);
    Intake intake = intake(BenchmarkFormat.VQA_V2, 0.9, images.toString());

    try (ScreenedSamples screened = SamplesReader.read(spark, List.of(file.toString()), intake)) {
      assertThat(
              screened.samples().orderBy("position").collectAsList().stream()
                  .map(SampleRecord::fromRow)
                  .map(SampleRecord::sampleId))
          .containsExactly("1", "two");
      List<String> reasons =
          screened.rejected().orderBy("position").collectAsList().stream()
              .map(r -> r.<Long>getAs("position") + " " + r.<String>getAs("reason"))
              .toList();
      assertThat(reasons.get(0)).startsWith("2 image file ").endsWith("gone.png does not exist");
      assertThat(reasons.subList(1, 3))
          .containsExactly("3 the line is no JSON object", "4 a text is no UTF-8");
    }
  }

  /** Files of several blocks, an id that is a number in one and text in another, a blank line. */
  @Test
  void linesOfManyFilesAreNumberedThroughInTheirOrder() throws IOException {
    Files.write(folder.resolve("red.png"), RED);
    String line =
        "{\"question_id\": %s, \"question\": \"What?\", \"answers\": [\"red\"], \"image\":"
            + " \"red.png\", \"more\": \"%s\"}%n";
    int id = 0;
    List<String> files = new ArrayList<>();
    for (int file = 0; file < 4; file++) {
      StringBuilder lines = new StringBuilder("\n");
      for (int i = 0; i < 5 + file; i++) {
        lines.append(line.formatted(file == 2 ? "\"" + id + "\"" : id, "x".repeat(100 * i)));
        id++;
      }
      // Neither by name nor by size in the order in which they are given.
      Path path = folder.resolve("part " + (9 - file) + "%20.jsonl");
      Files.writeString(path, lines);
      files.add(path.toString());
    }
    String before = spark.conf().get("spark.sql.files.maxPartitionBytes");
    spark.conf().set("spark.sql.files.maxPartitionBytes", "512");
    try {
      List<SampleRecord> samples = read(BenchmarkFormat.VQA_V2, files.toArray(String[]::new));
      assertThat(samples).hasSize(id);
      assertThat(samples)
          .allSatisfy(s -> assertThat(s.sampleId()).isEqualTo(String.valueOf(s.position())));
      assertThatThrownBy(() -> read(BenchmarkFormat.VQA_V2, files.get(0), folder + "/part*.jsonl"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("part 9%20.jsonl: is given twice");
    } finally {
      spark.conf().set("spark.sql.files.maxPartitionBytes", before);
    }
  }

  @Test
  void popesRowsAreNumberedWithinTheirCategoryAndPositionsRunOnOverAPatternsFiles()
      throws IOException {
    for (int i = 0; i < 3; i++) {
      parquet(
          "part " + i + ",[x]",
          "'0' as id, '%d' as question_id, 'Is it?' as question, 'no' as answer, 'coco' as image_source, 'random' as category, "
                  .formatted(i)
              + image(RED));
    }

    List<SampleRecord> samples = read(BenchmarkFormat.POPE, folder + "/part*.parquet");

    assertThat(samples).extracting(SampleRecord::position).containsExactly(0L, 1L, 2L);
    assertThat(samples)
        .extracting(SampleRecord::sampleId)
        .containsExactly("random/0", "random/1", "random/2");
    assertThat(samples.get(0).answers()).containsExactly("no");
    assertThat(samples.get(0).category()).isEqualTo("random");
    assertThat(samples.get(0).split()).isIn("train", "val");
    assertThatThrownBy(() -> read(BenchmarkFormat.POPE, folder + "/none*.parquet"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no file fits the pattern");
  }

  @Test
  void answersThatCannotBeJudgedAndImagesThatNoModelTakesAreRefused() throws IOException {
    String columns =
        "'%d' as question_id, 'Is it?' as question, '%s' as answer, 'random' as category, ";
    String file =
        parquet(
            "pope",
            columns.formatted(0, "yes") + image(RED),
            columns.formatted(1, "maybe") + image(RED),
            columns.formatted(2, "no") + image(SampleFiles.blank(2000, 3)));

    try (ScreenedSamples screened =
        SamplesReader.read(spark, List.of(file), intake(BenchmarkFormat.POPE, 0.9, ""))) {
      assertThat(
              screened.rejected().orderBy("position").collectAsList().stream()
                  .map(r -> r.<String>getAs("reason")))
          .containsExactly(
              "answer \"maybe\" is neither yes nor no",
              "image: is an image of 2000 × 3 pixels, too narrow: sides of up to 32 to 1 are"
                  + " taken");
    }
    assertThatThrownBy(() -> read(BenchmarkFormat.MME, file))
        .hasMessageNotContaining("question_id")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("neither yes nor no");
  }
}
