package io.paretune.jobs.subset;

import static org.apache.spark.sql.functions.col;

import io.paretune.udfs.spark.SampleRows;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.clustering.KMeansModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Images that look alike to the model, by k-means (MLlib) over their features: the mean of an
 * image's tokens, projected at random to few dimensions, which keeps distances (Johnson and
 * Lindenstrauss, 1984) and lets one task see all images, in a fixed order, so that the same images
 * give the same strata.
 */
public final class ImageStrata {
  private static final int DIMENSIONS = 64;
  private static final int MOST_STRATA = 32;

  /** Fewer would make strata that a small sample cannot represent. */
  private static final int IMAGES_PER_STRATUM = 8;

  private static final long SEED = 0;
  private static final StructType EMBEDDED =
      new StructType()
          .add("image_id", DataTypes.StringType)
          .add("features", SQLDataTypes.VectorType());

  private ImageStrata() {}

  /**
   * Each image's stratum.
   *
   * @param images rows of the {@code image_features} table of one model, each image once
   */
  public static Map<String, Integer> of(Dataset<Row> images) {
    Dataset<Row> embedded =
        images
            .select("image_id", "features", "tokens", "width")
            .map((MapFunction<Row, Row>) ImageStrata::embedded, Encoders.row(EMBEDDED))
            .coalesce(1)
            .sortWithinPartitions(col("image_id"))
            .cache();
    try {
      long count = embedded.count();
      int strata = (int) Math.max(1, Math.min(MOST_STRATA, count / IMAGES_PER_STRATUM));
      Map<String, Integer> stratumOf = new HashMap<>();
      if (strata == 1) {
        embedded.select("image_id").collectAsList().forEach(r -> stratumOf.put(r.getString(0), 0));
        return stratumOf;
      }
      KMeansModel model = new KMeans().setK(strata).setSeed(SEED).fit(embedded);
      model
          .transform(embedded)
          .select("image_id", "prediction")
          .collectAsList()
          .forEach(r -> stratumOf.put(r.getString(0), r.getInt(1)));
      return stratumOf;
    } finally {
      embedded.unpersist();
    }
  }

  private static Row embedded(Row image) {
    float[] values = SampleRows.features(image); // (T, H)
    int tokens = image.getAs("tokens");
    int width = image.getAs("width");
    double[] mean = new double[width]; // (H)
    for (int t = 0; t < tokens; t++) {
      for (int h = 0; h < width; h++) {
        mean[h] += values[t * width + h] / (double) tokens;
      }
    }
    return RowFactory.create(image.<String>getAs("image_id"), Vectors.dense(projected(mean)));
  }

  /** (H) to (64), or as it is if it is no wider. */
  private static double[] projected(double[] mean) {
    if (mean.length <= DIMENSIONS) {
      return mean;
    }
    Random random = new Random(SEED); // the same matrix for every image, row by row
    double[] out = new double[DIMENSIONS];
    for (double value : mean) {
      for (int d = 0; d < DIMENSIONS; d++) {
        out[d] += value * random.nextGaussian();
      }
    }
    return out;
  }
}
