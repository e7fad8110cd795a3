package io.paretune.jobs.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.search.ParetoFront;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.spark.Models;
import io.paretune.udfs.spark.ParetuneExtensions;
import io.paretune.udfs.spark.ParetuneFunctions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry$;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The SQL functions against what the search and the frontier compute themselves. */
class ParetuneFunctionsTest {

  @BeforeAll
  static void register() {
    ParetuneFunctions.register(spark());
  }

  private static SparkSession spark() {
    return SharedSpark.session();
  }

  private static Row one(String sql) {
    return spark().sql(sql).head();
  }

  @Test
  void aProfileBecomesARowForEachLayer() {
    List<Row> rows =
        spark()
            .sql(
                """
                select layer.layer, layer.pruning_ratio['q_proj'], layer.pruning_ratio['down_proj'],
                  layer.key_bits, layer.value_bits
                from (select explode(paretune_layers(
                  '{"layers":[{"layer":1,"pruning_ratio":{"q_proj":0.5},"key_bits":8,"value_bits":4}]}', 3)) layer)
                order by 1
                """)
            .collectAsList();

    assertThat(rows)
        .extracting(Row::toString)
        .containsExactly("[0,0.0,0.0,16,16]", "[1,0.5,0.0,8,4]", "[2,0.0,0.0,16,16]");
  }

  @Test
  void memoryIsWhatTheFootprintSays() throws Exception {
    CompressionProfile profile = CompressionProfile.uniform(CriterionName.WANDA, 8, 0.6, 4, 3);
    MemoryFootprint footprint;
    try (Checkpoint checkpoint = Checkpoint.open(Models.directory(DemoSamples.MODEL.toString()))) {
      footprint = new MemoryFootprint(DecoderShape.of(checkpoint), new Workload(16, 128));
    }

    assertThat(
            one("select paretune_memory_bytes('%s', '%s', '16x128')"
                    .formatted(profile.canonicalJson(), DemoSamples.MODEL))
                .getLong(0))
        .isEqualTo(footprint.totalBytes(profile));
  }

  @Test
  void dominanceIsTheSearchs() {
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      long[] memory = {random.nextInt(3), random.nextInt(3)};
      double[] score = {random.nextInt(3) / 2.0, random.nextInt(3) / 2.0};

      assertThat(
              one("select paretune_is_dominated(%dL, %sD, %dL, %sD)"
                      .formatted(memory[0], score[0], memory[1], score[1]))
                  .getBoolean(0))
          .isEqualTo(
              ParetoFront.dominates(
                  new double[] {memory[1], -score[1]}, new double[] {memory[0], -score[0]}));
    }
  }

  @Test
  void theHypervolumeIsTheFrontiers() {
    Random random = new Random(2);
    List<TrialRecord> trials = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long memory = 100L + random.nextInt(1100); // some need more than the dense model
      double score = random.nextDouble(); // some are worse than guessing
      trials.add(Trials.complete("run", i, i / 100.0, memory, score));
      rows.add("(%dL, %sD, 1000L, 0.2D)".formatted(memory, score));
    }
    rows.add("(1L, null, 1000L, 0.2D)"); // still running

    double volume =
        one("select paretune_hypervolume(m, s, d, c) from values %s as t(m, s, d, c)"
                .formatted(String.join(", ", rows)))
            .getDouble(0);

    assertThat(volume)
        .isCloseTo(
            FrontierBuilder.hypervolume(FrontierBuilder.nonDominated(trials)), within(1e-12));
  }

  @Test
  void theExtensionKnowsTheSameFunctions() {
    FunctionRegistry known = FunctionRegistry$.MODULE$.builtin().clone();
    SparkSessionExtensions extensions = new SparkSessionExtensions();

    new ParetuneExtensions().apply(extensions);
    extensions.registerFunctions(known);

    for (String name :
        List.of(
            "paretune_layers",
            "paretune_memory_bytes",
            "paretune_is_dominated",
            "paretune_hypervolume")) {
      assertThat(known.functionExists(new FunctionIdentifier(name))).as(name).isTrue();
    }
  }

  @Test
  void numbersOfAnyTypeAreCompared() {
    assertThat(one("select paretune_is_dominated(2, 0.5, 1L, 0.5D)").getBoolean(0)).isTrue();
    assertThat(one("select paretune_is_dominated(1, 0.5, 1L, 0.5D)").getBoolean(0)).isFalse();
  }

  @Test
  void whatIsUnknownStaysUnknownAndMixedReferencesAreRefused() {
    Row row = one("select paretune_layers(null, 3), paretune_is_dominated(1L, null, 1L, 0.5D)");
    assertThat(row.isNullAt(0)).isTrue();
    assertThat(row.isNullAt(1)).isTrue();
    assertThatThrownBy(
            () ->
                one("select paretune_hypervolume(m, 0.5D, m, 0.2D) from values (1L), (2L) as t(m)"))
        .hasStackTraceContaining("a hypervolume has one reference");
  }
}
