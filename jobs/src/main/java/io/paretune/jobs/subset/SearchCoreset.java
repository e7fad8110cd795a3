package io.paretune.jobs.subset;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;

import io.paretune.jobs.config.CoresetConfig;
import io.paretune.jobs.subset.Coreset.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/** The part of the search split that a search asks, as configured. */
public final class SearchCoreset {
  private SearchCoreset() {}

  /**
   * The chosen questions, or all where no number is configured.
   *
   * @param questions with the columns of the {@code samples} table
   * @param features rows of the {@code image_features} table of the model, asked for if needed
   */
  public static Dataset<Row> of(
      CoresetConfig config, Dataset<Row> questions, Supplier<Dataset<Row>> features) {
    if (config.questions() == 0) {
      return questions;
    }
    Map<String, Integer> imageStrata =
        switch (config.by()) {
          case CATEGORY -> Map.of();
          case IMAGES ->
              ImageStrata.of(
                  features
                      .get()
                      .join(questions.select("image_id").distinct(), "image_id")
                      .dropDuplicates("image_id"));
        };
    List<String> chosen =
        sampleIds(
            questions
                .select("benchmark", "sample_id", "group_id", "category", "image_id")
                .collectAsList(),
            config,
            imageStrata);
    return questions.join(
        broadcast(questions.sparkSession().createDataset(chosen, Encoders.STRING()).toDF("chosen")),
        col("sample_id").equalTo(col("chosen")),
        "left_semi");
  }

  /** Whatever order the rows come in: a group's first row is the one with the least id. */
  static List<String> sampleIds(
      List<Row> questions, CoresetConfig config, Map<String, Integer> imageStrata) {
    Map<String, List<Row>> units = new HashMap<>();
    List<Row> ordered = new ArrayList<>(questions);
    ordered.sort(Comparator.comparing(row -> row.<String>getAs("sample_id")));
    for (Row row : ordered) {
      String group = row.getAs("group_id");
      // With a kind before it, no group is taken for a question.
      String unit =
          row.<String>getAs("benchmark")
              + (group.isEmpty() ? "/question/" + row.getAs("sample_id") : "/group/" + group);
      units.computeIfAbsent(unit, u -> new ArrayList<>()).add(row);
    }
    List<Unit> all = new ArrayList<>();
    units.forEach(
        (id, rows) -> {
          Row first = rows.get(0);
          Object stratum =
              switch (config.by()) {
                case CATEGORY -> first.getAs("category");
                case IMAGES -> imageStrata.get(first.<String>getAs("image_id"));
              };
          all.add(new Unit(id, first.getAs("benchmark") + "/" + stratum, rows.size()));
        });
    Set<String> chosen = Coreset.of(all, config.questions());
    return units.entrySet().stream()
        .filter(e -> chosen.contains(e.getKey()))
        .flatMap(e -> e.getValue().stream())
        .map(row -> row.<String>getAs("sample_id"))
        .sorted()
        .toList();
  }
}
