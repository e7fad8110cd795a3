package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.col;

import io.paretune.udfs.problem.Problems;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns that a samples file must have (DESIGN.md, Samples file). */
final class SamplesSchema {
  private record Expected(String type, Predicate<DataType> accepts) {}

  private static final Expected TEXT = new Expected("string", DataTypes.StringType::equals);

  private static final Map<String, Expected> COLUMNS = new LinkedHashMap<>();

  static {
    COLUMNS.put("sample_id", TEXT);
    COLUMNS.put(
        "image",
        new Expected("binary or struct<bytes: binary, path: string>", SamplesSchema::isImage));
    COLUMNS.put("question", TEXT);
    COLUMNS.put(
        "options",
        new Expected(
            "list<string>",
            type -> type instanceof ArrayType a && a.elementType().equals(DataTypes.StringType)));
    COLUMNS.put("answer", TEXT);
    COLUMNS.put("category", TEXT);
    COLUMNS.put("split", TEXT);
  }

  private SamplesSchema() {}

  private static boolean isImage(DataType type) {
    if (type instanceof StructType struct) {
      return field(struct, "bytes")
          .filter(f -> f.dataType().equals(DataTypes.BinaryType))
          .isPresent();
    }
    return type.equals(DataTypes.BinaryType);
  }

  /**
   * Notes every column that is missing or of another type.
   *
   * @param where the file
   */
  static void check(String where, StructType found, Problems problems) {
    COLUMNS.forEach(
        (name, expected) -> {
          Optional<StructField> column = field(found, name);
          if (column.isEmpty()) {
            problems.add(
                where,
                "column \"" + name + "\" is missing",
                "it must be " + expected.type() + "; the file has " + names(found));
          } else if (!expected.accepts().test(column.get().dataType())) {
            problems.add(
                where,
                "column \"%s\" must be %s, is %s"
                    .formatted(name, expected.type(), column.get().dataType().simpleString()));
          }
        });
  }

  /** The image file's bytes, in a file whose columns were checked. */
  static Column imageBytes(StructType found) {
    return field(found, "image").filter(f -> f.dataType() instanceof StructType).isPresent()
        ? col("image.bytes")
        : col("image");
  }

  private static Optional<StructField> field(StructType type, String name) {
    return Arrays.stream(type.fields()).filter(f -> f.name().equals(name)).findFirst();
  }

  private static String names(StructType type) {
    return String.join(", ", type.fieldNames());
  }
}
