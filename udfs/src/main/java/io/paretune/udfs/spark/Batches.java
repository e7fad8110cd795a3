package io.paretune.udfs.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/** What becomes of a partition's rows, which go through something some at a time. */
final class Batches implements Iterator<Row> {
  private final Iterator<Row> rows;
  private final int most;
  private final Function<List<Row>, List<Row>> each;
  private Iterator<Row> ready = List.<Row>of().iterator();

  /**
   * Rows that come as they are asked for.
   *
   * @param most rows of a batch, at least 1
   * @param each gives a row for each of a batch's, in their order
   */
  Batches(Iterator<Row> rows, int most, Function<List<Row>, List<Row>> each) {
    this.rows = rows;
    this.most = most;
    this.each = each;
  }

  @Override
  public boolean hasNext() {
    return ready.hasNext() || rows.hasNext();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (!ready.hasNext()) {
      List<Row> batch = new ArrayList<>();
      while (rows.hasNext() && batch.size() < most) {
        batch.add(rows.next());
      }
      ready = each.apply(batch).iterator();
    }
    return ready.next();
  }
}
