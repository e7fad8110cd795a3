package io.paretune.udfs.spark;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.evaluate.ImageEncoding;
import io.paretune.udfs.evaluate.PreparedImage;
import io.paretune.udfs.evaluate.PreparedQuestion;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.QuestionTokenizer;
import io.paretune.udfs.evaluate.ResidentModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction2;
import org.apache.spark.sql.Row;

/**
 * A partition of questions and one of their images, each image once with all its questions, to one
 * prepared shard; an empty partition to none. Images with {@code features} are taken as they are,
 * the files of others are decoded and encoded here.
 *
 * @param source the model
 * @param benchmark asks the questions
 * @param kept what of the images stays with the shard
 */
public record PrepareShard(ModelSource source, Benchmark benchmark, Kept kept)
    implements FlatMapFunction2<Iterator<Row>, Iterator<Row>, PreparedShard> {

  /** What of its images stays with a prepared shard. */
  public enum Kept {
    FEATURES,
    /** Also the files, which the images' rows then have: candidates may see them otherwise. */
    FEATURES_AND_FILES
  }

  @Override
  public Iterator<PreparedShard> call(Iterator<Row> questions, Iterator<Row> images) {
    if (!questions.hasNext()) {
      return List.<PreparedShard>of().iterator();
    }
    ResidentModel resident = source.resident();
    QuestionTokenizer tokenizer = new QuestionTokenizer(benchmark, resident.checkpoint());
    Map<String, List<PreparedQuestion>> byImage = new LinkedHashMap<>();
    while (questions.hasNext()) {
      Row row = questions.next();
      byImage
          .computeIfAbsent(row.getAs("image_id"), id -> new ArrayList<>())
          .add(tokenizer.prepare(SampleRows.sample(row)));
    }
    Map<String, byte[]> files = new HashMap<>();
    Map<String, float[]> features = features(resident, keeping(images, files));
    int tokens = resident.model().config().imageTokens();
    List<PreparedImage> prepared = new ArrayList<>();
    byImage.forEach(
        (image, asked) -> {
          float[] own = features.get(image);
          if (own == null) {
            throw new IllegalStateException("image " + image + " is not there");
          }
          byte[] file = files.getOrDefault(image, new byte[0]);
          prepared.add(new PreparedImage(image, own, tokens, asked, file));
        });
    return List.of(new PreparedShard(shard(), tokenizer.textBefore(), prepared)).iterator();
  }

  private Iterator<Row> keeping(Iterator<Row> images, Map<String, byte[]> files) {
    if (kept == Kept.FEATURES) {
      return images;
    }
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return images.hasNext();
      }

      @Override
      public Row next() {
        Row row = images.next();
        files.put(row.getAs("image_id"), row.getAs("image"));
        return row;
      }
    };
  }

  private static Map<String, float[]> features(ResidentModel resident, Iterator<Row> images) {
    Map<String, float[]> features = new HashMap<>();
    List<ImageEncoding.Image> files = new ArrayList<>();
    while (images.hasNext()) {
      Row row = images.next();
      if (SampleRows.hasFeatures(row)) {
        features.put(row.getAs("image_id"), SampleRows.features(row));
      } else {
        files.add(new ImageEncoding.Image(row.getAs("image_id"), row.getAs("image")));
      }
    }
    if (!files.isEmpty()) {
      List<float[]> encoded = EncodeImages.encoding(resident).encode(files, cancelled());
      for (int i = 0; i < files.size(); i++) {
        features.put(files.get(i).imageId(), encoded.get(i));
      }
    }
    return features;
  }

  private static BooleanSupplier cancelled() {
    TaskContext task = TaskContext.get();
    return task == null ? () -> false : task::isInterrupted;
  }

  private static int shard() {
    TaskContext task = TaskContext.get();
    return task == null ? 0 : task.partitionId();
  }
}
