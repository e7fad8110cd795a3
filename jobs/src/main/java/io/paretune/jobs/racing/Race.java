package io.paretune.jobs.racing;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One trial against the profiles that are no larger and that no other beats, on the same images.
 * The trial is beaten when it is clear that at least one of them will have the higher score.
 *
 * <p>Stopping is wrong only if no rival would have won, and then the capital against each of them
 * ({@link PairedCapital}) is a supermartingale, and so is their weighted mean: it reaches 1/α with
 * a probability of at most α, however many rivals there are and however often one looks. This asks
 * for no more than a Bonferroni correction with the same weights does. Rivals come strongest first
 * and weigh 1/(1·2), 1/(2·3), …: on a frontier the largest that fits is the one to beat.
 */
public final class Race {
  private final double threshold;
  private final Map<String, Double> worth;
  private final List<Rival> rivals;
  private final List<PairedCapital> capitals = new ArrayList<>();

  /**
   * Someone to beat.
   *
   * @param trialId its number
   * @param scores what all its answers are worth, by image
   */
  public record Rival(long trialId, Map<String, Double> scores) {}

  /**
   * A race that has not begun.
   *
   * @param confidence 1 - α: at least this share of stopped trials, each taken by itself, would
   *     have been beaten
   * @param worth what all answers on each image right are worth
   * @param rivals strongest first; chosen before the first answer is seen, and never changed
   */
  public Race(double confidence, Map<String, Double> worth, List<Rival> rivals) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException("confidence must be in (0, 1), was " + confidence);
    }
    this.threshold = 1 / (1 - confidence);
    this.worth = Map.copyOf(worth);
    this.rivals = List.copyOf(rivals);
    for (Rival rival : rivals) {
      DoubleSummaryStatistics wrong =
          worth.keySet().stream().mapToDouble(image -> wrong(rival, image)).summaryStatistics();
      capitals.add(new PairedCapital(worth.size(), wrong.getMax(), wrong.getSum()));
    }
  }

  /** What a rival's answers on an image fall short of all right. */
  private double wrong(Rival rival, String image) {
    Double right = rival.scores().get(image);
    if (right == null) {
      throw new IllegalArgumentException(
          "trial %d has no answers on image %s".formatted(rival.trialId(), image));
    }
    return wrong(image, right);
  }

  private double wrong(String image, double right) {
    Double all = worth.get(image);
    if (all == null) {
      throw new IllegalArgumentException("there is no image " + image);
    }
    return all - right;
  }

  /**
   * Takes a finished part.
   *
   * @param scores what the trial's answers are worth, by image; images that were not seen before
   * @return whether the trial is beaten
   */
  public boolean isBeatenAfter(Map<String, Double> scores) {
    // An order that has nothing to do with the answers: image ids are hashes.
    new TreeMap<>(scores)
        .forEach(
            (image, own) -> {
              for (int i = 0; i < rivals.size(); i++) {
                Rival rival = rivals.get(i);
                double lead = wrong(image, own) - wrong(rival, image);
                capitals.get(i).see(lead, wrong(rival, image));
              }
            });
    return capital() >= threshold;
  }

  /** Who is furthest ahead. */
  public Rival leader() {
    int best = 0;
    for (int i = 1; i < rivals.size(); i++) {
      if (capitals.get(i).capital() > capitals.get(best).capital()) {
        best = i;
      }
    }
    return rivals.get(best);
  }

  private double capital() {
    double mean = 0;
    double all = 0;
    for (int i = 0; i < capitals.size(); i++) {
      double weight = 1.0 / ((i + 1) * (i + 2));
      mean += weight * capitals.get(i).capital();
      all += weight;
    }
    return all == 0 ? 0 : mean / all;
  }
}
