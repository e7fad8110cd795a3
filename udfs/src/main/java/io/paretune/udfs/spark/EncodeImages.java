package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.ImageEncoding;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.model.ImageProcessor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Rows of {@code image_id} and {@code image} to rows of the {@code image_features} table: model_id,
 * image_id, features, tokens, width.
 *
 * @param source the model
 */
public record EncodeImages(ModelSource source) implements MapPartitionsFunction<Row, Row> {
  /** Images held at once. */
  private static final int CHUNK = 64;

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    ResidentModel resident = source.resident();
    ImageEncoding encoding = encoding(resident);
    return new Batches(rows, CHUNK, chunk -> encoded(chunk, resident, encoding));
  }

  private static List<Row> encoded(List<Row> rows, ResidentModel resident, ImageEncoding encoding) {
    List<ImageEncoding.Image> images = new ArrayList<>();
    for (Row row : rows) {
      images.add(new ImageEncoding.Image(row.getAs("image_id"), row.getAs("image")));
    }
    List<float[]> features = encoding.encode(images);
    int tokens = resident.model().config().imageTokens();
    List<Row> out = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      out.add(
          RowFactory.create(
              resident.id(),
              images.get(i).imageId(),
              SampleRows.bytes(features.get(i)),
              tokens,
              features.get(i).length / tokens));
    }
    return out;
  }

  static ImageEncoding encoding(ResidentModel resident) {
    return new ImageEncoding(
        resident.model(), new ImageProcessor(resident.checkpoint().imageProcessor()));
  }
}
