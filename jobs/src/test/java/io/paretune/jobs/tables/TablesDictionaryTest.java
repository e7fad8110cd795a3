package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** {@code docs/tables.md} is what the table classes say; its main program writes it. */
class TablesDictionaryTest {
  private static final String HOME = "paretune.home";

  @Test
  void theDictionaryIsCurrent() throws ReflectiveOperationException, IOException {
    Path file = Path.of(System.getProperty(HOME), "docs", "tables.md");

    assertThat(file)
        .as("write it again with TablesDictionaryTest.main, -Dparetune.home=…")
        .content()
        .isEqualTo(dictionary());
  }

  /** Writes the dictionary of the classes on the class path. */
  public static void main(String[] args) throws ReflectiveOperationException, IOException {
    Files.writeString(Path.of(System.getProperty(HOME), "docs", "tables.md"), dictionary());
  }

  private static String dictionary() throws ReflectiveOperationException {
    Map<String, StructType> tables = new TreeMap<>();
    for (var c : new ClassFileImporter().importPackages("io.paretune.jobs.tables")) {
      if (c.getSimpleName().endsWith("Table")) {
        Class<?> table = Class.forName(c.getName());
        tables.put(
            (String) table.getField("NAME").get(null),
            (StructType) table.getField("SCHEMA").get(null));
      }
    }
    StringBuilder out =
        new StringBuilder(
            "# Tables\n\n"
                + "Delta tables under `warehouse`, in UTC and bytes. This page is generated from"
                + " the table classes.\n");
    tables.forEach(
        (name, schema) -> {
          out.append("\n## ").append(name).append("\n\n| column | type | is |\n|---|---|---|\n");
          for (StructField field : schema.fields()) {
            out.append(
                "| `%s` | %s%s | %s |\n"
                    .formatted(
                        field.name(),
                        field.dataType().simpleString().replace("|", "\\|"),
                        field.nullable() ? ", may be null" : "",
                        field.getComment().getOrElse(() -> "")));
          }
        });
    return out.toString();
  }
}
