package io.paretune.jobs.ingest;

import io.paretune.udfs.checkpoint.FileTrouble;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the images that rows name by a path; adds {@code image_problem}. Whatever is wrong with a
 * path is its row's problem alone; a file system that fails is not. Rows of one image mostly stand
 * together, so the last one is remembered.
 *
 * @param folder that paths are relative to and stay in; empty for the folder of the row's own file
 * @param schema of the rows
 * @param folders takes the directories of the images that rows name, each once a task
 */
record ImageFiles(
    String folder,
    StructType schema,
    SerializableConfiguration hadoop,
    CollectionAccumulator<String> folders)
    implements MapPartitionsFunction<Row, Row> {
  /** A benchmark's image is smaller; a task must not read a disk image into its heap. */
  private static final int MOST_BYTES = 256 << 20;

  private static final String WITH_SCHEME = "[a-zA-Z][a-zA-Z0-9+.-]*:/.*";

  /** The rows that come out. */
  StructType result() {
    return schema.add("image_problem", DataTypes.StringType);
  }

  /**
   * An image file, or why there is none.
   *
   * @param name as rows have it
   */
  private record Read(String folder, String name, byte @Nullable [] bytes, String problem) {}

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Read[] last = new Read[1];
    Set<String> seen = new HashSet<>();
    Iterable<Row> all = () -> rows;
    return StreamSupport.stream(all.spliterator(), false)
        .map(
            row -> {
              String name = row.getAs("image_path");
              if (row.getAs("image") != null || name == null || name.isBlank()) {
                return with(row, row.getAs("image"), "");
              }
              String in = folderOf(row);
              if (last[0] == null || !last[0].name.equals(name) || !last[0].folder.equals(in)) {
                last[0] = read(in, name, seen);
              }
              return with(row, last[0].bytes, last[0].problem);
            })
        .iterator();
  }

  private String folderOf(Row row) {
    return folder.isEmpty()
        ? String.valueOf(new Path(row.<String>getAs("source")).getParent())
        : folder;
  }

  private Read read(String in, String name, Set<String> seen) {
    String what = "image path " + name;
    String problem;
    try {
      Path root = new Path(in);
      FileSystem files = plain(root.getFileSystem(hadoop.value()));
      Path file = within(files, root, name);
      if (file == null) {
        problem = what + " leads out of the folder " + in;
      } else {
        what = "image file " + file;
        String directory = String.valueOf(file.getParent());
        if (seen.add(directory)) {
          folders.add(directory);
        }
        FileStatus status = files.getFileStatus(file);
        problem = status.isDirectory() ? what + " is a directory" : "";
        byte @Nullable [] bytes = problem.isEmpty() ? bytes(files, file) : null;
        if (bytes != null && bytes.length > MOST_BYTES) {
          problem = what + " has more than %,d bytes".formatted(MOST_BYTES);
        }
        return new Read(in, name, problem.isEmpty() ? bytes : null, problem);
      }
    } catch (FileNotFoundException e) {
      problem = what + " does not exist";
    } catch (AccessControlException | AccessDeniedException | IllegalArgumentException e) {
      problem = what + " cannot be read: " + FileTrouble.firstLine(e);
    } catch (IOException e) {
      // A store that does not answer says nothing about the row: the task is tried again.
      throw new UncheckedIOException(what + " cannot be read now", e);
    }
    return new Read(in, name, null, problem);
  }

  /** The bytes, of a file that is too long one too many; not all file systems know a length. */
  private static byte[] bytes(FileSystem files, Path file) throws IOException {
    try (FSDataInputStream in = files.open(file)) {
      return in.readNBytes(MOST_BYTES + 1);
    } catch (FileNotFoundException e) {
      throw new AccessDeniedException(FileTrouble.firstLine(e)); // it was there just now
    }
  }

  /** Hadoop looks for checksums beside a local file by a name that may have no colon. */
  private static FileSystem plain(FileSystem files) {
    return files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files;
  }

  /** The file of this name, or null if it is elsewhere; links are followed. */
  private static @Nullable Path within(FileSystem files, Path root, String name) {
    // Only the constructor of parts lets a relative path have colons.
    Path named = name.matches(WITH_SCHEME) ? new Path(name) : new Path(null, null, name);
    URI folder = whole(files, root);
    URI file = whole(files, new Path(root, named));
    String start = folder.getPath().endsWith("/") ? folder.getPath() : folder.getPath() + "/";
    boolean inside =
        Objects.equals(folder.getScheme(), file.getScheme())
            && Objects.equals(folder.getAuthority(), file.getAuthority())
            && file.getPath().startsWith(start);
    return inside ? new Path(file) : null;
  }

  private static URI whole(FileSystem files, Path path) {
    return path.makeQualified(files.getUri(), files.getWorkingDirectory()).toUri().normalize();
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
