package io.paretune.jobs.tune;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.spark.ImageEmbedder;
import io.paretune.udfs.spark.ModelSource;
import io.paretune.udfs.spark.TextEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedders, and the calibration set that is chosen with them. */
class EmbeddersTest {
  private static final String MODEL = DemoSamples.MODEL.toString();

  private static Dataset<Row> questions;

  @BeforeAll
  static void read() {
    questions =
        SharedSpark.session()
            .read()
            .parquet(DemoSamples.HOME.resolve("conf/demo/samples.parquet").toString())
            .where(col("split").equalTo("train"))
            .withColumn("position", col("_metadata.row_index"))
            .orderBy("position")
            .limit(48)
            .withColumn("image", col("image.bytes"))
            .withColumn("image_id", functions.sha2(col("image"), 256))
            .coalesce(1)
            .persist();
  }

  @AfterAll
  static void forget() {
    questions.unpersist();
  }

  @Test
  void aPipelineOfBothGivesEachRowItsVectorsWhateverTheBatchAndPartitions() {
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new ImageEmbedder().setModel(MODEL).setBatchSize(5),
                  new TextEmbedder().setModel(MODEL).setOutputCol("asked")
                });
    List<Row> rows =
        pipeline.fit(questions).transform(questions).orderBy("position").collectAsList();
    List<Row> alone =
        new ImageEmbedder()
            .setModel(MODEL)
            .setBatchSize(1)
            .transform(questions.repartition(2))
            .orderBy("position")
            .collectAsList();

    assertThat(rows).hasSize(48);
    Row first = rows.get(0);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      assertThat(row.<Vector>getAs("image_embedding").size()).isEqualTo(192);
      assertThat(row.<Vector>getAs("asked").size()).isEqualTo(192);
      assertThat(isClose(row, alone.get(i), "image_embedding")).isTrue();
      assertThat(isClose(row, first, "image_embedding"))
          .isEqualTo(row.getAs("image_id").equals(first.getAs("image_id")));
      assertThat(isClose(row, first, "asked"))
          .isEqualTo(row.getAs("question").equals(first.getAs("question")));
    }
  }

  @Test
  void aSavedPipelineIsThatPipeline(@TempDir Path directory) throws IOException {
    PipelineModel pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new ImageEmbedder()
                      .setSource(
                          new ModelSource(
                              MODEL, null, DevicePolicy.CPU, TypePolicy.FP32, Long.MAX_VALUE))
                      .setOutputCol("seen")
                      .setBatchSize(7),
                  new TextEmbedder().setModel(MODEL).setInputCol("answer")
                })
            .fit(questions);
    pipeline.write().save(directory.resolve("pipeline").toString());

    PipelineModel read = PipelineModel.load(directory.resolve("pipeline").toString());

    for (int stage = 0; stage < 2; stage++) {
      Transformer before = pipeline.stages()[stage];
      Transformer after = read.stages()[stage];
      assertThat(after).isInstanceOf(before.getClass());
      assertThat(after.uid()).isEqualTo(before.uid());
      assertThat(after.explainParams()).isEqualTo(before.explainParams());
    }
    assertThat(read.stages()[0].explainParams())
        .contains("(current: cpu)")
        .contains("(current: fp32)");
    Dataset<Row> few = questions.limit(4);
    assertThat(read.transform(few).orderBy("position").collectAsList())
        .isEqualTo(pipeline.transform(few).orderBy("position").collectAsList());
    TextEmbedder alone = new TextEmbedder();
    alone.setModel(MODEL);
    alone.save(directory.resolve("alone").toString());
    assertThat(TextEmbedder.load(directory.resolve("alone").toString()).explainParams())
        .isEqualTo(alone.explainParams());
  }

  private static boolean isClose(Row a, Row b, String column) {
    return Vectors.sqdist(a.getAs(column), b.getAs(column)) < 1e-6;
  }

  @Test
  void theSchemaIsCheckedBeforeAnythingRuns() {
    assertThatThrownBy(() -> new TextEmbedder().setInputCol("questoin").transform(questions))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(".inputCol: there is no column \"questoin\" — the columns are ");
    assertThatThrownBy(() -> new ImageEmbedder().setInputCol("question").transform(questions))
        .hasMessageContaining("is of type string — give one of type binary");
    assertThatThrownBy(() -> new TextEmbedder().setOutputCol("image").transform(questions))
        .hasMessageContaining("there is a column \"image\" already");
    assertThatThrownBy(() -> new TextEmbedder().transform(questions))
        .hasMessageContaining(".model: is not set");
  }

  @Test
  void theRepresentativeQuestionsDoNotDependOnTheSharding() {
    ModelSource source = ModelSource.of(MODEL, TypePolicy.AUTO);
    List<String> chosen = ids(RepresentativeQuestions.of(questions, source, 12));
    List<String> otherwise =
        ids(RepresentativeQuestions.of(questions.repartition(3, col("answer")), source, 12));

    assertThat(chosen).hasSize(12).doesNotHaveDuplicates().isEqualTo(otherwise);
    assertThat(chosen).isNotEqualTo(ids(questions).subList(0, 12));
    assertThat(RepresentativeQuestions.of(questions, source, 48)).isSameAs(questions);
  }

  private static List<String> ids(Dataset<Row> rows) {
    return rows.orderBy("position").select("sample_id").collectAsList().stream()
        .map(r -> r.getString(0))
        .toList();
  }
}
