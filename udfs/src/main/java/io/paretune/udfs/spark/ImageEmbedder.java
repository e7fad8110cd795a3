package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.ImageEncoding;
import io.paretune.udfs.evaluate.ResidentModel;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Embeds image files (binary: PNG or JPEG): the mean over its tokens of what the decoder sees of an
 * image, after vision tower and projector. By default from {@code image} to {@code
 * image_embedding}.
 */
public final class ImageEmbedder extends Embedder {
  private static final long serialVersionUID = 1;

  public ImageEmbedder() {
    this(Identifiable.randomUID("imageEmbedder"));
  }

  /** One of that identity, as MLlib makes copies. */
  public ImageEmbedder(String uid) {
    super(uid, "image", "image_embedding");
  }

  /** Reads what {@link #write} wrote; MLlib's pipelines call it. */
  public static MLReader<ImageEmbedder> read() {
    return new DefaultParamsReader<>();
  }

  /** One that was saved. */
  public static ImageEmbedder load(String path) {
    return read().load(path);
  }

  @Override
  DataType inputType() {
    return DataTypes.BinaryType;
  }

  @Override
  Embedding embedding() {
    return ImageEmbedder::embed;
  }

  private static List<double[]> embed(ResidentModel resident, List<Object> files) {
    List<ImageEncoding.Image> images = new ArrayList<>();
    for (Object file : files) {
      images.add(new ImageEncoding.Image("row " + images.size(), (byte[]) file));
    }
    int tokens = resident.model().config().imageTokens();
    List<double[]> means = new ArrayList<>();
    for (float[] features : EncodeImages.encoding(resident).encode(images)) {
      double[] mean = new double[features.length / tokens];
      for (int i = 0; i < features.length; i++) {
        mean[i % mean.length] += (double) features[i] / tokens;
      }
      means.add(mean);
    }
    return means;
  }
}
