package io.paretune.jobs.tune;

import static org.apache.spark.sql.functions.col;

import io.paretune.udfs.spark.ImageEmbedder;
import io.paretune.udfs.spark.ModelSource;
import io.paretune.udfs.spark.TextEmbedder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.clustering.KMeansModel;
import org.apache.spark.ml.feature.Normalizer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A calibration set that stands for all questions of a split: k-means over embeddings of image and
 * question, each of unit length so that they weigh alike, and of every cluster the question nearest
 * to its centre. Embeddings are computed row by row over the cluster and clustered in one partition
 * in a fixed order, so the set does not depend on how the data are sharded.
 */
final class RepresentativeQuestions {
  private static final long SEED = 0;

  private RepresentativeQuestions() {}

  /**
   * The chosen rows of {@code questions}.
   *
   * @param questions with sample_id, image_id, image, question and position
   * @param count how many are wanted; if there are no more, all are chosen
   */
  static Dataset<Row> of(Dataset<Row> questions, ModelSource source, int count) {
    if (questions.count() <= count) {
      return questions;
    }
    Dataset<Row> points = points(questions, source).persist();
    try {
      List<String> chosen = choose(points, count);
      return questions.where(col("sample_id").isin(chosen.toArray()));
    } finally {
      points.unpersist();
    }
  }

  private static Dataset<Row> points(Dataset<Row> questions, ModelSource source) {
    Dataset<Row> images =
        new ImageEmbedder()
            .setSource(source)
            .setBatchSize(1)
            .transform(questions.select("image_id", "image").dropDuplicates("image_id"))
            .drop("image");
    Dataset<Row> both =
        new TextEmbedder()
            .setSource(source)
            .setBatchSize(1)
            .transform(questions.select("sample_id", "image_id", "question", "position"))
            .join(images, "image_id");
    Dataset<Row> alike =
        new Normalizer()
            .setInputCol("image_embedding")
            .setOutputCol("of_image")
            .transform(
                new Normalizer()
                    .setInputCol("text_embedding")
                    .setOutputCol("of_text")
                    .transform(both));
    return new VectorAssembler()
        .setInputCols(new String[] {"of_image", "of_text"})
        .setOutputCol("features")
        .transform(alike)
        .select("sample_id", "position", "features")
        .coalesce(1)
        .sortWithinPartitions("position", "sample_id");
  }

  private static List<String> choose(Dataset<Row> points, int count) {
    KMeansModel model = new KMeans().setK(count).setSeed(SEED).fit(points);
    Vector[] centres = model.clusterCenters();
    Map<Integer, Double> nearest = new HashMap<>();
    Map<Integer, String> of = new HashMap<>();
    List<String> inOrder = new ArrayList<>();
    for (Row row :
        model.transform(points).select("sample_id", "features", "prediction").collectAsList()) {
      inOrder.add(row.getString(0));
      int cluster = row.getInt(2);
      double distance = Vectors.sqdist(row.getAs(1), centres[cluster]);
      if (distance < nearest.getOrDefault(cluster, Double.POSITIVE_INFINITY)) {
        nearest.put(cluster, distance);
        of.put(cluster, row.getString(0));
      }
    }
    // Equal questions on equal images make fewer clusters than asked for; the first fill up.
    Set<String> chosen = new LinkedHashSet<>(of.values());
    for (String id : inOrder) {
      if (chosen.size() < count) {
        chosen.add(id);
      }
    }
    return List.copyOf(chosen);
  }
}
