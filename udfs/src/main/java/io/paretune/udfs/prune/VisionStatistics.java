package io.paretune.udfs.prune;

import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.problem.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * What calibration images look like to the linear layers before the decoder: each image's tokens
 * once. {@link #merge} is associative and commutative to the last bit.
 *
 * @param tower by encoder layer that runs
 * @param projector of one layer, whose {@link InputSite#MLP} and {@link InputSite#MLP_DOWN} are the
 *     projector's two inputs; the other sites see no token
 */
public record VisionStatistics(ActivationStatistics tower, ActivationStatistics projector) {

  /** Over no images; the model's vision tower has a layer that runs. */
  public static StatisticsAccumulator tower(ModelConfig model) {
    int width = model.vision().hiddenSize();
    return new StatisticsAccumulator(
        StatisticsShape.of(
            model.visionLayersUsed(), width, width, model.vision().intermediateSize()));
  }

  /** Over no images. */
  public static StatisticsAccumulator projector(ModelConfig model) {
    int unused = 1;
    return new StatisticsAccumulator(
        new StatisticsShape(
            1,
            Map.of(
                InputSite.ATTENTION,
                unused,
                InputSite.ATTENTION_OUTPUT,
                unused,
                InputSite.MLP,
                model.vision().hiddenSize(),
                InputSite.MLP_DOWN,
                model.text().hiddenSize())));
  }

  public VisionStatistics merge(VisionStatistics other) {
    return new VisionStatistics(tower.merge(other.tower), projector.merge(other.projector));
  }

  /** The tower's, their length before them, then the projector's. */
  public byte[] toBytes() {
    byte[] first = tower.toBytes();
    byte[] second = projector.toBytes();
    return ByteBuffer.allocate(Integer.BYTES + first.length + second.length)
        .putInt(first.length)
        .put(first)
        .put(second)
        .array();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @param where what to call it in an error
   * @throws InvalidInputException if the bytes are damaged
   */
  public static VisionStatistics fromBytes(String where, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new InvalidInputException(
          where, "statistics of vision are damaged: they are cut short", "run calibrate again");
    }
    byte[] first = new byte[length];
    in.get(first);
    byte[] second = new byte[in.remaining()];
    in.get(second);
    return new VisionStatistics(
        ActivationStatistics.fromBytes(where, first),
        ActivationStatistics.fromBytes(where, second));
  }
}
