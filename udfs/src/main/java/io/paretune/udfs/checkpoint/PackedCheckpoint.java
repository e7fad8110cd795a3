package io.paretune.udfs.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A checkpoint's tensors in one safetensors file, its sparse matrices as a bitmask and the values
 * that are not zero. A matrix NAME of shape (R, C) becomes
 *
 * <ul>
 *   <li>{@code NAME.bitmask}: U8, ⌈R·C / 8⌉ bytes; weight i, counted row by row, is bit i mod 8
 *       (from the lowest) of byte ⌊i / 8⌋, and is set where the weight is stored;
 *   <li>{@code NAME.values}: the weights that are stored, in their order and type;
 *   <li>{@code NAME.shape} of the file's metadata: {@code R,C}.
 * </ul>
 *
 * All other tensors are as they were, and so is a matrix that would be no smaller. Names are those
 * of llava-1.5-7b-hf.
 */
public final class PackedCheckpoint {
  /** The file's {@code format} metadata. */
  public static final String FORMAT = "paretune-packed-1";

  private PackedCheckpoint() {}

  /**
   * Writes the file.
   *
   * @param sparse whether a matrix of that canonical name may be packed
   */
  public static void write(Checkpoint checkpoint, Path file, Predicate<String> sparse)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
    for (String name : checkpoint.tensorNames()) {
      TensorData tensor = checkpoint.tensor(name);
      int bytes = tensor.dtype().bytes();
      int weights = tensor.data().remaining() / Math.max(1, bytes);
      int kept = sparse.test(name) ? stored(tensor) : weights;
      long mask = (weights + 7L) / 8;
      if (mask + (long) kept * bytes >= (long) weights * bytes) {
        tensors.add(
            new SafetensorsWriter.Tensor(
                name, tensor.dtype(), tensor.shape(), () -> checkpoint.tensor(name).data()));
        continue;
      }
      metadata.put(name + ".shape", tensor.shape().get(0) + "," + tensor.shape().get(1));
      Supplier<ByteBuffer> values = () -> values(checkpoint.tensor(name), kept);
      tensors.add(
          new SafetensorsWriter.Tensor(
              name + ".bitmask", DType.U8, List.of(mask), () -> bitmask(checkpoint.tensor(name))));
      tensors.add(
          new SafetensorsWriter.Tensor(
              name + ".values", tensor.dtype(), List.of((long) kept), values));
    }
    SafetensorsWriter.write(file, metadata, tensors);
  }

  /** Whether the weight has any bit set: what was pruned is +0. */
  private static boolean isStored(ByteBuffer data, int weight, int bytes) {
    return bytes == 2 ? data.getShort(2 * weight) != 0 : data.getInt(4 * weight) != 0;
  }

  private static int stored(TensorData tensor) {
    int bytes = tensor.dtype().bytes();
    int stored = 0;
    for (int w = 0; w < tensor.data().remaining() / bytes; w++) {
      stored += isStored(tensor.data(), w, bytes) ? 1 : 0;
    }
    return stored;
  }

  private static ByteBuffer bitmask(TensorData tensor) {
    int bytes = tensor.dtype().bytes();
    int weights = tensor.data().remaining() / bytes;
    byte[] mask = new byte[(weights + 7) / 8];
    for (int w = 0; w < weights; w++) {
      if (isStored(tensor.data(), w, bytes)) {
        mask[w / 8] |= (byte) (1 << (w % 8));
      }
    }
    return ByteBuffer.wrap(mask);
  }

  private static ByteBuffer values(TensorData tensor, int stored) {
    int bytes = tensor.dtype().bytes();
    ByteBuffer values = ByteBuffer.allocate(stored * bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int w = 0; w < tensor.data().remaining() / bytes; w++) {
      if (!isStored(tensor.data(), w, bytes)) {
        continue;
      }
      if (bytes == 2) {
        values.putShort(tensor.data().getShort(2 * w));
      } else {
        values.putInt(tensor.data().getInt(4 * w));
      }
    }
    return values.flip();
  }
}
