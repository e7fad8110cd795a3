package io.paretune.jobs.ingest;

import io.paretune.udfs.checkpoint.FileTrouble;
import io.paretune.udfs.checkpoint.FirstContact;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.problem.UnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/** The files of a benchmark, checked as far as their footers tell. */
final class SamplesFiles {

  /** What stands for other characters in a path. */
  private static final String PATTERN = ".*[*?\\[{].*";

  private SamplesFiles() {}

  /**
   * The files in the order given; a directory stands for the Parquet and JSON Lines files in it, a
   * pattern for what fits, each by name. How many rows JSON Lines have is not known yet.
   *
   * @param problems takes what is wrong with the others
   */
  static List<SourceFile> open(List<String> locations, Configuration hadoop, Problems problems) {
    List<SourceFile> files = new ArrayList<>();
    if (locations.isEmpty()) {
      problems.add("samples", "no file is given", "name at least one Parquet file");
    }
    Set<String> named = new HashSet<>();
    for (FileStatus file : statuses(locations, hadoop, problems)) {
      String path = file.getPath().toString();
      if (!named.add(path)) {
        problems.add(path, "is given twice", "name it once, or by one pattern");
        continue;
      }
      SourceFile.Kind kind = SourceFile.Kind.of(file.getPath().getName());
      if (kind == SourceFile.Kind.PARQUET) {
        parquet(file, hadoop, problems).ifPresent(files::add);
      } else if (file.getLen() == 0) {
        problems.add(path, "holds no rows");
      } else {
        files.add(new SourceFile(path, kind, kind.name(), 0, 0));
      }
    }
    return files;
  }

  /** The same files, none of which is opened. */
  static List<FileStatus> statuses(
      List<String> locations, Configuration hadoop, Problems problems) {
    return locations.stream().flatMap(l -> expand(l, hadoop, problems).stream()).toList();
  }

  /**
   * Notes why images cannot be looked for at a place.
   *
   * @param location a folder, a file or a pattern; empty for none
   */
  static void checkImages(String location, Configuration hadoop, Problems problems) {
    if (!location.isEmpty()) {
      look(
          location,
          hadoop,
          problems,
          (files, path) ->
              location.matches(PATTERN) ? List.of() : List.of(files.getFileStatus(path)));
    }
  }

  /** Looks for files in a file system; to be called with what the user named. */
  private interface Look {
    List<FileStatus> at(FileSystem files, Path path) throws IOException;
  }

  private static List<FileStatus> expand(String location, Configuration hadoop, Problems problems) {
    return look(
        location, hadoop, problems, (files, path) -> found(files, path, location, problems));
  }

  private static List<FileStatus> found(
      FileSystem files, Path path, String location, Problems problems) throws IOException {
    if (!files.exists(path) && location.matches(PATTERN)) {
      return fitting(files, path, location, problems);
    }
    FileStatus status = files.getFileStatus(path);
    if (!status.isDirectory()) {
      return List.of(status);
    }
    List<FileStatus> inside =
        Arrays.stream(files.listStatus(path, p -> p.getName().matches(".*[.](parquet|jsonl)")))
            .filter(f -> f.isFile() && !f.getPath().getName().matches("[_.].*"))
            .sorted(Comparator.comparing(f -> f.getPath().getName()))
            .toList();
    if (inside.isEmpty()) {
      problems.add(location, "the directory holds no .parquet or .jsonl file");
    }
    return inside;
  }

  /** None and a problem where that cannot be. */
  private static List<FileStatus> look(
      String location, Configuration hadoop, Problems problems, Look look) {
    try {
      Path path = new Path(location);
      FirstContact.require(path, hadoop);
      return look.at(path.getFileSystem(hadoop), path);
    } catch (FileNotFoundException e) {
      problems.add(location, "does not exist", "check the path");
    } catch (IOException e) {
      problems.collect(
          () -> {
            throw FileTrouble.of(
                new Problem(location, "cannot be read: " + FileTrouble.firstLine(e), ""), e);
          });
    } catch (IllegalArgumentException e) {
      problems.add(location, "cannot be read: " + FileTrouble.firstLine(e));
    }
    return List.of();
  }

  private static List<FileStatus> fitting(
      FileSystem files, Path pattern, String location, Problems problems) throws IOException {
    FileStatus[] found = files.globStatus(pattern, p -> !p.getName().matches("[_.].*"));
    List<FileStatus> fitting =
        found == null
            ? List.of()
            : Arrays.stream(found)
                .filter(FileStatus::isFile)
                .sorted(Comparator.comparing(f -> f.getPath().toString()))
                .toList();
    if (fitting.isEmpty()) {
      problems.add(location, "no file fits the pattern", "check the path");
    }
    return fitting;
  }

  /** The file as far as its footer tells; empty if it is unusable. */
  private static Optional<SourceFile> parquet(
      FileStatus file, Configuration hadoop, Problems problems) {
    String where = file.getPath().toString();
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromStatus(file, hadoop))) {
      ParquetMetadata footer = reader.getFooter();
      for (BlockMetaData block : footer.getBlocks()) {
        for (ColumnChunkMetaData chunk : block.getColumns()) {
          if (chunk.getStartingPos() < 0
              || chunk.getTotalSize() < 0
              || chunk.getStartingPos() + chunk.getTotalSize() > file.getLen()) {
            problems.add(
                where,
                "is damaged: column " + chunk.getPath() + " ends after the file's end",
                "copy or download it again");
            return Optional.empty();
          }
        }
      }
      if (reader.getRecordCount() == 0) {
        problems.add(where, "holds no rows");
        return Optional.empty();
      }
      return Optional.of(
          new SourceFile(
              where,
              SourceFile.Kind.PARQUET,
              footer.getFileMetaData().getSchema().toString(),
              0,
              reader.getRecordCount()));
    } catch (IOException | RuntimeException e) {
      if (FileTrouble.isUnanswered(e)) {
        throw new UnavailableException(
            new Problem(where, "cannot be read now: " + FileTrouble.firstLine(e), ""), e);
      }
      // Parquet reports damage by exceptions of many classes.
      problems.add(
          where,
          "is not a readable Parquet file: " + FileTrouble.firstLine(e),
          "it may be cut short or of another format: copy or download it again");
      return Optional.empty();
    }
  }
}
