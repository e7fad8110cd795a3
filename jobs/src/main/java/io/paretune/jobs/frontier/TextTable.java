package io.paretune.jobs.frontier;

import java.util.List;

/** Columns of text: the first and the last flush left, those between, numbers, flush right. */
public final class TextTable {
  private static final String GAP = "  ";

  private TextTable() {}

  /**
   * The rows with a rule under the first.
   *
   * @param rows all of one length
   */
  public static String of(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String cell = rows.get(r).get(c);
        String space = " ".repeat(widths[c] - cell.length());
        boolean left = c == 0 || c == columns - 1;
        line.append(c == 0 ? "" : GAP).append(left ? cell + space : space + cell);
      }
      text.append(line.toString().stripTrailing()).append('\n');
      if (r == 0) {
        text.append("-".repeat(line.toString().stripTrailing().length())).append('\n');
      }
    }
    return text.toString();
  }
}
