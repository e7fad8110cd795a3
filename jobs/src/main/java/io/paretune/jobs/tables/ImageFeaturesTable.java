package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** {@code image_features}: one row an image under a model's vision tower and projector. */
public final class ImageFeaturesTable {
  public static final String NAME = "image_features";

  public static final StructType SCHEMA =
      new StructType()
          .add(
              "model_id",
              StringType,
              false,
              "the model, by its content's hash; @bf16 if computed in it")
          .add("image_id", StringType, false, "SHA-256 of the image's bytes, hexadecimal")
          .add("features", BinaryType, false, "tokens x width floats of 32 bits, little-endian")
          .add("tokens", IntegerType, false, "image tokens")
          .add("width", IntegerType, false, "values a token");

  private final TableDirectory directory;

  public ImageFeaturesTable(SparkSession spark, Warehouse warehouse) {
    directory = new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("model_id"));
  }

  TableDirectory directory() {
    return directory;
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** The features of one model's images. */
  public Dataset<Row> read(String modelId) {
    return read().where(TableDirectory.is("model_id", modelId));
  }

  /**
   * The images among those samples that have no features under the model yet, each once.
   *
   * @param samples rows with {@code image_id} and {@code image}
   * @return rows of {@code image_id} and {@code image}
   */
  public Dataset<Row> missing(String modelId, Dataset<Row> samples) {
    Dataset<Row> known = read(modelId).select("image_id");
    return samples
        .select("image_id", "image")
        .join(known, samples.col("image_id").equalTo(known.col("image_id")), "left_anti")
        .dropDuplicates("image_id");
  }

  /**
   * Adds the features of images that have none yet; others are left as they are, so that encoding
   * again changes nothing.
   *
   * @param features rows of this table, all of that model
   */
  public void add(String modelId, Dataset<Row> features) {
    directory
        .delta()
        .as("known")
        .merge(
            TableDirectory.columnsOf(features, SCHEMA).as("added"),
            TableDirectory.is("known.model_id", modelId)
                .and(col("known.image_id").equalTo(col("added.image_id"))))
        .whenNotMatched()
        .insertAll()
        .execute();
  }
}
