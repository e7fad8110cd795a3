package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.exists;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import io.paretune.udfs.problem.Problems;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A file's columns by name and type; whatever is asked for and is not there is a problem. */
final class FoundColumns {
  private static final Set<DataType> WHOLE =
      Set.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);
  private static final String IMAGE =
      "binary, struct<bytes: binary, path: string> or string (a path)";

  private final String where;
  private final StructType schema;
  private final Problems problems;

  /** An image's bytes, null where only its path is known. */
  record Image(Column bytes, Column path) {}

  FoundColumns(String where, StructType schema, Problems problems) {
    this.where = where;
    this.schema = schema;
    this.problems = problems;
  }

  boolean has(String name) {
    return type(schema, name).isPresent();
  }

  Column text(String name) {
    return required(name, "string", DataTypes.StringType::equals, "string");
  }

  /** An id, as text. */
  Column id(String name) {
    return required(
            name,
            "string or a whole number",
            t -> t.equals(DataTypes.StringType) || WHOLE.contains(t),
            "string")
        .cast("string");
  }

  /** A whole number. */
  Column whole(String name) {
    return required(name, "a whole number", WHOLE::contains, "int").cast("long");
  }

  /** A whole number, as such or as text, in some files one and in some the other; else null. */
  Column wholeNumber(String name) {
    Column text =
        trim(
            required(
                    name,
                    "a whole number or string",
                    t ->
                        t.equals(DataTypes.StringType)
                            || t.equals(DataTypes.DoubleType)
                            || WHOLE.contains(t),
                    "string")
                .cast("string"));
    Column digits = regexp_replace(text, lit("\\.0+$"), lit(""));
    return when(digits.rlike("^[0-9]{1,18}$"), digits.cast("long"));
  }

  Column texts(String name) {
    return texts(name, "list<string>");
  }

  private Column texts(String name, String wanted) {
    return required(
        name,
        wanted,
        t -> t instanceof ArrayType a && a.elementType().equals(DataTypes.StringType),
        "array<string>");
  }

  /** Answers of several people: texts, or structs with the text in {@code answer}. */
  Column answers(String name) {
    Optional<DataType> type = type(schema, name);
    if (type.isPresent()
        && type.get() instanceof ArrayType list
        && list.elementType() instanceof StructType person
        && type(person, "answer").filter(DataTypes.StringType::equals).isPresent()) {
      return PublishedColumns.field(col(name), "answer");
    }
    return texts(name, "list<string> or list<struct<answer: string>>");
  }

  /**
   * The image of a row.
   *
   * @param elsewhere whether it may be missing, being found by its key
   */
  Image image(boolean elsewhere) {
    Column none = lit(null).cast("binary");
    Optional<String> path =
        List.of("image_path", "file_name").stream().filter(this::has).findFirst();
    if (!has("image") && (path.isPresent() || elsewhere)) {
      return new Image(none, path.map(this::text).orElse(lit(null).cast("string")));
    }
    Column image =
        required(
            "image",
            IMAGE,
            t ->
                t.equals(DataTypes.BinaryType)
                    || t.equals(DataTypes.StringType)
                    || hasField(t, "bytes", DataTypes.BinaryType)
                    || hasField(t, "path", DataTypes.StringType),
            "binary");
    DataType type = type(schema, "image").orElse(DataTypes.NullType);
    if (type instanceof StructType) {
      return new Image(
          hasField(type, "bytes", DataTypes.BinaryType) ? col("image.bytes") : none,
          hasField(type, "path", DataTypes.StringType)
              ? col("image.path")
              : lit(null).cast("string"));
    }
    return type.equals(DataTypes.StringType)
        ? new Image(none, image)
        : new Image(image, lit(null).cast("string"));
  }

  private static boolean hasField(DataType type, String name, DataType expected) {
    return type instanceof StructType struct
        && type(struct, name).filter(expected::equals).isPresent();
  }

  /** The column; a null of the wanted type and a problem where it cannot be read. */
  private Column required(
      String name, String expected, Predicate<DataType> accepts, String nullType) {
    Optional<DataType> type = type(schema, name);
    if (type.isEmpty()) {
      problems.add(
          where,
          "column \"" + name + "\" is missing",
          "it must be " + expected + "; the file has " + String.join(", ", schema.fieldNames()));
    } else if (!accepts.test(type.get())) {
      problems.add(
          where,
          "column \"%s\" must be %s, is %s".formatted(name, expected, type.get().simpleString()));
    } else {
      return col("`" + name + "`");
    }
    return lit(null).cast(nullType);
  }

  private static Optional<DataType> type(StructType schema, String name) {
    return Arrays.stream(schema.fields())
        .filter(f -> f.name().equals(name))
        .map(StructField::dataType)
        .findFirst();
  }

  /** Whether any of the texts is no UTF-8; Java would read it as something else. */
  static Column malformed(List<Column> texts, List<Column> lists) {
    Column any = lit(false);
    for (Column text : texts) {
      any = any.or(coalesce(is_valid_utf8(text), lit(true)).equalTo(false));
    }
    for (Column list : lists) {
      any =
          any.or(
              coalesce(
                  exists(list, t -> coalesce(is_valid_utf8(t), lit(true)).equalTo(false)),
                  lit(false)));
    }
    return any;
  }
}
