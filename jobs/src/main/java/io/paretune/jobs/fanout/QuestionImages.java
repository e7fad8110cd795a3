package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.udfs.benchmark.Outcome;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Which image each question of a split is about, and where it is.
 *
 * @param imageOf by sample id
 * @param shards that have questions, ascending
 */
public record QuestionImages(Map<String, String> imageOf, List<Integer> shards) {
  public QuestionImages {
    imageOf = Map.copyOf(imageOf);
    shards = List.copyOf(shards);
  }

  /**
   * Reads them.
   *
   * @param questions with the columns of the {@code samples} table
   */
  public static QuestionImages of(Dataset<Row> questions) {
    Map<String, String> imageOf = new HashMap<>();
    TreeSet<Integer> shards = new TreeSet<>();
    for (Row row : questions.select("sample_id", "image_id", "shard").collectAsList()) {
      imageOf.put(row.getString(0), row.getString(1));
      shards.add(row.getInt(2));
    }
    return new QuestionImages(imageOf, List.copyOf(shards));
  }

  /** How many questions there are. */
  public long questions() {
    return imageOf.size();
  }

  /** How many images there are. */
  public int images() {
    return (int) imageOf.values().stream().distinct().count();
  }

  /** Questions of the image that has most. */
  public int mostQuestions() {
    Map<String, Integer> counts = new HashMap<>();
    imageOf.values().forEach(image -> counts.merge(image, 1, Integer::sum));
    return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** The image of a question. */
  String image(String sampleId) {
    String image = imageOf.get(sampleId);
    if (image == null) {
      throw new IllegalStateException("sample " + sampleId + " is not of this split");
    }
    return image;
  }

  /** What recorded answers are worth, by image. */
  public Map<String, Double> scores(List<ShardResultRecord> recorded) {
    Map<String, Double> scores = new HashMap<>();
    for (ShardResultRecord row : recorded) {
      row.outcomes().forEach(o -> scores.merge(image(o.sampleId()), o.score(), Double::sum));
    }
    return scores;
  }

  /** What answers are worth, by image. */
  static Map<String, Double> scores(Collection<Outcome> outcomes) {
    Map<String, Double> scores = new HashMap<>();
    outcomes.forEach(o -> scores.merge(o.imageId(), o.correct() ? 1.0 : 0.0, Double::sum));
    return scores;
  }
}
