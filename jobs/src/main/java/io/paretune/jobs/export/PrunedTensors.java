package io.paretune.jobs.export;

import ai.djl.ndarray.NDArray;
import io.paretune.udfs.checkpoint.TensorData;
import io.paretune.udfs.checkpoint.WeightRounding;
import io.paretune.udfs.cost.VisionMatrix;
import io.paretune.udfs.evaluate.LentVision;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.prune.FusedLayer;
import io.paretune.udfs.prune.WeightMatrix;
import io.paretune.udfs.spark.CandidateSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A candidate's tensors from the dense checkpoint's: those of its pruned matrices with the weights
 * that the candidate ran with, all others as they are. Layers are borrowed one at a time unless the
 * criterion updates weights, which takes them all together. Not safe for use by many threads.
 */
final class PrunedTensors implements Function<TensorData, ByteBuffer>, AutoCloseable {
  private static final Pattern NAME =
      Pattern.compile("language_model\\.model\\.layers\\.(\\d{1,6})\\.(.+)\\.weight");

  private final ResidentModel resident;
  private final CandidateSpec candidate;
  private final List<VisionMatrix> vision;
  private @Nullable Borrowed borrowed;
  private @Nullable LentVision sight;

  private record Borrowed(CompressionProfile profile, ResidentModel.Candidate layers) {}

  PrunedTensors(ResidentModel resident, CandidateSpec candidate) {
    this.resident = resident;
    this.candidate = candidate;
    this.vision = VisionMatrix.of(resident.checkpoint());
  }

  /** Whether the profile prunes the matrix of that canonical name. */
  static boolean isPruned(CompressionProfile profile, List<VisionMatrix> vision, String tensor) {
    Matcher name = NAME.matcher(tensor);
    if (vision.stream()
        .anyMatch(m -> m.tensor().equals(tensor) && m.part().ratio(profile.vision()) > 0)) {
      return true;
    }
    return name.matches()
        && projection(name.group(2))
            .filter(p -> profile.layer(Integer.parseInt(name.group(1))).pruningRatio(p) > 0)
            .isPresent();
  }

  private static Optional<Projection> projection(String module) {
    return Arrays.stream(Projection.values()).filter(p -> p.module().equals(module)).findFirst();
  }

  @Override
  public ByteBuffer apply(TensorData tensor) {
    Optional<VisionMatrix> matrix =
        vision.stream().filter(m -> m.tensor().equals(tensor.name())).findFirst();
    if (!isPruned(candidate.profile(), vision, tensor.name())) {
      return tensor.data();
    }
    if (matrix.isPresent()) {
      return masked(tensor, vision(matrix.get()));
    }
    Matcher name = NAME.matcher(tensor.name());
    if (!name.matches()) {
      throw new IllegalStateException("only named matrices are pruned");
    }
    int layer = Integer.parseInt(name.group(1));
    LayerWeights weights = borrow(candidate.profile().layer(layer)).layers().weights().get(layer);
    FloatBuffer pruned =
        FusedLayer.of(weights.qkv(), weights.output(), weights.gateUp(), weights.down())
            .matrix(projection(name.group(2)).orElseThrow())
            .floats();
    return candidate.profile().criterion().updatesWeights()
        ? WeightRounding.bytes(pruned, tensor.dtype())
        : masked(tensor, pruned);
  }

  /** The rows of one linear layer before the decoder, as the candidate ran with them. */
  private FloatBuffer vision(VisionMatrix matrix) {
    LentVision now = sight;
    if (now == null) {
      try {
        now = candidate.borrowVision(resident);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      sight = now;
    }
    Map<InputSite, NDArray> matrices =
        matrix.part() == VisionMatrix.Part.TOWER
            ? now.weights().matrices(matrix.layer())
            : now.weights().projectorMatrices();
    NDArray fused =
        Objects.requireNonNull(matrices.get(InputSite.of(matrix.like())), "every site has one");
    int first =
        switch (matrix.like()) {
          case K -> matrix.rows();
          case V -> 2 * matrix.rows();
          default -> 0;
        };
    return WeightMatrix.of(fused).rows(first, matrix.rows()).floats();
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for memory", e);
  }

  /** The tensor's own bytes, and 0 for the weights that went. */
  private static ByteBuffer masked(TensorData tensor, FloatBuffer pruned) {
    int bytes = tensor.dtype().bytes();
    ByteBuffer out = ByteBuffer.allocate(tensor.data().remaining()).order(ByteOrder.LITTLE_ENDIAN);
    out.put(tensor.data().duplicate()).flip();
    for (int w = 0; w < pruned.remaining(); w++) {
      if (Float.floatToRawIntBits(pruned.get(w)) == 0) {
        for (int b = 0; b < bytes; b++) {
          out.put(w * bytes + b, (byte) 0);
        }
      }
    }
    return out;
  }

  private ResidentModel.Candidate borrow(LayerPlan plan) {
    CompressionProfile wanted =
        candidate.profile().criterion().updatesWeights()
            ? candidate.profile()
            : candidate.profile().withLayers(List.of(plan));
    Borrowed now = borrowed;
    if (now == null || !now.profile().equals(wanted)) {
      closeLayers();
      try {
        now =
            new Borrowed(
                wanted,
                new CandidateSpec(wanted, candidate.evidence(), candidate.levels())
                    .borrow(resident));
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      borrowed = now;
    }
    return now.layers();
  }

  private void closeLayers() {
    if (borrowed != null) {
      borrowed.layers().close();
      borrowed = null;
    }
  }

  @Override
  public void close() {
    closeLayers();
    if (sight != null) {
      sight.close();
      sight = null;
    }
  }
}
