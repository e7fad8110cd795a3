package io.paretune.udfs.spark;

import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * Appends a vector to each row: what a LLaVA model makes of one column. The model is loaded once in
 * each executor, by DJL, and shared with everything else there; rows go through it in batches. A
 * saved one, alone or in a pipeline, names the model and does not hold it.
 */
public abstract sealed class Embedder extends Transformer implements DefaultParamsWritable
    permits ImageEmbedder, TextEmbedder {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final Param<String> model;
  private final Param<String> inputCol;
  private final Param<String> outputCol;
  private final IntParam batchSize;
  private final LongParam prunedLayerBytes;
  private final Param<String> device;
  private final Param<String> type;

  Embedder(String uid, String input, String output) {
    this.uid = uid;
    this.model = new Param<>(this, "model", "Hugging Face directory of the model: a path or a URI");
    this.inputCol = new Param<>(this, "inputCol", "the column that is embedded");
    this.outputCol = new Param<>(this, "outputCol", "the vectors' column");
    this.batchSize =
        new IntParam(
            this, "batchSize", "rows that go through the model together", ParamValidators.gt(0));
    this.prunedLayerBytes =
        new LongParam(
            this,
            "prunedLayerBytes",
            "budget of the executor's model for pruned layers; jobs of one budget share the model");
    this.device =
        new Param<>(
            this,
            "device",
            "what the model runs on: auto (the GPU that Spark gives a task) or cpu",
            ParamValidators.inArray(
                Arrays.stream(DevicePolicy.values()).map(DevicePolicy::key).toList()));
    this.type =
        new Param<>(
            this,
            "type",
            "what it computes in: auto (fp32 on CPUs, bf16 on GPUs), fp32 or bf16",
            ParamValidators.inArray(
                Arrays.stream(TypePolicy.values()).map(TypePolicy::key).toList()));
    set(inputCol, input);
    set(outputCol, output);
    set(batchSize, 32);
    set(prunedLayerBytes, Long.MAX_VALUE);
    set(device, DevicePolicy.AUTO.key());
    set(type, TypePolicy.AUTO.key());
  }

  @Override
  public final String uid() {
    return uid;
  }

  public Param<String> model() {
    return model;
  }

  public Param<String> inputCol() {
    return inputCol;
  }

  public Param<String> outputCol() {
    return outputCol;
  }

  public IntParam batchSize() {
    return batchSize;
  }

  public LongParam prunedLayerBytes() {
    return prunedLayerBytes;
  }

  public Param<String> device() {
    return device;
  }

  public Param<String> type() {
    return type;
  }

  /** The model that other jobs of the application use in the same executors. */
  public Embedder setSource(ModelSource source) {
    set(model, source.location());
    set(prunedLayerBytes, source.prunedLayerBytes());
    return setDevice(source.devices()).setType(source.types());
  }

  /** What the model runs on. */
  public Embedder setDevice(DevicePolicy policy) {
    set(device, policy.key());
    return this;
  }

  /** What the model computes in. */
  public Embedder setType(TypePolicy policy) {
    set(type, policy.key());
    return this;
  }

  /** A Hugging Face directory: a path that every executor has, or a URI. */
  public Embedder setModel(String location) {
    set(model, location);
    return this;
  }

  public Embedder setInputCol(String column) {
    set(inputCol, column);
    return this;
  }

  public Embedder setOutputCol(String column) {
    set(outputCol, column);
    return this;
  }

  /** Rows in a batch. With 1, a row's vector has the same bits whatever lies beside it. */
  public Embedder setBatchSize(int rows) {
    set(batchSize, rows);
    return this;
  }

  /**
   * Checks the schema before anything runs.
   *
   * @throws InvalidInputException if the input column is missing or of another type, or the output
   *     column is there already
   */
  @Override
  public StructType transformSchema(StructType schema) {
    String input = text(inputCol);
    String output = text(outputCol);
    if (schema.getFieldIndex(input).isEmpty()) {
      throw new InvalidInputException(
          uid + ".inputCol",
          "there is no column \"" + input + "\"",
          "the columns are " + String.join(", ", schema.fieldNames()));
    }
    DataType found = schema.apply(input).dataType();
    if (!found.equals(inputType())) {
      throw new InvalidInputException(
          uid + ".inputCol",
          "the column \"%s\" is of type %s".formatted(input, found.simpleString()),
          "give one of type " + inputType().simpleString());
    }
    if (schema.getFieldIndex(output).isDefined()) {
      throw new InvalidInputException(
          uid + ".outputCol", "there is a column \"" + output + "\" already", "name another");
    }
    return schema.add(output, SQLDataTypes.VectorType(), false);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    if (!isDefined(model)) {
      throw new InvalidInputException(uid + ".model", "is not set", "name a model's directory");
    }
    int column = dataset.schema().fieldIndex(text(inputCol));
    return dataset
        .toDF()
        .mapPartitions(
            new EmbedRows(source(), embedding(), column, rowsABatch()), Encoders.row(schema));
  }

  private String text(Param<String> param) {
    return getOrDefault(param);
  }

  ModelSource source() {
    return new ModelSource(
        text(model),
        null,
        DevicePolicy.valueOf(text(device).toUpperCase(Locale.ROOT)),
        TypePolicy.valueOf(text(type).toUpperCase(Locale.ROOT)),
        (Long) getOrDefault(prunedLayerBytes));
  }

  private int rowsABatch() {
    return (Integer) getOrDefault(batchSize);
  }

  abstract DataType inputType();

  /** Vectors of one batch's values, none of which is null. */
  interface Embedding extends Serializable {
    List<double[]> of(ResidentModel resident, List<Object> values);
  }

  abstract Embedding embedding();

  @Override
  public Embedder copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  /** Batch after batch of a partition. */
  private record EmbedRows(ModelSource source, Embedding embedding, int column, int batch)
      implements MapPartitionsFunction<Row, Row> {
    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
      return new Batches(rows, batch, this::embedded);
    }

    private List<Row> embedded(List<Row> chunk) {
      List<Object> values = new ArrayList<>();
      for (Row row : chunk) {
        if (row.isNullAt(column)) {
          throw new InvalidInputException(
              "column " + row.schema().fieldNames()[column], "holds a null", "leave such rows out");
        }
        values.add(row.get(column));
      }
      List<double[]> vectors = embedding.of(source.resident(), values);
      List<Row> out = new ArrayList<>();
      for (int i = 0; i < chunk.size(); i++) {
        Object[] cells = new Object[chunk.get(i).size() + 1];
        for (int c = 0; c < cells.length - 1; c++) {
          cells[c] = chunk.get(i).get(c);
        }
        cells[cells.length - 1] = Vectors.dense(vectors.get(i));
        out.add(RowFactory.create(cells));
      }
      return out;
    }
  }
}
