package io.paretune.udfs.spark;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.evaluate.ImageEncoding;
import io.paretune.udfs.evaluate.PreparedImage;
import io.paretune.udfs.evaluate.PreparedQuestion;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.QuestionTokenizer;
import io.paretune.udfs.evaluate.ResidentModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;

/**
 * A partition of sample rows, all questions of each of its images among them, to one prepared
 * shard; an empty partition to none. Rows that carry {@code features} are taken as they are, the
 * images of others are decoded and encoded here.
 *
 * @param source the model
 * @param benchmark asks the questions
 */
public record PrepareShard(ModelSource source, Benchmark benchmark)
    implements FlatMapFunction<Iterator<Row>, PreparedShard> {

  /** What is known of an image while its questions are gathered. */
  private static final class Gathered {
    final Row first;
    final List<PreparedQuestion> questions = new ArrayList<>();

    Gathered(Row first) {
      this.first = first;
    }
  }

  @Override
  public Iterator<PreparedShard> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return List.<PreparedShard>of().iterator();
    }
    ResidentModel resident = source.resident();
    QuestionTokenizer tokenizer = new QuestionTokenizer(benchmark, resident.checkpoint());
    Map<String, Gathered> byImage = new LinkedHashMap<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      byImage
          .computeIfAbsent(row.getAs("image_id"), id -> new Gathered(row))
          .questions
          .add(tokenizer.prepare(SampleRows.sample(row)));
    }
    List<PreparedImage> images = new ArrayList<>();
    List<Gathered> all = List.copyOf(byImage.values());
    List<float[]> features = features(resident, all);
    int tokens = resident.model().config().imageTokens();
    for (int i = 0; i < all.size(); i++) {
      String imageId = all.get(i).first.getAs("image_id");
      images.add(new PreparedImage(imageId, features.get(i), tokens, all.get(i).questions));
    }
    return List.of(new PreparedShard(shard(), tokenizer.textBefore(), images)).iterator();
  }

  private static List<float[]> features(ResidentModel resident, List<Gathered> images) {
    if (SampleRows.hasFeatures(images.get(0).first)) {
      return images.stream().map(g -> SampleRows.features(g.first)).toList();
    }
    return EncodeImages.encoding(resident)
        .encode(
            images.stream()
                .map(
                    g -> new ImageEncoding.Image(g.first.getAs("image_id"), g.first.getAs("image")))
                .toList());
  }

  private static int shard() {
    TaskContext task = TaskContext.get();
    return task == null ? 0 : task.partitionId();
  }
}
