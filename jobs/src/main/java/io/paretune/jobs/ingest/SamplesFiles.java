package io.paretune.jobs.ingest;

import io.paretune.udfs.problem.Problems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/** The Parquet files of a benchmark, checked as far as their footers tell. */
final class SamplesFiles {

  /**
   * One readable file.
   *
   * @param path its URI
   * @param firstPosition rows in the files before it
   * @param rows rows in it
   */
  record SamplesFile(String path, long firstPosition, long rows) {}

  private SamplesFiles() {}

  /**
   * The files in the order given; a directory stands for the Parquet files in it, by name.
   *
   * @param problems takes what is wrong with the others
   */
  static List<SamplesFile> open(List<String> locations, Configuration hadoop, Problems problems) {
    List<SamplesFile> files = new ArrayList<>();
    long position = 0;
    if (locations.isEmpty()) {
      problems.add("samples", "no file is given", "name at least one Parquet file");
    }
    for (String location : locations) {
      for (FileStatus file : expand(location, hadoop, problems)) {
        long rows = rows(file, hadoop, problems);
        if (rows > 0) {
          files.add(new SamplesFile(file.getPath().toString(), position, rows));
          position += rows;
        }
      }
    }
    return files;
  }

  private static List<FileStatus> expand(String location, Configuration hadoop, Problems problems) {
    try {
      Path path = new Path(location);
      FileSystem files = path.getFileSystem(hadoop);
      FileStatus status = files.getFileStatus(path);
      if (!status.isDirectory()) {
        return List.of(status);
      }
      List<FileStatus> inside =
          Arrays.stream(files.listStatus(path, p -> p.getName().endsWith(".parquet")))
              .filter(f -> f.isFile() && !f.getPath().getName().matches("[_.].*"))
              .sorted(Comparator.comparing(f -> f.getPath().getName()))
              .toList();
      if (inside.isEmpty()) {
        problems.add(location, "the directory holds no .parquet file");
      }
      return inside;
    } catch (FileNotFoundException e) {
      problems.add(location, "does not exist", "check the path");
    } catch (IOException | IllegalArgumentException e) {
      problems.add(location, "cannot be read: " + firstLine(e));
    }
    return List.of();
  }

  /** How many rows the file has; 0 if it is unusable. */
  private static long rows(FileStatus file, Configuration hadoop, Problems problems) {
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
            return 0;
          }
        }
      }
      if (reader.getRecordCount() == 0) {
        problems.add(where, "holds no rows");
      }
      return reader.getRecordCount();
    } catch (IOException | RuntimeException e) {
      // Parquet reports damage by exceptions of many classes.
      problems.add(
          where,
          "is not a readable Parquet file: " + firstLine(e),
          "it may be cut short or of another format: copy or download it again");
      return 0;
    }
  }

  static String firstLine(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }
}
