package io.paretune.jobs.tables;

import io.paretune.udfs.checkpoint.FileTrouble;
import io.paretune.udfs.checkpoint.FirstContact;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Where a project's tables live: a directory with one Delta table in each sub-directory.
 *
 * @param root an absolute URI without a slash at its end, such as {@code file:/data/warehouse} or
 *     {@code s3a://bucket/warehouse}
 */
public record Warehouse(String root) {
  private static final Pattern SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*):.*");

  public Warehouse {
    if (!SCHEME.matcher(root).matches() || root.endsWith("/")) {
      throw new IllegalArgumentException(
          "a warehouse is an absolute URI without a slash at its end, was \"" + root + "\"");
    }
  }

  /**
   * The warehouse at a place that a user named: a local path, or a URI that Hadoop knows.
   *
   * @param where the key or option it came from
   * @throws InvalidInputException if nothing can be stored there
   */
  public static Warehouse at(String where, String location) {
    String text = location.strip();
    if (text.isEmpty()) {
      throw new InvalidInputException(
          where, "is empty", "give a directory, such as ./warehouse or s3a://bucket/warehouse");
    }
    Matcher matcher = SCHEME.matcher(text);
    if (!matcher.matches()) {
      return new Warehouse(
          withoutSlash("file:" + java.nio.file.Path.of(text).toAbsolutePath().normalize()));
    }
    if (matcher.group(1).equals("s3")) {
      throw new InvalidInputException(
          where, "no file system is called \"s3\", was " + text, "write s3a" + text.substring(2));
    }
    return new Warehouse(withoutSlash(text));
  }

  private static String withoutSlash(String uri) {
    String trimmed = uri.replaceAll("/+$", "");
    return trimmed.endsWith(":") ? trimmed + "/." : trimmed;
  }

  /**
   * Makes sure that something can be stored here; makes the directory if it is not there.
   *
   * @throws InvalidInputException if nothing can
   * @throws io.paretune.udfs.problem.UnavailableException if the store does not answer
   */
  public void requireWritable(Configuration hadoop) {
    Path directory = new Path(root);
    FirstContact.require(directory, hadoop);
    try {
      WriteProbe.in(directory.getFileSystem(hadoop), directory);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      throw FileTrouble.of(
          new Problem(
              "warehouse",
              root + " cannot be written to: " + FileTrouble.firstLine(e),
              "name a directory or URI that you may write to"),
          e);
    }
  }

  /**
   * Makes sure that there is something to read; makes nothing.
   *
   * @throws InvalidInputException if there is no such directory
   * @throws io.paretune.udfs.problem.UnavailableException if the store does not answer
   */
  public void requireThere(Configuration hadoop) {
    Path directory = new Path(root);
    FirstContact.require(directory, hadoop);
    boolean there;
    try {
      there = directory.getFileSystem(hadoop).exists(directory);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      throw FileTrouble.of(
          new Problem(
              "warehouse",
              root + " cannot be read: " + FileTrouble.firstLine(e),
              "name a directory or URI that you may read"),
          e);
    }
    if (!there) {
      throw new InvalidInputException(
          "warehouse", "there is none at " + root, "run tune first, or name another");
    }
  }

  /** The directory of a table. */
  public String path(String table) {
    return root + "/" + table;
  }

  /**
   * Creates the tables that are not there yet. A program does this once, before anything writes:
   * two writers that both create a table would collide.
   *
   * @throws InvalidInputException naming every table that is there with other columns
   */
  public void createTables(SparkSession spark) {
    Problems problems = new Problems();
    for (TableDirectory table : tables(spark)) {
      problems.collect(
          () -> {
            table.createIfAbsent();
            return table;
          });
    }
    problems.throwIfAny();
  }

  private List<TableDirectory> tables(SparkSession spark) {
    return List.of(
        new SamplesTable(spark, this).directory(),
        new RejectedSamplesTable(spark, this).directory(),
        new ImageFeaturesTable(spark, this).directory(),
        new TrialsTable(spark, this).directory(),
        new ShardResultsTable(spark, this).directory(),
        new FrontierTable(spark, this).directory(),
        new JudgementsTable(spark, this).directory(),
        new MeasurementsTable(spark, this).directory(),
        new NightsTable(spark, this).directory(),
        new LayerImportanceTable(spark, this).directory());
  }

  /**
   * Where a study's commits left many small files, puts them together, and removes those that no
   * version within the retention needs. Readers see the same rows before, meanwhile and after. Of
   * all tables earlier versions can be read as long.
   *
   * @param retention how long earlier versions of the tables can be read
   * @param now what the files' age is told by
   */
  public void tidy(SparkSession spark, String study, Duration retention, Instant now) {
    tables(spark).forEach(table -> table.keepReadable(retention));
    for (TableDirectory table :
        List.of(
            new TrialsTable(spark, this).directory(),
            new ShardResultsTable(spark, this).directory())) {
      table.tidy("study", study, retention, now);
    }
  }
}
