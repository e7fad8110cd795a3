package io.paretune.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.SampleFiles.Question;
import io.paretune.jobs.tables.SampleRecord;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesReaderTest {
  private static final byte[] RED = SampleFiles.png(0xff0000, 8);
  private static final byte[] BLUE = SampleFiles.png(0x0000ff, 8);

  private final SparkSession spark = SharedSpark.session();
  private final SampleFiles files = new SampleFiles(spark);

  @TempDir private Path folder;

  /** Whatever stays cached is looked through at each later query. */
  @AfterEach
  void letGo() {
    spark.catalog().clearCache();
  }

  private ScreenedSamples read(Intake intake, String... paths) {
    return SamplesReader.read(spark, List.of(paths), intake);
  }

  private List<SampleRecord> records(ScreenedSamples screened) {
    return screened.samples().collectAsList().stream()
        .map(SampleRecord::fromRow)
        .sorted(Comparator.comparingLong(SampleRecord::position))
        .toList();
  }

  @Test
  void rowsKeepTheirPlaceInTheFilesAsGiven() {
    String second = files.write(folder.resolve("a [1].parquet"), Question.of("c", RED));
    String first =
        files.write(folder.resolve("b.parquet"), Question.of("b", RED), Question.of("a", BLUE));

    ScreenedSamples screened = read(Intake.strict("toy", 2), first, second);

    assertThat(records(screened)).extracting(SampleRecord::sampleId).containsExactly("b", "a", "c");
    assertThat(records(screened)).extracting(SampleRecord::position).containsExactly(0L, 1L, 2L);
    assertThat(screened.accepted()).isEqualTo(3);
    assertThat(screened.images()).isEqualTo(2);
    assertThat(screened.shards()).isEqualTo(2);
  }

  @Test
  void aSampleHasEverythingThatItsTableHas() {
    String file =
        files.write(
            folder.resolve("s.parquet"),
            new Question("q1", RED, "Colour?", List.of("red", "blue"), "red", "color", "val"));

    SampleRecord sample = records(read(Intake.strict("toy", 4), file)).get(0);

    assertThat(sample)
        .isEqualTo(
            new SampleRecord(
                "toy",
                sample.version(),
                0,
                "q1",
                SampleFiles.sha256(RED),
                ByteBuffer.wrap(RED),
                "Colour?",
                "",
                List.of("red", "blue"),
                List.of("red"),
                "color",
                "",
                "",
                "val",
                0));
    assertThat(sample.version()).matches("[0-9a-f]{16}");
  }

  @Test
  void anImageMayBePlainBinaryAndOptionsMayBeNull() {
    String file =
        files.writePlainImages(
            folder.resolve("s.parquet"),
            new Question("q1", RED, "Colour?", null, "red", "color", "val"));

    SampleRecord sample = records(read(Intake.strict("toy", 1), file)).get(0);

    assertThat(sample.image()).isEqualTo(ByteBuffer.wrap(RED));
    assertThat(sample.options()).isEmpty();
  }

  @Test
  void theVersionDependsOnTheContentAlone() {
    Question a = Question.of("a", RED);
    Question b = Question.of("b", BLUE);
    String both = files.write(folder.resolve("ab.parquet"), a, b);
    String bOnly = files.write(folder.resolve("b.parquet"), b);
    String aOnly = files.write(folder.resolve("a.parquet"), a);
    String changed = files.write(folder.resolve("c.parquet"), a.withQuestion("Really?"), b);

    String version = read(Intake.strict("toy", 2), both).version();

    assertThat(read(Intake.strict("toy", 2), bOnly, aOnly).version()).isEqualTo(version);
    assertThat(read(Intake.strict("toy", 2), changed).version()).isNotEqualTo(version);
  }

  @Test
  void everyKindOfBadRowIsRefusedWithItsReason() {
    byte[] cut = Arrays.copyOf(SampleFiles.noise(64), 700);
    byte[] bomb = SampleFiles.pngHeader(60_000, 60_000);
    String file =
        files.write(
            folder.resolve("s.parquet"),
            Question.of("good", RED),
            Question.of("", RED),
            Question.of("blank", RED).withQuestion(" "),
            new Question("answer", RED, "?", List.of("a", "b"), "c", "x", "val"),
            new Question("twice", RED, "?", List.of("a", "a"), "a", "x", "val"),
            Question.of("good", BLUE),
            Question.of("none", null),
            Question.of("text", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Question.of("cut", cut),
            Question.of("bomb", bomb),
            new Question("several", null, "?", List.of(), null, null, null),
            new Question("hole", RED, "?", List.of("a", ""), "a", "x", "val"));

    ScreenedSamples screened = read(new Intake("toy", 2, 1), file);

    assertThat(records(screened)).extracting(SampleRecord::sampleId).containsExactly("good");
    assertThat(screened.rejectedCount()).isEqualTo(11);
    List<String> reasons =
        screened.rejected().orderBy("position").select("reason").collectAsList().stream()
            .map(r -> r.getString(0))
            .toList();
    assertThat(reasons.subList(0, 7))
        .containsExactly(
            "sample_id is empty",
            "question is empty",
            "answer \"c\" is not among the options [a, b]",
            "an option is given twice: [a, a]",
            "sample_id \"good\" was used before, at position 0",
            "image is null",
            "image: is no image — PNG and JPEG can be read");
    assertThat(reasons.get(7)).startsWith("image: ");
    assertThat(reasons.get(8)).startsWith("image: ").contains("60000 × 60000");
    assertThat(reasons.get(9))
        .isEqualTo("answer is null; split is null; category is null; image is null");
    assertThat(reasons.get(10)).isEqualTo("an option is empty");
  }

  @Test
  void anIdBelongsToTheFirstRowThatCanBeUsed() {
    String file =
        files.write(
            folder.resolve("s.parquet"),
            Question.of("q", null),
            Question.of("q", RED),
            Question.of("q", BLUE));

    ScreenedSamples screened = read(new Intake("toy", 2, 1), file);

    assertThat(records(screened)).extracting(SampleRecord::position).containsExactly(1L);
    assertThat(screened.rejected().orderBy("position").select("reason").collectAsList())
        .extracting(r -> r.getString(0))
        .containsExactly("image is null", "sample_id \"q\" was used before, at position 1");
  }

  @Test
  void moreBadRowsThanAllowedAreAnErrorThatListsThem() {
    Question[] questions =
        IntStream.range(0, 30)
            .mapToObj(i -> Question.of("q" + i, i < 25 ? null : RED))
            .toArray(Question[]::new);
    String file = files.write(folder.resolve("s.parquet"), questions);

    assertThatThrownBy(() -> read(new Intake("toy", 2, 0.5), file))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> {
              assertThat(e.problems()).hasSize(21);
              assertThat(e.problems().get(3))
                  .isEqualTo(new Problem("file:" + file + ", row 3 (q3)", "image is null", ""));
            })
        .hasMessageEndingWith(
            "toy: 25 of 30 rows cannot be used (the first 20 are listed); allowed are 50 %"
                + " — mend the rows, leave them out, or allow more by"
                + " benchmark.max-rejected-share");
    try (ScreenedSamples screened = read(new Intake("toy", 2, 0.9), file)) {
      assertThat(screened.accepted()).isEqualTo(5);
    }
  }

  @Test
  void everyUnusableFileIsReportedAtOnce() throws Exception {
    Path text = Files.writeString(folder.resolve("text.parquet"), "sample_id,image\n1,2\n");
    Path empty = Files.createFile(folder.resolve("empty.parquet"));
    String whole = files.write(folder.resolve("whole.parquet"), Question.of("a", RED));
    byte[] bytes = Files.readAllBytes(Path.of(whole));
    Path cut = folder.resolve("cut.parquet");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    String noRows = files.write(folder.resolve("no-rows.parquet"));
    String missing = folder.resolve("missing.parquet").toString();
    String columns = folder.resolve("columns.parquet").toString();
    files.writeOne(
        spark
            .range(1)
            .selectExpr(
                "id as sample_id",
                "cast(null as struct<size: bigint>) as image",
                "'q' as question",
                "'yes' as options",
                "'a' as answer"),
        Path.of(columns));

    assertThatThrownBy(
            () ->
                read(
                    Intake.strict("toy", 2),
                    text.toString(),
                    empty.toString(),
                    cut.toString(),
                    noRows,
                    missing,
                    columns))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "text.parquet: is not a readable Parquet file: ",
            "empty.parquet: is not a readable Parquet file: ",
            "cut.parquet: is not a readable Parquet file: ",
            "no-rows.parquet: holds no rows",
            "missing.parquet: does not exist",
            "columns.parquet: column \"sample_id\" must be string, is bigint",
            "column \"image\" must be binary, struct<bytes: binary, path: string> or string (a"
                + " path), is struct<size:bigint>",
            "column \"options\" must be list<string>, is string",
            "column \"category\" is missing",
            "column \"split\" is missing");
  }

  @Test
  void damageBehindASoundFooterIsTheInputsFault() throws Exception {
    Question[] questions =
        IntStream.range(0, 50)
            .mapToObj(i -> Question.of("q" + i, SampleFiles.noise(i + 8)))
            .toArray(Question[]::new);
    Path file = Path.of(files.write(folder.resolve("s.parquet"), questions));
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, 4, bytes.length / 2, (byte) 0x5a);
    Files.write(file, bytes);

    assertThatThrownBy(() -> read(Intake.strict("toy", 2), file.toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("s.parquet")
        .hasMessageContaining("is damaged: ");
  }
}
