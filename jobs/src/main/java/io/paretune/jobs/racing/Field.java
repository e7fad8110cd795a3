package io.paretune.jobs.racing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The complete trials of a study that no other complete one beats: who a new trial runs against.
 */
public final class Field {
  private final double confidence;
  private final Map<String, Double> worth;
  private final List<Entrant> front = new ArrayList<>();

  /**
   * A complete trial.
   *
   * @param trialId its number
   * @param memoryBytes what it needs
   * @param scores what its answers are worth, by image
   */
  public record Entrant(long trialId, long memoryBytes, Map<String, Double> scores) {
    public Entrant {
      scores = Map.copyOf(scores);
    }

    double total() {
      return scores.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private boolean beats(Entrant other) {
      return memoryBytes <= other.memoryBytes && total() >= other.total();
    }
  }

  /**
   * A field with nobody in it.
   *
   * @param confidence that a trial which is stopped would have been beaten, in (0, 1)
   * @param worth what all answers on each image right are worth
   */
  public Field(double confidence, Map<String, Double> worth) {
    this.confidence = confidence;
    this.worth = Map.copyOf(worth);
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
        worth,
        front.stream()
            .filter(e -> e.memoryBytes() <= memoryBytes)
            .sorted(Comparator.comparingLong(Entrant::memoryBytes).reversed())
            .map(e -> new Race.Rival(e.trialId(), e.scores()))
            .toList());
  }
}
