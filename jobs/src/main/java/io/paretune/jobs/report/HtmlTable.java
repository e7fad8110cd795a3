package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.escaped;

import java.util.ArrayList;
import java.util.List;

/**
 * A table for reading and for screen readers: a caption, named columns, and rows that are named by
 * their first cell.
 */
final class HtmlTable {
  private final String caption;
  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A table without rows.
   *
   * @param columns names; those of numbers begin with {@code #}, and are aligned to the right
   */
  HtmlTable(String caption, String... columns) {
    this.caption = caption;
    this.columns = List.of(columns);
  }

  /** Adds a row of plain texts, one a column. */
  HtmlTable row(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "%d cells for the %d columns of %s".formatted(cells.length, columns.size(), caption));
    }
    rows.add(List.of(cells));
    return this;
  }

  /** The table in a box that scrolls sideways, by keyboard too, where the screen is narrow. */
  String html() {
    StringBuilder out = new StringBuilder();
    out.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
        .append(escaped(caption))
        .append("\"><table><caption>")
        .append(escaped(caption))
        .append("</caption><thead><tr>");
    for (String column : columns) {
      String name = column.startsWith("#") ? column.substring(1) : column;
      out.append("<th scope=\"col\"").append(kind(column)).append('>').append(escaped(name));
      out.append("</th>");
    }
    out.append("</tr></thead><tbody>\n");
    for (List<String> row : rows) {
      out.append("<tr><th scope=\"row\">").append(escaped(row.get(0))).append("</th>");
      for (int i = 1; i < row.size(); i++) {
        out.append("<td").append(kind(columns.get(i))).append('>').append(escaped(row.get(i)));
        out.append("</td>");
      }
      out.append("</tr>\n");
    }
    return out.append("</tbody></table></div>\n").toString();
  }

  /** The table as what a picture shows, hidden until it is asked for. */
  String alternative() {
    return "<details><summary>%s, as a table</summary>\n%s</details>\n"
        .formatted(escaped(caption), html());
  }

  private static String kind(String column) {
    return column.startsWith("#") ? " class=\"number\"" : "";
  }
}
