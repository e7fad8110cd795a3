package io.paretune.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.SharedSpark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples files and their images on HDFS, by a name node and a data node in this process. */
class HdfsTest {
  @TempDir static java.nio.file.Path local;
  private static MiniDFSCluster cluster;
  private static FilesElsewhere files;

  @BeforeAll
  static void start() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, local.resolve("dfs").toString());
    cluster = new MiniDFSCluster.Builder(hadoop).numDataNodes(1).build();
    files =
        new FilesElsewhere(
            SharedSpark.session(),
            cluster.getFileSystem(),
            cluster.getURI() + "/benchmarks",
            Files.createDirectory(local.resolve("parquet")));
  }

  @AfterAll
  static void stop() {
    cluster.shutdown();
  }

  @Test
  void jsonLinesNameImagesInAFolder() throws IOException {
    files.requireJsonLinesWithAFolderOfImages();
  }

  @Test
  void gqasQuestionsAndImagesAreFoldersOfParquetFiles() throws IOException {
    files.requireGqasFoldersOfParquet();
  }

  @Test
  void whatIsMissingIsSaid() {
    assertThatThrownBy(
            () -> files.read(BenchmarkFormat.POPE, 0, "", files.root() + "/none.parquet"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(files.root() + "/none.parquet: does not exist");
  }
}
