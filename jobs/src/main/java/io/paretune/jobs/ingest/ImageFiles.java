package io.paretune.jobs.ingest;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Iterator;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the images that rows name by a path; adds {@code image_problem}. Rows of one image mostly
 * stand together, so the last one is remembered.
 *
 * @param folder that paths are relative to; empty for the folder of the row's own file
 * @param schema of the rows
 */
record ImageFiles(String folder, StructType schema, SerializableConfiguration hadoop)
    implements MapPartitionsFunction<Row, Row> {
  /** A benchmark's image is smaller; a task must not read a disk image into its heap. */
  private static final long MOST_BYTES = 256L << 20;

  /** The rows that come out. */
  StructType result() {
    return schema.add("image_problem", DataTypes.StringType);
  }

  /** An image file, or why there is none. */
  private static final class Read {
    private final Path path;
    private byte @Nullable [] bytes;
    private String problem = "";

    Read(Path path) {
      this.path = path;
    }
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Read[] last = new Read[1];
    Iterable<Row> all = () -> rows;
    return StreamSupport.stream(all.spliterator(), false)
        .map(
            row -> {
              String path = row.getAs("image_path");
              if (row.getAs("image") != null || path == null || path.isBlank()) {
                return with(row, row.getAs("image"), "");
              }
              Path file = new Path(folderOf(row), path);
              if (last[0] == null || !last[0].path.equals(file)) {
                last[0] = read(file);
              }
              return with(row, last[0].bytes, last[0].problem);
            })
        .iterator();
  }

  private Path folderOf(Row row) {
    return folder.isEmpty() ? new Path(row.<String>getAs("source")).getParent() : new Path(folder);
  }

  private Read read(Path file) {
    Read read = new Read(file);
    try {
      FileSystem files = file.getFileSystem(hadoop.value());
      long length = files.getFileStatus(file).getLen();
      if (length > MOST_BYTES) {
        read.problem = "image file %s has %,d bytes".formatted(file, length);
        return read;
      }
      try (FSDataInputStream in = files.open(file)) {
        byte[] bytes = new byte[(int) length];
        in.readFully(bytes);
        read.bytes = bytes;
      }
    } catch (FileNotFoundException e) {
      read.problem = "image file " + file + " does not exist";
    } catch (IOException | IllegalArgumentException e) {
      read.problem = "image file " + file + " cannot be read: " + SamplesFiles.firstLine(e);
    }
    return read;
  }

  private Row with(Row row, byte @Nullable [] image, String problem) {
    Object[] values = new Object[schema.length() + 1];
    for (int i = 0; i < schema.length(); i++) {
      values[i] = row.get(i);
    }
    values[schema.fieldIndex("image")] = image;
    values[schema.length()] = problem;
    // With its schema: Spark hands the row to the next step as it is.
    return new GenericRowWithSchema(values, result());
  }
}
