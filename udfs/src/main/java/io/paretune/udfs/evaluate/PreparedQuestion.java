package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Sample;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A question in token ids, without the image prefix that all questions of its image share.
 *
 * @param sample the question itself
 * @param suffix ids of the prompt after the image token; not empty
 * @param options ids that follow the prompt, one array an option; empty for a free answer
 * @param answer ids that follow the prompt when the first accepted answer is given: calibration
 *     reads them
 */
public record PreparedQuestion(Sample sample, long[] suffix, List<long[]> options, long[] answer)
    implements Serializable {

  public PreparedQuestion {
    if (suffix.length == 0 || options.stream().anyMatch(o -> o.length == 0)) {
      throw new IllegalArgumentException(
          "sample " + sample.sampleId() + ": a prompt and its options have tokens of their own");
    }
  }

  /** The prompt after the image token with ids that follow it. */
  long[] followedBy(long[] ids) {
    return LongStream.concat(Arrays.stream(suffix), Arrays.stream(ids)).toArray();
  }

  /** Rows of the image's tree that this question adds at most. */
  int rows() {
    int rows = suffix.length;
    for (long[] option : options) {
      rows += option.length - 1;
    }
    return rows;
  }
}
