package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.spark.SampleRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The questions of a split as they were when trials answered them, whatever was ingested since.
 *
 * @param byId by the ids that recorded answers have
 */
public record AskedQuestions(Map<String, Sample> byId) {

  public AskedQuestions {
    byId = Map.copyOf(byId);
  }

  /**
   * Reads them.
   *
   * @param benchmarks what was asked
   * @param version of them together, as trials have it
   * @return empty if the warehouse does not have that version
   */
  public static Optional<AskedQuestions> of(
      SparkSession spark,
      Warehouse warehouse,
      SortedSet<String> benchmarks,
      String version,
      String split) {
    SamplesTable table = new SamplesTable(spark, warehouse);
    return versions(table, benchmarks, version)
        .map(versions -> of(rows(table, versions).where(col("split").equalTo(split))));
  }

  /**
   * The benchmarks' versions that together are one, as trials have it.
   *
   * @return empty if the warehouse does not have them
   */
  public static Optional<SortedMap<String, String>> versions(
      SamplesTable table, SortedSet<String> benchmarks, String version) {
    return versions(known(table, benchmarks), new TreeSet<>(benchmarks), new TreeMap<>(), version);
  }

  private static Map<String, List<String>> known(SamplesTable table, SortedSet<String> benchmarks) {
    Map<String, List<String>> known = new HashMap<>();
    benchmarks.forEach(name -> known.put(name, table.versions(name)));
    return known;
  }

  /**
   * The questions of earlier versions that ask something else today under the same id.
   *
   * @param today the benchmarks' versions
   * @param earlier versions of them together, as trials have them; what the warehouse does not have
   *     any more is left out
   * @return ids, as recorded answers have them, by version
   */
  public static Map<String, Set<String>> edited(
      SamplesTable table, SortedMap<String, String> today, Set<String> earlier) {
    SortedSet<String> benchmarks = new TreeSet<>(today.keySet());
    Map<String, List<String>> known = known(table, benchmarks);
    Map<String, Set<String>> edited = new HashMap<>();
    Map<SortedMap<String, String>, String> parts = new HashMap<>();
    for (String version : earlier) {
      versions(known, benchmarks, new TreeMap<>(), version)
          .ifPresent(found -> parts.put(found, version));
    }
    for (String name : benchmarks) {
      Set<String> then = parts.keySet().stream().map(v -> v.get(name)).collect(Collectors.toSet());
      Dataset<Row> ofAll = table.read().where(col("benchmark").equalTo(name));
      Dataset<Row> rows = benchmarks.size() > 1 ? toldApart(ofAll) : ofAll;
      Dataset<Row> now = rows.where(col("version").equalTo(today.get(name)));
      VersionChange.content(rows.where(col("version").isin(then.toArray())))
          .as("before")
          .join(VersionChange.content(now).as("now"), "sample_id")
          .where(col("before.content").notEqual(col("now.content")))
          .select("before.version", "sample_id")
          .collectAsList()
          .forEach(
              row ->
                  parts.forEach(
                      (versions, together) -> {
                        if (row.getString(0).equals(versions.get(name))) {
                          edited
                              .computeIfAbsent(together, v -> new HashSet<>())
                              .add(row.getString(1));
                        }
                      }));
    }
    return edited;
  }

  /** The versions that together are one; those written last are tried first. */
  private static Optional<SortedMap<String, String>> versions(
      Map<String, List<String>> known,
      SortedSet<String> open,
      SortedMap<String, String> chosen,
      String wanted) {
    if (open.isEmpty()) {
      return Ingest.version(chosen).equals(wanted) ? Optional.of(chosen) : Optional.empty();
    }
    String name = open.first();
    SortedSet<String> rest = new TreeSet<>(open);
    rest.remove(name);
    return known.getOrDefault(name, List.of()).stream()
        .map(
            version -> {
              SortedMap<String, String> more = new TreeMap<>(chosen);
              more.put(name, version);
              return versions(known, rest, more, wanted);
            })
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Questions by the ids that recorded answers have, from rows of {@link #rows}. */
  public static AskedQuestions of(Dataset<Row> rows) {
    Map<String, Sample> byId = new HashMap<>();
    rows.drop("image").collectAsList().stream()
        .map(SampleRows::sample)
        .forEach(sample -> byId.put(sample.sampleId(), sample));
    return new AskedQuestions(byId);
  }

  /**
   * All questions of benchmarks; those of several are told apart by their benchmark's name.
   *
   * @param versions by benchmark; at least one
   */
  public static Dataset<Row> rows(SamplesTable table, SortedMap<String, String> versions) {
    return versions.entrySet().stream()
        .map(e -> table.read(e.getKey(), e.getValue()))
        .map(rows -> versions.size() > 1 ? toldApart(rows) : rows)
        .reduce(Dataset::union)
        .orElseThrow();
  }

  /** One benchmark's questions with ids and groups that another benchmark's cannot have. */
  static Dataset<Row> toldApart(Dataset<Row> questions) {
    return questions
        .withColumn("sample_id", concat(col("benchmark"), lit("/"), col("sample_id")))
        .withColumn(
            "group_id",
            when(col("group_id").equalTo(""), "")
                .otherwise(concat(col("benchmark"), lit("/"), col("group_id"))));
  }

  /** What recorded answers count, those to questions that are not here left out. */
  public Tally tally(Benchmark benchmark, List<ShardResultRecord> answers) {
    List<Outcome> outcomes = new ArrayList<>();
    for (ShardResultRecord row : answers) {
      for (ShardResultRecord.Outcome o : row.outcomes()) {
        Sample sample = byId.get(o.sampleId());
        if (sample != null) {
          outcomes.add(benchmark.recorded(sample, o.prediction(), o.score()));
        }
      }
    }
    return Tally.of(outcomes);
  }
}
