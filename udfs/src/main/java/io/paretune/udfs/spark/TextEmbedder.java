package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.ResidentModel;
import java.util.List;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Embeds texts: the mean of their tokens' embeddings, as the decoder's first layer reads them. By
 * default from {@code question} to {@code text_embedding}.
 */
public final class TextEmbedder extends Embedder {
  private static final long serialVersionUID = 1;

  public TextEmbedder() {
    this(Identifiable.randomUID("textEmbedder"));
  }

  /** One of that identity, as MLlib makes copies. */
  public TextEmbedder(String uid) {
    super(uid, "question", "text_embedding");
  }

  /** Reads what {@link #write} wrote; MLlib's pipelines call it. */
  public static MLReader<TextEmbedder> read() {
    return new DefaultParamsReader<>();
  }

  /** One that was saved. */
  public static TextEmbedder load(String path) {
    return read().load(path);
  }

  @Override
  DataType inputType() {
    return DataTypes.StringType;
  }

  @Override
  Embedding embedding() {
    return TextEmbedder::embed;
  }

  private static List<double[]> embed(ResidentModel resident, List<Object> texts) {
    return texts.stream()
        .map(text -> resident.checkpoint().tokenizer().encode((String) text))
        .map(resident.model()::meanEmbedding)
        .toList();
  }
}
