package io.paretune.udfs.benchmark;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Outcomes counted by everything that metrics tell apart: the sufficient statistic of every metric
 * here, those that are no means among them. It adds up over shards and steps of a race in any order
 * and however questions are spread; the sums are whole numbers and therefore exact.
 *
 * @param cells counts, no cell without a question
 */
public record Tally(Map<Cell, Counts> cells) implements Serializable {

  /** Full credit. Leave-one-out credit of up to ten annotators is a whole number of its parts. */
  private static final int WHOLE = 7560;

  /** Nothing asked: the neutral element of {@link #plus}. */
  public static final Tally EMPTY = new Tally(Map.of());

  /**
   * Questions that are alike to every metric.
   *
   * @param benchmark as {@link Sample#benchmark}
   * @param imageId the image asked about
   * @param group as {@link Sample#group}
   * @param category as {@link Sample#category}
   * @param label what the benchmark tells apart besides
   */
  public record Cell(String benchmark, String imageId, String group, String category, String label)
      implements Serializable {}

  /**
   * What a cell holds.
   *
   * @param questions asked
   * @param parts of credit, in 7560ths of an answer
   */
  public record Counts(long questions, long parts) implements Serializable {
    Counts plus(Counts other) {
      return new Counts(questions + other.questions, parts + other.parts);
    }

    /** Sum of the credits. */
    double credit() {
      return (double) parts / WHOLE;
    }

    /** Whether every answer is worth all. */
    boolean allRight() {
      return parts == WHOLE * questions;
    }
  }

  public Tally {
    cells = Map.copyOf(cells);
  }

  /** The tally of some outcomes. */
  public static Tally of(Collection<Outcome> outcomes) {
    Map<Cell, Counts> cells = new HashMap<>();
    for (Outcome o : outcomes) {
      cells.merge(o.cell(), new Counts(1, Math.round(o.credit() * WHOLE)), Counts::plus);
    }
    return new Tally(cells);
  }

  /** Both together; associative and commutative. */
  public Tally plus(Tally other) {
    Map<Cell, Counts> sum = new HashMap<>(cells);
    other.cells.forEach((cell, counts) -> sum.merge(cell, counts, Counts::plus));
    return new Tally(sum);
  }

  /** Questions asked. */
  public long questions() {
    return total().questions();
  }

  /** Images asked about. */
  public long images() {
    return cells.keySet().stream().map(Cell::imageId).distinct().count();
  }

  Counts total() {
    return cells.values().stream().reduce(new Counts(0, 0), Counts::plus);
  }

  /** One tally for each category that was asked, in the categories' order. */
  SortedMap<String, Tally> byCategory() {
    SortedMap<String, Tally> parts = new TreeMap<>();
    for (Cell cell : cells.keySet()) {
      parts.computeIfAbsent(cell.category(), c -> where(other -> other.category().equals(c)));
    }
    return parts;
  }

  /** The part of it whose cells fit. */
  Tally where(Predicate<Cell> fits) {
    Map<Cell, Counts> some = new HashMap<>();
    cells.forEach(
        (cell, counts) -> {
          if (fits.test(cell)) {
            some.put(cell, counts);
          }
        });
    return new Tally(some);
  }
}
