package io.paretune.jobs.racing;

import io.paretune.udfs.benchmark.Gains;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The complete trials of a study that no other complete one beats: who a new trial runs against.
 */
public final class Field {
  private final double confidence;
  private final Gains allRight;
  private final List<Entrant> front = new ArrayList<>();

  /**
   * A complete trial.
   *
   * @param trialId its number
   * @param memoryBytes what it needs
   * @param score on all questions
   * @param gains what its answers add to it
   */
  public record Entrant(long trialId, long memoryBytes, double score, Gains gains) {
    private boolean beats(Entrant other) {
      return memoryBytes <= other.memoryBytes && score >= other.score;
    }
  }

  /**
   * A field with nobody in it.
   *
   * @param confidence that a trial which is stopped would have been beaten, in (0, 1)
   * @param allRight what right answers to all questions add
   */
  public Field(double confidence, Gains allRight) {
    this.confidence = confidence;
    this.allRight = allRight;
  }

  /** Adds a complete trial, unless another beats it. */
  public synchronized void add(Entrant entrant) {
    if (front.stream().anyMatch(e -> e.beats(entrant))) {
      return;
    }
    front.removeIf(entrant::beats);
    front.add(entrant);
  }

  /** The race of a trial that starts now. */
  public synchronized Race race(long memoryBytes) {
    return new Race(
        confidence,
        allRight,
        front.stream()
            .filter(e -> e.memoryBytes() <= memoryBytes)
            .sorted(Comparator.comparingLong(Entrant::memoryBytes).reversed())
            .map(e -> new Race.Rival(e.trialId(), e.gains()))
            .toList());
  }
}
