package io.paretune.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.paretune.jobs.tables.SampleRecord;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Published files on a file system that is not the local one.
 *
 * @param spark a session that knows the file system
 * @param files where they are put
 * @param root a URI there
 * @param local a folder that is empty
 */
public record FilesElsewhere(
    SparkSession spark, FileSystem files, String root, java.nio.file.Path local) {
  private static final byte[] RED = SampleFiles.png(0xff0000, 8);
  private static final byte[] BLUE = SampleFiles.png(0x0000ff, 8);
  private static final SplitShares SHARES =
      new SplitShares(List.of(new SplitShares.Share("val", 1)));

  private void put(String name, byte[] bytes) throws IOException {
    try (FSDataOutputStream out = files.create(new Path(root, name))) {
      out.write(bytes);
    }
  }

  private void putParquet(String name, String selected) throws IOException {
    String file =
        new SampleFiles(spark)
            .writeOne(
                spark.sql("select " + selected),
                local.resolve(name.replace('/', '-') + ".parquet"));
    put(name, Files.readAllBytes(java.nio.file.Path.of(file)));
  }

  private static String image(byte[] bytes) {
    return "named_struct('bytes', unbase64('%s'), 'path', 'x.jpg') as image"
        .formatted(Base64.getEncoder().encodeToString(bytes));
  }

  /** Reads them all. */
  List<SampleRecord> read(
      BenchmarkFormat format, double rejectedShare, String images, String... paths) {
    Intake intake = new Intake("b", format, 2, rejectedShare, images, SHARES, PromptCheck.NONE);
    try (ScreenedSamples screened = SamplesReader.read(spark, List.of(paths), intake)) {
      return screened.samples().orderBy("position").collectAsList().stream()
          .map(SampleRecord::fromRow)
          .toList();
    }
  }

  /** Lines that name images, and one that is not there. */
  public void requireJsonLinesWithAFolderOfImages() throws IOException {
    put("pictures/red.png", RED);
    String line =
        "{\"question_id\": %d, \"question\": \"What?\", \"answers\": [\"red\"], \"image\":"
            + " \"%s.png\"}%n";
    put("vqa/a.jsonl", line.formatted(1, "red").getBytes(StandardCharsets.UTF_8));
    String two = line.formatted(2, "red") + line.formatted(3, "blue") + line.formatted(4, "../vqa");
    put("vqa/b.jsonl", two.getBytes(StandardCharsets.UTF_8));

    assertThat(read(BenchmarkFormat.VQA_V2, 0.5, root + "/pictures", root + "/vqa/*.jsonl"))
        .extracting(SampleRecord::sampleId, SampleRecord::imageId)
        .containsExactly(tuple("1", SampleFiles.sha256(RED)), tuple("2", SampleFiles.sha256(RED)));
  }

  /** The layout of {@code lmms-lab/GQA}: questions in one folder, images in another. */
  public void requireGqasFoldersOfParquet() throws IOException {
    String instruction =
        "'%s' as id, '%s' as imageId, 'Is it red?' as question, true as isBalanced,"
            + " named_struct('global', 'color', 'local', '06-sky') as groups, 'yes' as answer,"
            + " 'Yes, it is.' as fullAnswer, named_struct('detailed', 'verify') as types";
    String questions = "gqa/testdev_balanced_instructions/testdev-0000";
    putParquet(questions + "0-of-00002.parquet", instruction.formatted("201307251", "n161313"));
    putParquet(
        questions + "1-of-00002.parquet",
        instruction.formatted("201640614", "n235859")
            + " union all select "
            + instruction.formatted("202225914", "n000000"));
    String images = "gqa/testdev_balanced_images/testdev-0000";
    putParquet(images + "0-of-00002.parquet", "'n235859' as id, " + image(BLUE));
    putParquet(images + "1-of-00002.parquet", "'n161313' as id, " + image(RED));

    assertThat(
            read(
                BenchmarkFormat.GQA,
                0.4,
                root + "/gqa/testdev_balanced_images",
                root + "/gqa/testdev_balanced_instructions"))
        .extracting(SampleRecord::sampleId, SampleRecord::imageId)
        .as("a question whose image is not there is left out")
        .containsExactly(
            tuple("201307251", SampleFiles.sha256(RED)),
            tuple("201640614", SampleFiles.sha256(BLUE)));
  }
}
