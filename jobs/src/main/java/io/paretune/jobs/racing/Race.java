package io.paretune.jobs.racing;

import io.paretune.udfs.benchmark.Gains;
import io.paretune.udfs.benchmark.Gains.Gain;
import java.util.ArrayList;
import java.util.HashMap;
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
 *
 * <p>Where a score has several parts ({@link Gains}), a trial that scores no lower than a rival is
 * no lower in one of them, so the smallest of the parts' capitals is bounded by a supermartingale.
 * A ratio U/V is no lower than the rival's r if the sum of u - r·v over the images is at least 0.
 * So nothing here is approximate for metrics that are no means: MME's pairs and MMBench's rotations
 * are whole in their image's gain, since one shard has all that is judged together, and F1 is
 * compared by that sum and never by the F1 of a part. The draw is by image ids, which are hashes,
 * over shards that were balanced by their numbers of questions: it knows nothing of the answers.
 */
public final class Race {
  private final double threshold;
  private final List<Contest> contests = new ArrayList<>();

  /**
   * Someone to beat.
   *
   * @param trialId its number
   * @param gains what all its answers add to its score
   */
  public record Rival(long trialId, Gains gains) {}

  /**
   * A race that has not begun.
   *
   * @param confidence 1 - α: at least this share of stopped trials, each taken by itself, would
   *     have been beaten
   * @param allRight what right answers to all questions add
   * @param rivals strongest first; chosen before the first answer is seen, and never changed
   */
  public Race(double confidence, Gains allRight, List<Rival> rivals) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException("confidence must be in (0, 1), was " + confidence);
    }
    this.threshold = 1 / (1 - confidence);
    rivals.forEach(rival -> contests.add(new Contest(rival, allRight)));
  }

  /** One rival: a capital for each part of the score. */
  private static final class Contest {
    private final Rival rival;
    private final Map<String, Part> parts = new HashMap<>();

    Contest(Rival rival, Gains allRight) {
      this.rival = rival;
      allRight.parts().forEach((name, best) -> parts.put(name, new Part(rival, name, best)));
    }

    void see(Gains gains) {
      gains
          .parts()
          .forEach(
              (name, own) -> {
                Part part = parts.get(name);
                if (part == null) {
                  throw new IllegalArgumentException("the score has no part \"" + name + "\"");
                }
                // An order that has nothing to do with the answers: image ids are hashes.
                new TreeMap<>(own).forEach(part::see);
              });
    }

    double capital() {
      return parts.values().stream().mapToDouble(p -> p.capital.capital()).min().orElse(0);
    }
  }

  /** One part of the score of one rival, and of a trial's that may be no lower. */
  private static final class Part {
    private final Map<String, Gain> best;
    private final double ratio;
    private final Map<String, Double> possible = new HashMap<>();
    private final PairedCapital capital;

    Part(Rival rival, String name, Map<String, Gain> best) {
      this.best = best;
      Map<String, Gain> own = rival.gains().parts().getOrDefault(name, Map.of());
      double numerator = own.values().stream().mapToDouble(Gain::numerator).sum();
      double denominator = own.values().stream().mapToDouble(Gain::denominator).sum();
      this.ratio = denominator == 0 ? 0 : numerator / denominator;
      for (String image : best.keySet()) {
        Gain gain = own.get(image);
        if (gain == null) {
          throw new IllegalArgumentException(
              "trial %d has no answers on image %s".formatted(rival.trialId(), image));
        }
        possible.put(image, missed(image, gain));
      }
      this.capital =
          new PairedCapital(
              best.size(),
              possible.values().stream().mapToDouble(p -> p).max().orElse(0),
              possible.values().stream().mapToDouble(p -> p).sum());
    }

    /** What answers fall short of all right. */
    private double missed(String image, Gain gain) {
      Gain all = best.get(image);
      if (all == null) {
        throw new IllegalArgumentException("there is no image " + image);
      }
      return all.numerator() - gain.numerator() - ratio * (all.denominator() - gain.denominator());
    }

    void see(String image, Gain gain) {
      double back = possible.getOrDefault(image, 0.0);
      capital.see(missed(image, gain) - back, back);
    }
  }

  /**
   * Takes a finished step.
   *
   * @param gains what the trial's answers add to its score, on images that were not seen before
   * @return whether the trial is beaten
   */
  public boolean isBeatenAfter(Gains gains) {
    contests.forEach(c -> c.see(gains));
    return capital() >= threshold;
  }

  /** Who is furthest ahead. */
  public Rival leader() {
    Contest best = contests.get(0);
    for (Contest contest : contests) {
      best = contest.capital() > best.capital() ? contest : best;
    }
    return best.rival;
  }

  private double capital() {
    double mean = 0;
    double all = 0;
    for (int i = 0; i < contests.size(); i++) {
      double weight = 1.0 / ((i + 1) * (i + 2));
      mean += weight * contests.get(i).capital();
      all += weight;
    }
    return all == 0 ? 0 : mean / all;
  }
}
