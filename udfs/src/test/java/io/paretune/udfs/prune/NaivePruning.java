package io.paretune.udfs.prune;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The published rule, written down as plainly as it goes: what the fast paths are held against. */
final class NaivePruning {
  private NaivePruning() {}

  /** Whether each weight of a row goes: the int(columns · ratio) smallest of a stable sort. */
  static boolean[] mask(float[] scores, double ratio) {
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparing(c -> scores[c])) // stable
            .mapToInt(c -> c)
            .toArray();
    boolean[] mask = new boolean[scores.length];
    for (int i = 0; i < (int) (scores.length * ratio); i++) {
      mask[order[i]] = true;
    }
    return mask;
  }

  static float[] wandaScores(float[] row, float[] meanSquare) {
    float[] scores = new float[row.length];
    for (int c = 0; c < row.length; c++) {
      scores[c] = Math.abs(row[c]) * (float) Math.sqrt(meanSquare[c]);
    }
    return scores;
  }

  /** A matrix with the weights of each row that go replaced by +0. */
  static float[] pruned(float[] weights, float[][] scores, double ratio) {
    float[] out = weights.clone();
    int columns = scores[0].length;
    for (int r = 0; r < scores.length; r++) {
      boolean[] mask = mask(scores[r], ratio);
      for (int c = 0; c < columns; c++) {
        if (mask[c]) {
          out[r * columns + c] = 0f;
        }
      }
    }
    return out;
  }
}
