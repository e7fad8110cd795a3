package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.slice;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a benchmark's files (README, "Benchmarks and their files"), and what they become
 * in the project's own. One instance reads files of one schema.
 */
final class PublishedColumns {
  /** Beyond this an index counts rotations of the same MMBench question. */
  private static final long ROTATION = 1_000_000;

  private final BenchmarkFormat format;
  private final FoundColumns found;
  private final Map<String, Column> columns = new LinkedHashMap<>();

  /**
   * Notes every column that is missing or of another type.
   *
   * @param where the file
   * @param schema its columns
   */
  PublishedColumns(BenchmarkFormat format, String where, StructType schema, Problems problems) {
    this.format = format;
    this.found = new FoundColumns(where, schema, problems);
    put("hint", lit(""));
    put("options", array().cast("array<string>"));
    put("category", lit(""));
    put("split", lit(null).cast("string"));
    put("group_id", lit(""));
    put("metric", lit(""));
    put("image_key", lit(null).cast("string"));
    read();
    List<Column> texts =
        List.of("sample_id", "question", "hint", "category").stream()
            .map(name -> columns.getOrDefault(name, lit("")))
            .toList();
    Column malformed = FoundColumns.malformed(texts, List.of(get("options"), get("answers")));
    put(
        "malformed",
        found.has(PublishedRows.NOT_UTF8) ? malformed.or(col(PublishedRows.NOT_UTF8)) : malformed);
    put(
        "unreadable",
        found.has(PublishedRows.UNREADABLE)
            ? col(PublishedRows.UNREADABLE).isNotNull()
            : lit(false));
  }

  private void read() {
    put("question", found.text("question"));
    switch (format) {
      case GENERIC -> generic();
      case POPE -> pope();
      case SCIENCE_QA -> scienceQa();
      case TEXT_VQA -> textVqa();
      case VQA_V2 -> vqaV2();
      case GQA -> gqa();
      case MME -> mme();
      case MM_BENCH -> mmBench();
    }
  }

  private void generic() {
    put("sample_id", found.text("sample_id"));
    put("options", emptyIfNull(found.texts("options")));
    put("answers", found.has("answers") ? found.answers("answers") : single(found.text("answer")));
    put("category", found.text("category"));
    put("split", found.text("split"));
    for (String optional : List.of("hint", "group_id", "metric")) {
      if (found.has(optional)) {
        put(optional, coalesce(found.text(optional), lit("")));
      }
    }
  }

  private void pope() {
    Column category = found.text("category");
    put("sample_id", concat(category, lit("/"), found.id("question_id")));
    put("answers", single(found.text("answer")));
    put("category", category);
  }

  private void scienceQa() {
    // Published rows have no id: their place stands for it until the image is read too.
    put("sample_id", col(PublishedRows.POSITION).cast("string"));
    put("options", found.texts("choices"));
    Column index = found.whole("answer");
    put(
        "answers",
        single(
            when(
                index.between(0, 25),
                // The letter of the index: A for 0.
                substring(lit("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), index.plus(1).cast("int"), lit(1)))));
    put("hint", coalesce(found.text("hint"), lit("")));
    put("category", found.has("subject") ? orEmpty(found.text("subject")) : lit(""));
  }

  private void textVqa() {
    put("sample_id", found.id("question_id"));
    put("answers", found.answers("answers"));
    put("hint", orEmpty(array_join(found.texts("ocr_tokens"), ", ")));
  }

  private void vqaV2() {
    put("sample_id", found.id("question_id"));
    put("answers", found.answers("answers"));
    put("category", found.has("answer_type") ? orEmpty(found.text("answer_type")) : lit(""));
  }

  private void gqa() {
    put("sample_id", found.id(found.has("id") ? "id" : "question_id"));
    put("answers", single(found.text("answer")));
    put("image_key", found.has("imageId") ? found.id("imageId") : lit(null).cast("string"));
  }

  private void mme() {
    Column image = found.id("question_id");
    put("sample_id", concat(image, lit("/"), substring(sha2(get("question"), 256), 1, 8)));
    put("answers", single(found.text("answer")));
    put("category", found.text("category"));
    put("group_id", image);
  }

  private void mmBench() {
    Column index = found.wholeNumber("index");
    put("sample_id", index.cast("string"));
    put("group_id", index.mod(lit(ROTATION)).cast("string"));
    put("answers", single(found.text("answer")));
    List<Column> options = new ArrayList<>(List.of(found.text("A"), found.text("B")));
    for (String more : List.of("C", "D", "E")) {
      if (found.has(more)) {
        options.add(found.text(more));
      }
    }
    put("options", withoutMissingEnd(options));
    put("hint", found.has("hint") ? orEmpty(found.text("hint")) : lit(""));
    put("category", found.has("category") ? orEmpty(found.text("category")) : lit(""));
  }

  /** Up to the last option that is there; one that is missing before it is empty. */
  private static Column withoutMissingEnd(List<Column> options) {
    List<Column> texts = new ArrayList<>();
    List<Column> places = new ArrayList<>();
    for (Column option : options) {
      Column there =
          option.isNotNull().and(trim(option).notEqual("")).and(lower(option).notEqual("nan"));
      texts.add(when(there, option).otherwise(""));
      places.add(when(there, texts.size()).otherwise(0));
    }
    return slice(
        array(texts.toArray(Column[]::new)), lit(1), greatest(places.toArray(Column[]::new)));
  }

  /** Of what a row without an id of its own asks; of rows that are the same, the same. */
  static Column contentId() {
    Column content =
        struct(
            col("question"),
            col("options"),
            col("hint"),
            col("answers"),
            sha2(col("image"), 256).as("image_id"));
    return substring(sha2(to_json(content), 256), 1, 16);
  }

  /** The columns, and the place of the row, which is there already. */
  Column[] uniform() {
    List<Column> all =
        new ArrayList<>(
            List.of(
                col(PublishedRows.SOURCE).as("source"),
                col(PublishedRows.POSITION).as("position")));
    columns.forEach((name, column) -> all.add(column.as(name)));
    return all.toArray(Column[]::new);
  }

  /** The same with the image: its bytes, or the path where a file has them. */
  Column[] uniformWithImage() {
    List<Column> all = new ArrayList<>(Arrays.asList(uniform()));
    FoundColumns.Image image = found.image(format == BenchmarkFormat.GQA);
    all.add(image.bytes().as("image"));
    all.add(image.path().as("image_path"));
    return all.toArray(Column[]::new);
  }

  private void put(String name, Column column) {
    columns.put(name, column);
  }

  private Column get(String name) {
    return columns.getOrDefault(name, lit(null));
  }

  private static Column orEmpty(Column text) {
    return coalesce(text, lit(""));
  }

  private static Column emptyIfNull(Column texts) {
    return coalesce(texts, array().cast("array<string>"));
  }

  /** One answer, or none where it is null. */
  private static Column single(Column answer) {
    return filter(array(answer.cast(DataTypes.StringType)), a -> a.isNotNull());
  }

  static Column field(Column structs, String name) {
    return transform(structs, s -> s.getField(name));
  }
}
