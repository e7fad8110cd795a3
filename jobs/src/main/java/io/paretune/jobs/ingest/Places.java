package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.paretune.jobs.ingest.ShardAssignment.Load;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Where each image of a benchmark goes, with all its questions; images whose questions are judged
 * together go together.
 *
 * @param byImage place of each image, by its id
 */
record Places(SortedMap<String, Place> byImage) {
  private static final StructType SCHEMA =
      new StructType()
          .add("image_id", StringType, false)
          .add("shard", IntegerType, false)
          .add("assigned_split", StringType, false);

  /**
   * An image's shard, and the split of those of its rows that name none.
   *
   * @param split empty if all must
   */
  record Place(int shard, String split) {}

  private record LoadKey(String image, String split) {}

  Places {
    byImage = Collections.unmodifiableSortedMap(new TreeMap<>(byImage));
  }

  /**
   * Deals images out by the questions that they have in each split.
   *
   * @param usable rows with {@code image_id}, {@code split} and {@code group_id}
   * @param grouped whether any row has a group
   * @param intake number of shards and shares of the splits
   */
  static Places of(Dataset<Row> usable, boolean grouped, Intake intake) {
    Connected connected = Connected.of(grouped ? sharing(usable) : List.of());
    boolean shared = !intake.splitShares().shares().isEmpty();
    Map<String, String> splitOf = new HashMap<>();
    Map<LoadKey, Long> loads = new HashMap<>();
    for (Row row : usable.groupBy("image_id", "split").count().collectAsList()) {
      String image = row.getString(0);
      String anchor = connected.anchor(image);
      String assigned = shared ? intake.splitShares().of(anchor) : "";
      splitOf.put(image, assigned);
      String split = row.isNullAt(1) ? assigned : row.getString(1);
      loads.merge(new LoadKey(anchor, split), row.getLong(2), Long::sum);
    }
    Map<String, Integer> shardOf =
        ShardAssignment.of(
            loads.entrySet().stream()
                .map(e -> new Load(e.getKey().image(), e.getKey().split(), e.getValue()))
                .toList(),
            intake.shards());
    SortedMap<String, Place> places = new TreeMap<>();
    splitOf.forEach(
        (image, split) ->
            places.put(
                image,
                new Place(Objects.requireNonNull(shardOf.get(connected.anchor(image))), split)));
    return new Places(places);
  }

  /** The images of each group that asks about several. */
  private static List<List<String>> sharing(Dataset<Row> usable) {
    return usable
        .where(col("group_id").notEqual(""))
        .groupBy("group_id")
        .agg(collect_set("image_id").as("images"))
        .where(size(col("images")).gt(1))
        .collectAsList()
        .stream()
        .map(row -> row.<String>getList(1))
        .toList();
  }

  /** A row for each image, to join questions with. */
  Dataset<Row> rows(SparkSession spark) {
    return spark.createDataFrame(
        byImage.entrySet().stream()
            .map(e -> RowFactory.create(e.getKey(), e.getValue().shard(), e.getValue().split()))
            .toList(),
        SCHEMA);
  }

  /** Number of different images. */
  int images() {
    return byImage.size();
  }

  /** Number of shards that hold any. */
  int shards() {
    return (int) byImage.values().stream().map(Place::shard).distinct().count();
  }
}
