package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.MultimodalModel;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A candidate's way through a shard: each image's prefix goes through the decoder once, then all
 * that is asked about it, batch after batch.
 *
 * @param model whose dense parts (embedding, norms, head) every candidate shares
 * @param layers the candidate
 * @param batch questions wanted in a forward
 */
record ShardForwards(MultimodalModel model, LayerStack layers, int batch) {

  /** Answers what is asked in one forward. */
  @FunctionalInterface
  interface Answering {
    /**
     * Takes the questions of one forward.
     *
     * @param prefix of the images, in their order
     * @param questions of each of the images; of some there may be none left
     */
    void answer(KvCache prefix, List<List<PreparedQuestion>> questions);
  }

  /**
   * Runs all questions of the shard.
   *
   * @param cancelled asked before each forward
   * @throws CancelledException if it became true
   */
  void run(PreparedShard shard, BooleanSupplier cancelled, Answering answering) {
    for (QuestionBatches.Batch b : QuestionBatches.of(shard.images(), batch)) {
      CancelledException.throwIf(cancelled);
      try (NDManager pass = model.newManager();
          KvCache prefix =
              model.prefill(pass, layers, shard.textBefore(), features(pass, b.images()))) {
        for (List<List<PreparedQuestion>> questions : b.forwards()) {
          CancelledException.throwIf(cancelled);
          answering.answer(prefix, questions);
        }
      }
    }
  }

  /** The images' features as one tensor: (I, T, H). */
  static NDArray features(NDManager owner, List<PreparedImage> images) {
    int values = images.get(0).features().length;
    FloatBuffer all = FloatBuffer.allocate(Math.multiplyExact(images.size(), values));
    images.forEach(i -> all.put(i.features()));
    return owner.create(
        all.array(),
        new Shape(images.size(), images.get(0).tokens(), values / images.get(0).tokens()));
  }
}
