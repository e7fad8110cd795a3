package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.InputSquares;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.TokenTree;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.StatisticsAccumulator;
import io.paretune.udfs.prune.StatisticsShape;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the dense model's linear layers see on calibration questions with their answers: the image
 * prefix counts once an image, everything after it once a question.
 */
public final class Calibration {
  private Calibration() {}

  /** The shape of a decoder's statistics. */
  public static StatisticsShape shape(DecoderConfig decoder) {
    return StatisticsShape.of(
        decoder.layers(),
        decoder.hiddenSize(),
        decoder.heads() * decoder.headDim(),
        decoder.intermediateSize());
  }

  /**
   * Statistics over a shard; those of several shards merge to those of all, in the same bits
   * however images are spread over them.
   */
  public static ActivationStatistics measure(MultimodalModel model, PreparedShard shard) {
    StatisticsAccumulator sums = new StatisticsAccumulator(shape(model.config().text()));
    // One by one: the last bits of a product depend on how many rows go together. All questions of
    // an image in one pass, however many: its prefix must count once.
    for (PreparedImage image : shard.images()) {
      try (NDManager pass = model.newManager()) {
        InputSquares squares =
            model.inputSquares(
                model.dense(),
                shard.textBefore(),
                ShardForwards.features(pass, List.of(image)),
                List.of(tree(image)));
        IntStream.range(0, squares.layers().size())
            .forEach(
                layer -> {
                  for (InputSite site : InputSite.values()) {
                    sums.add(layer, site, squares.sums(layer, site), squares.tokens());
                  }
                });
      }
    }
    return sums.statistics();
  }

  /** An image's questions with their answers, in an order of their own. */
  static TokenTree tree(PreparedImage image) {
    return TokenTree.whole(
        image.questions().stream()
            .sorted(Comparator.comparing(q -> q.sample().sampleId()))
            .map(q -> q.followedBy(q.answer()))
            .toList());
  }
}
