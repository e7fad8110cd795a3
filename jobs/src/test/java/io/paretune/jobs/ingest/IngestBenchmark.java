package io.paretune.jobs.ingest;

import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Rows a second and peak memory of {@code ingest} on generated Parquet files of a given size, in
 * POPE's columns: JPEG photographs of about 100 kB (noise under shapes), several questions each,
 * the image in every row as published.
 *
 * <p>Arguments: a directory that is empty or has the files of an earlier run, gigabytes, questions
 * an image. Run it with a heap of the size that is to suffice, {@code -Xmx2g}.
 */
public final class IngestBenchmark {
  private static final int FILES = 20;
  private static final int SIDE = 400;
  private static final String FIRST = "first time";
  private static final String TOUCHED = "again, with other times of change";
  private static final StructType SCHEMA =
      new StructType()
          .add("question_id", DataTypes.StringType)
          .add("question", DataTypes.StringType)
          .add("answer", DataTypes.StringType)
          .add("category", DataTypes.StringType)
          .add(
              "image",
              new StructType()
                  .add("bytes", DataTypes.BinaryType)
                  .add("path", DataTypes.StringType));

  private IngestBenchmark() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]).toAbsolutePath();
    Path files = directory.resolve("files");
    int questions = Integer.parseInt(args[2]);
    try (Sessions.Opened session = Sessions.open("ingest benchmark")) {
      SparkSession spark = session.spark();
      if (!Files.isDirectory(files)) {
        generate(spark, files, Double.parseDouble(args[1]), questions);
      }
      long bytes = size(files);
      Warehouse warehouse =
          Warehouse.at("warehouse", directory.resolve("warehouse-" + System.nanoTime()).toString());
      Intake intake =
          new Intake(
              "generated",
              BenchmarkFormat.POPE,
              8,
              0,
              "",
              new SplitShares(
                  List.of(new SplitShares.Share("train", 0.2), new SplitShares.Share("val", 0.8))),
              PromptCheck.NONE);
      for (String what : List.of(FIRST, TOUCHED, "again, unchanged")) {
        if (what.equals(FIRST) || what.equals(TOUCHED)) {
          settle(files, Duration.ofHours(what.equals(FIRST) ? 2 : 1));
        }
        long started = System.nanoTime();
        Ingest.Report report =
            Ingest.run(spark, warehouse, List.of(files + "/*/*.parquet"), intake);
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
            "%s: %s, %.2f GB, %d rows on %d images, %.1f s, %.0f rows/s, %.1f MB/s; peak RSS %s,"
                + " heap limit %d MB%n",
            what,
            report.outcome(),
            bytes / 1e9,
            report.accepted(),
            report.images(),
            seconds,
            report.accepted() / seconds,
            bytes / 1e6 / seconds,
            peak(),
            Runtime.getRuntime().maxMemory() >> 20);
      }
    }
  }

  /** Makes it look as if the files had changed so long ago. */
  private static void settle(Path files, Duration ago) throws IOException {
    FileTime time = FileTime.from(Instant.now().minus(ago));
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, time);
      }
    }
  }

  private static String peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith("VmHWM"))
        .map(l -> l.replaceAll("\\s+", " ").substring(7))
        .findFirst()
        .orElse("unknown");
  }

  private static long size(Path files) throws IOException {
    try (var all = Files.walk(files)) {
      return all.filter(f -> f.toString().endsWith(".parquet"))
          .mapToLong(
              f -> {
                try {
                  return Files.size(f);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .sum();
    }
  }

  private static void generate(SparkSession spark, Path files, double gigabytes, int questions) {
    int each = photograph(0).length;
    int images = (int) (gigabytes * 1e9 / each / questions);
    System.out.printf("%d images of about %d bytes, %d questions each%n", images, each, questions);
    List<Integer> numbers = IntStream.range(0, FILES).boxed().toList();
    for (int file : numbers) {
      List<Integer> own =
          IntStream.range(0, images).filter(i -> i % FILES == file).boxed().toList();
      spark
          .createDataset(own, Encoders.INT())
          .coalesce(1)
          .flatMap(
              (FlatMapFunction<Integer, Row>) image -> rows(image, questions), Encoders.row(SCHEMA))
          .write()
          .option("compression", "none")
          // An image stands in each of its rows, as published, however small the file.
          .option("parquet.enable.dictionary", "false")
          .option("parquet.block.size", 64 << 20)
          .parquet(files.resolve("part-" + file).toString());
    }
  }

  private static Iterator<Row> rows(int image, int questions) {
    byte[] bytes = photograph(image);
    return IntStream.range(0, questions)
        .mapToObj(
            q ->
                RowFactory.create(
                    image + "-" + q,
                    "Is there a shape of colour " + q + " in the image?",
                    q % 2 == 0 ? "yes" : "no",
                    List.of("adversarial", "popular", "random").get(q % 3),
                    RowFactory.create(bytes, image + ".jpg")))
        .iterator();
  }

  private static byte[] photograph(int number) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(number);
    for (int i = 0; i < SIDE * SIDE; i++) {
      int grey = 96 + random.nextInt(64);
      image.setRGB(i % SIDE, i / SIDE, grey << 16 | grey << 8 | (grey + random.nextInt(32)));
    }
    Graphics2D shapes = image.createGraphics();
    for (int s = 0; s < 6; s++) {
      shapes.setColor(new Color(random.nextInt(0x1000000)));
      shapes.fillOval(random.nextInt(SIDE), random.nextInt(SIDE), 80, 60);
    }
    shapes.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpg", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
