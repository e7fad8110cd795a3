package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;

/**
 * How likely a point is to fail, from the trials that did. In a space of choices every choice may
 * fail a trial on its own, and so may bad luck (noisy or, Pearl 1988, section 4.3.2; its rates by
 * expectation and maximisation, under a prior that holds them small): however many other variables
 * there are, a few failures tell which choice they have in common. Elsewhere it is the share of
 * failures among near trials.
 */
final class Failures {
  private static final double FAILED_BEFORE = 0.01; // the prior's trials of each choice
  private static final double SUCCEEDED_BEFORE = 0.5;
  private static final int ITERATIONS = 30;
  private static final double HOPELESS = 0.5;
  private static final double NEAR = 0.15; // of the space's diagonal

  private final List<Point> failed = new ArrayList<>();
  private final List<Point> succeeded = new ArrayList<>();
  private final List<double[]> failedAt = new ArrayList<>();
  private final List<double[]> succeededAt = new ArrayList<>();
  private final double[][] rates; // by variable and choice; empty unless all are choices

  Failures(History history, Encoding encoding) {
    if (history.finished().stream().anyMatch(t -> t.state() == TrialState.FAILED)) {
      for (Trial trial : history.finished()) {
        (trial.state() == TrialState.FAILED ? failed : succeeded).add(trial.point());
      }
    }
    SearchSpace space = encoding.space();
    boolean ofChoices = space.parameters().stream().allMatch(p -> p instanceof Parameter.Choice);
    rates = failed.isEmpty() || !ofChoices ? new double[0][] : rates(space);
    if (!ofChoices) {
      failed.forEach(p -> failedAt.add(encoding.place(p)));
      succeeded.forEach(p -> succeededAt.add(encoding.place(p)));
    }
  }

  private double[][] rates(SearchSpace space) {
    double[][] trials = new double[space.dimensions()][];
    double[][] rates = new double[trials.length][];
    for (int i = 0; i < trials.length; i++) {
      trials[i] = new double[(int) space.parameter(i).cardinality()];
      rates[i] = new double[trials[i].length];
      for (List<Point> points : List.of(failed, succeeded)) {
        for (Point point : points) {
          trials[i][point.choice(i)]++;
        }
      }
      for (int c = 0; c < rates[i].length; c++) {
        rates[i][c] = rate(0, trials[i][c]);
      }
    }
    double luck = rate(0, failed.size() + succeeded.size());
    for (int k = 0; k < ITERATIONS; k++) {
      double[][] blamed = new double[rates.length][];
      for (int i = 0; i < blamed.length; i++) {
        blamed[i] = new double[rates[i].length];
      }
      double luckBlamed = 0;
      for (Point point : failed) {
        double chance = 1 - (1 - luck) * successChance(point, rates);
        luckBlamed += luck / chance;
        for (int i = 0; i < blamed.length; i++) {
          blamed[i][point.choice(i)] += rates[i][point.choice(i)] / chance;
        }
      }
      for (int i = 0; i < rates.length; i++) {
        for (int c = 0; c < rates[i].length; c++) {
          rates[i][c] = rate(blamed[i][c], trials[i][c]);
        }
      }
      luck = rate(luckBlamed, failed.size() + succeeded.size());
    }
    return rates;
  }

  private static double rate(double blamed, double trials) {
    return (FAILED_BEFORE + blamed) / (FAILED_BEFORE + SUCCEEDED_BEFORE + trials);
  }

  private static double successChance(Point point, double[][] rates) {
    double chance = 1;
    for (int i = 0; i < rates.length; i++) {
      chance *= 1 - rates[i][point.choice(i)];
    }
    return chance;
  }

  /** The chance that a trial there does not fail; 1 while none has. */
  double successChance(Encoding.Encoded at) {
    return rates.length > 0 ? successChance(at.point, rates) : 1 - failedNearby(at.place);
  }

  /** The same where all are choices. */
  double successChance(Point point) {
    return successChance(point, rates);
  }

  /** One imagined success far away keeps it below 1. */
  private double failedNearby(double[] place) {
    double bad = 0;
    double all = 0.05;
    for (double[] f : failedAt) {
      bad += nearness(place, f);
    }
    for (double[] s : succeededAt) {
      all += nearness(place, s);
    }
    return bad / (bad + all);
  }

  private static double nearness(double[] a, double[] b) {
    return Math.exp(-Vectors.squaredDistance(a, b) / (2 * NEAR * NEAR));
  }

  /** Effects in which choices that mostly fail must not be taken, where a variable has others. */
  double[][] without(double[][] effects) {
    if (rates.length == 0) {
      return effects;
    }
    double[][] only = new double[effects.length][];
    for (int i = 0; i < only.length; i++) {
      only[i] = effects[i].clone();
      boolean others = false;
      for (int c = 0; c < only[i].length; c++) {
        others |= rates[i][c] <= HOPELESS && only[i][c] < Double.POSITIVE_INFINITY;
      }
      for (int c = 0; others && c < only[i].length; c++) {
        only[i][c] = rates[i][c] <= HOPELESS ? only[i][c] : Double.POSITIVE_INFINITY;
      }
    }
    return only;
  }
}
