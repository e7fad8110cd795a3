package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.col;

import io.paretune.udfs.hash.Sha256;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Writes small samples files for tests. */
public final class SampleFiles {
  private static final StructType SCHEMA =
      new StructType()
          .add("sample_id", DataTypes.StringType)
          .add(
              "image",
              new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType))
          .add("question", DataTypes.StringType)
          .add("options", DataTypes.createArrayType(DataTypes.StringType))
          .add("answer", DataTypes.StringType)
          .add("category", DataTypes.StringType)
          .add("split", DataTypes.StringType);

  private final SparkSession spark;

  public SampleFiles(SparkSession spark) {
    this.spark = spark;
  }

  /** A row; anything may be null. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Question(
      String id,
      byte[] image,
      String question,
      List<String> options,
      String answer,
      String category,
      String split) {

    /** A sound question but for what is given. */
    public static Question of(String id, byte[] image) {
      return new Question(id, image, "Is it red?", List.of("yes", "no"), "yes", "color", "val");
    }

    public Question withQuestion(String other) {
      return new Question(id, image, other, options, answer, category, split);
    }
  }

  /** Writes one file in the order given and returns its path. */
  public String write(Path file, Question... questions) {
    List<Row> rows =
        Arrays.stream(questions)
            .map(
                q ->
                    RowFactory.create(
                        q.id(),
                        RowFactory.create(q.image(), q.image() == null ? null : q.id() + ".png"),
                        q.question(),
                        q.options() == null ? null : q.options().toArray(String[]::new),
                        q.answer(),
                        q.category(),
                        q.split()))
            .toList();
    return writeOne(spark.createDataFrame(rows, SCHEMA), file);
  }

  /** Likewise, with the image as a plain binary column. */
  public String writePlainImages(Path file, Question... questions) {
    Path other = file.resolveSibling("struct.parquet");
    write(other, questions);
    return writeOne(
        spark.read().parquet(other.toString()).withColumn("image", col("image.bytes")), file);
  }

  /** Writes rows as one Parquet file and returns its path. */
  public String writeOne(Dataset<Row> rows, Path file) {
    Path folder = file.resolveSibling("parts");
    rows.coalesce(1).write().mode("overwrite").parquet(folder.toString());
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "part-*.parquet")) {
      Files.move(parts.iterator().next(), file);
      return file.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A square of one colour. */
  public static byte[] png(int rgb, int side) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < side * side; i++) {
      image.setRGB(i % side, i / side, rgb);
    }
    return encoded(image);
  }

  /** A black picture. */
  public static byte[] blank(int width, int height) {
    return encoded(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB));
  }

  /** A square that does not compress; squares of different sides differ. */
  public static byte[] noise(int side) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(side);
    for (int i = 0; i < side * side; i++) {
      image.setRGB(i % side, i / side, random.nextInt(0x1000000));
    }
    return encoded(image);
  }

  private static byte[] encoded(BufferedImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A PNG file that claims a size and holds nothing. */
  public static byte[] pngHeader(int width, int height) {
    byte[] header =
        ByteBuffer.allocate(17)
            .put(new byte[] {'I', 'H', 'D', 'R'})
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array();
    CRC32 crc = new CRC32();
    crc.update(header);
    return ByteBuffer.allocate(33)
        .putLong(0x89504e470d0a1a0aL)
        .putInt(13)
        .put(header)
        .putInt((int) crc.getValue())
        .array();
  }

  public static String sha256(byte[] bytes) {
    return Sha256.hex(bytes);
  }
}
