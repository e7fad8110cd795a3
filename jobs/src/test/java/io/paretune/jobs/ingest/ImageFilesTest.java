package io.paretune.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that rows name by a path: any path is its row's problem alone. */
class ImageFilesTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("source", DataTypes.StringType)
          .add("image", DataTypes.BinaryType)
          .add("image_path", DataTypes.StringType);
  private static final byte[] RED = SampleFiles.png(0xff0000, 8);

  @TempDir private Path directory;
  private final CollectionAccumulator<String> folders = new CollectionAccumulator<>();
  private Path images = Path.of("");

  @BeforeEach
  void writeImages() throws IOException {
    images = Files.createDirectory(directory.resolve("pictures of mine"));
    Files.createDirectory(images.resolve("a directory"));
    Files.write(images.resolve("12:30 red#1?.png"), RED);
    Files.write(directory.resolve("outside"), RED);
    Files.createSymbolicLink(images.resolve("link.png"), directory.resolve("outside"));
  }

  private List<Row> read(String folder, Configuration hadoop, List<String> paths) {
    List<Row> rows = new ArrayList<>();
    for (String path : paths) {
      Object[] values = {"file:" + images + "/samples.jsonl", null, path};
      rows.add(new GenericRowWithSchema(values, SCHEMA));
    }
    List<Row> read = new ArrayList<>();
    new ImageFiles(folder, SCHEMA, new SerializableConfiguration(hadoop), folders)
        .call(rows.iterator())
        .forEachRemaining(read::add);
    return read;
  }

  private List<Row> read(String folder, String... paths) {
    return read(folder, new Configuration(false), List.of(paths));
  }

  private List<String> problems(String folder, String... paths) {
    return read(folder, paths).stream()
        .map(row -> row.<String>getAs("image_problem").replace(images.toString(), "F"))
        .toList();
  }

  @Test
  void pathsInTheFolderAreReadInAnyForm() {
    String[] paths = {
      "12:30 red#1?.png", "link.png", images + "/link.png", "a directory/../link.png"
    };
    for (String folder : List.of("", images.toString(), "file:" + images, images + "/")) {
      assertThat(read(folder, paths))
          .as(folder)
          .allSatisfy(row -> assertThat(row.<String>getAs("image_problem")).isEmpty())
          .allSatisfy(row -> assertThat(row.<byte[]>getAs("image")).isEqualTo(RED));
    }
    assertThat(read("/", directory.resolve("outside").toString()).get(0).<byte[]>getAs("image"))
        .isEqualTo(RED);
  }

  @Test
  void onlyTheFoldersOfTheImagesAreTold() {
    read("/", images + "/link.png", images + "/none.png", images + "/a directory/none");

    assertThat(folders.value())
        .containsExactly("file:" + images, "file:" + images + "/a directory");
  }

  @Test
  void nothingElsewhereIsRead() {
    assertThat(
            problems(
                images.toString(),
                "http://localhost:1/red.png",
                "s3a://bucket/red.png",
                "../outside",
                "a directory/../../outside",
                directory.resolve("outside").toString(),
                images + "x/red.png"))
        .containsExactly(
            "image path http://localhost:1/red.png leads out of the folder F",
            "image path s3a://bucket/red.png leads out of the folder F",
            "image path ../outside leads out of the folder F",
            "image path a directory/../../outside leads out of the folder F",
            "image path " + directory + "/outside leads out of the folder F",
            "image path Fx/red.png leads out of the folder F");
  }

  @Test
  void whatIsNoFileIsSaid() {
    assertThat(problems(images.toString(), "a directory", "a:b", "%zz", "http:red.png"))
        .containsExactly(
            "image file file:F/a directory is a directory",
            "image file file:F/a:b does not exist",
            "image file file:F/%zz does not exist",
            "image file file:F/http:red.png does not exist");
    assertThat(problems(images.toString(), "\0", "://", "\ud800"))
        .allSatisfy(problem -> assertThat(problem).startsWith("image "));
  }

  /** Never answers. */
  public static final class Unwell extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("unwell:///");
    }

    @Override
    public String getScheme() {
      return "unwell";
    }

    @Override
    public FileStatus getFileStatus(org.apache.hadoop.fs.Path file) throws IOException {
      throw new IOException("503 Slow Down");
    }
  }

  @Test
  void aStoreThatFailsRefusesNoRow() {
    Configuration hadoop = new Configuration(false);
    hadoop.setClass("fs.unwell.impl", Unwell.class, org.apache.hadoop.fs.FileSystem.class);

    assertThatThrownBy(() -> read("unwell:///pictures", hadoop, List.of("red.png")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("red.png cannot be read now")
        .hasRootCauseMessage("503 Slow Down");
  }
}
