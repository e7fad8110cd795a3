package io.paretune.jobs.tables;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * One row's cells by name, between Java's types and Spark's; a name that the schema lacks is
 * refused.
 */
record Cells(Row row) {

  /** A row with these cells in the schema's order. */
  static Row row(StructType schema, Map<String, ? extends @Nullable Object> cells) {
    Object[] values = new Object[schema.length()];
    cells.forEach((name, value) -> values[schema.fieldIndex(name)] = value);
    return new GenericRowWithSchema(values, schema);
  }

  /** A list as Spark's rows hold it. */
  static <T> Seq<T> list(List<T> values) {
    return CollectionConverters.asScala(values).toList();
  }

  static scala.collection.immutable.Map<String, Object> numbers(Map<String, Double> values) {
    return scala.collection.immutable.Map$.MODULE$.from(
        CollectionConverters.asScala(new TreeMap<String, Object>(values)));
  }

  String text(String column) {
    return row.getString(row.fieldIndex(column));
  }

  long number(String column) {
    return row.getLong(row.fieldIndex(column));
  }

  OptionalLong optionalNumber(String column) {
    return isNull(column) ? OptionalLong.empty() : OptionalLong.of(number(column));
  }

  int integer(String column) {
    return row.getInt(row.fieldIndex(column));
  }

  double real(String column) {
    return row.getDouble(row.fieldIndex(column));
  }

  byte[] bytes(String column) {
    return (byte[]) row.get(row.fieldIndex(column));
  }

  OptionalDouble optionalReal(String column) {
    return isNull(column) ? OptionalDouble.empty() : OptionalDouble.of(real(column));
  }

  Optional<String> optionalText(String column) {
    return isNull(column) ? Optional.empty() : Optional.of(text(column));
  }

  Optional<Instant> optionalTime(String column) {
    return isNull(column) ? Optional.empty() : Optional.of(time(column));
  }

  /** The session decides which of the two classes a time has. */
  Instant time(String column) {
    Object value = row.get(row.fieldIndex(column));
    return value instanceof Timestamp timestamp ? timestamp.toInstant() : (Instant) value;
  }

  /** Likewise. */
  LocalDate date(String column) {
    Object value = row.get(row.fieldIndex(column));
    return value instanceof java.sql.Date date ? date.toLocalDate() : (LocalDate) value;
  }

  <T> List<T> values(String column) {
    return List.copyOf(row.<T>getList(row.fieldIndex(column)));
  }

  Map<String, Double> reals(String column) {
    return Map.copyOf(row.<String, Double>getJavaMap(row.fieldIndex(column)));
  }

  boolean isNull(String column) {
    return row.isNullAt(row.fieldIndex(column));
  }
}
