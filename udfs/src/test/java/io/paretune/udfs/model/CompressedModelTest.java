package io.paretune.udfs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.DType;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.checkpoint.RandomCheckpoint;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.NativeEngine;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.kvcache.KvSequence;
import io.paretune.udfs.kvcache.KvStorage;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.profile.VisionPlan;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A compressed model says what the uncompressed one says of the same weights, in less memory. */
class CompressedModelTest {
  private static final TorchScript SCRIPT = TorchScript.compiled(Device.cpu(), ModelKernels.TEXTS);

  /** Of a profile that leaves vision tower and projector as they are: not asked for. */
  private static final VisionWeights NO_VISION = new VisionWeights(List.of(), List.of());

  @TempDir Path temporary;

  @Test
  void itPredictsBitForBitWhatTheSameLayersPredictUncompressed() {
    try (LoadedModel loaded = LoadedModel.open(Goldens.DEMO);
        NDManager kept = loaded.model().newManager()) {
      CompressionProfile profile =
          CompressionProfile.of(
              CriterionName.MAGNITUDE,
              List.of(
                  LayerPlan.of(0, 0.5, 8, 4),
                  LayerPlan.of(1, 0.7, 16, 16),
                  LayerPlan.of(3, 0.05, 3, 3), // denser than a bitmask is worth
                  new LayerPlan(
                      4,
                      Map.of(Projection.K, 0.6, Projection.DOWN, 0.9),
                      Pattern.UNSTRUCTURED,
                      16,
                      2)));
      List<LayerWeights> layers =
          IntStream.range(0, 8)
              .mapToObj(i -> without(kept, loaded.model().layer(i), profile.layer(i)))
              .toList();
      float[] expected;
      try (Serving serving =
          loaded.model().serving(kept, new LayerStack(layers, profile), KvStorage.PACKED)) {
        expected = answer(kept, serving, loaded.features(kept, "exact-96.png"));
      }
      try (CompressedModel compressed =
              CompressedModel.of(
                  loaded.checkpoint(),
                  Device.cpu(),
                  DType.F32,
                  profile,
                  layers::get,
                  loaded.model().vision());
          Serving serving = compressed.serving()) {
        ImageProcessor processor = new ImageProcessor(loaded.checkpoint().imageProcessor());
        NDArray features =
            compressed.imageFeatures(
                kept, List.of(processor.pixels(Goldens.image("exact-96.png"), "image")));
        assertThat(answer(kept, serving, features)).isEqualTo(expected);
        // The file's last vision layer, 6 % of this small model, is never run and not loaded.
        double claimed = weightBytes(loaded.checkpoint(), profile);
        assertThat((double) compressed.weightBytes()).isBetween(0.94 * claimed, claimed);
      }
    }
  }

  @Test
  void visionTowerAndProjectorArePackedAsWell() {
    try (LoadedModel loaded = LoadedModel.open(Goldens.DEMO);
        NDManager kept = loaded.model().newManager()) {
      CompressionProfile profile = CompressionProfile.dense().withVision(new VisionPlan(0.5, 0.7));
      VisionWeights dense = loaded.model().vision();
      VisionWeights pruned =
          dense.with(
              IntStream.range(0, dense.layers().size())
                  .mapToObj(l -> thinned(kept, dense.matrices(l), 0.5))
                  .toList(),
              thinned(kept, dense.projectorMatrices(), 0.7));
      ImageProcessor processor = new ImageProcessor(loaded.checkpoint().imageProcessor());
      List<float[]> pixels = List.of(processor.pixels(Goldens.image("exact-96.png"), "image"));
      float[] expected = loaded.model().imageFeatures(kept, pixels, pruned).toFloatArray();
      long denseBytes;
      try (CompressedModel model = compressed(loaded, CompressionProfile.dense(), dense)) {
        denseBytes = model.weightBytes();
        assertThat(model.imageFeatures(kept, pixels).toFloatArray()).isNotEqualTo(expected);
      }
      try (CompressedModel model = compressed(loaded, profile, pruned)) {
        assertThat(model.imageFeatures(kept, pixels).toFloatArray()).isEqualTo(expected);
        MemoryFootprint footprint =
            new MemoryFootprint(DecoderShape.of(loaded.checkpoint()), new Workload(1, 1));
        assertThat(model.weightBytes() - denseBytes)
            .as("what the footprint claims to save, but for padding")
            .isCloseTo(footprint.visionSaving(profile.vision()), within(64L * 20));
        assertThat(model.workspaceBytes()).isGreaterThan(4L * 192 * 192);
      }
    }
  }

  private static CompressedModel compressed(
      LoadedModel loaded, CompressionProfile profile, VisionWeights vision) {
    return CompressedModel.of(
        loaded.checkpoint(), Device.cpu(), DType.F32, profile, loaded.model()::layer, vision);
  }

  /** The first of each row's weights gone. */
  private static Map<InputSite, NDArray> thinned(
      NDManager owner, Map<InputSite, NDArray> matrices, double ratio) {
    Map<InputSite, NDArray> all = new EnumMap<>(InputSite.class);
    matrices.forEach(
        (site, matrix) -> {
          int columns = (int) matrix.getShape().get(1);
          float[] weights = matrix.toFloatArray();
          for (int i = 0; i < weights.length; i++) {
            weights[i] = i % columns < (int) (columns * ratio) ? 0 : weights[i];
          }
          all.put(site, owner.create(weights, matrix.getShape()));
        });
    return all;
  }

  @Test
  void itComputesInBf16AsWell() {
    try (LoadedModel loaded = LoadedModel.open(Goldens.DEMO);
        NDManager kept = loaded.model().newManager()) {
      CompressionProfile profile =
          CompressionProfile.uniform(CriterionName.MAGNITUDE, 8, 0.5, 8, 8);
      List<LayerWeights> layers =
          IntStream.range(0, 8)
              .mapToObj(i -> without(kept, loaded.model().layer(i), profile.layer(i)))
              .toList();
      NDArray features = loaded.features(kept, "exact-96.png");
      float[] fp32 = packedAnswer(loaded, DType.F32, profile, layers, features);
      float[] bf16 = packedAnswer(loaded, DType.BF16, profile, layers, features);
      double meanDifference =
          IntStream.range(0, fp32.length)
              .mapToDouble(i -> Math.abs(fp32[i] - bf16[i]))
              .average()
              .orElseThrow();
      assertThat(meanDifference).isBetween(1e-6, 0.3); // eight bits of mantissa, eight layers
    }
  }

  /** 536 MiB of random weights: what is claimed of memory is what the tensors take. */
  @Test
  @SuppressWarnings("try") // closed early, so that what it holds does not count
  void allTensorsTogetherTakeWhatTheFootprintSays() {
    Path directory = RandomCheckpoint.of(temporary, 5, 2048, 6144, 16);
    for (double ratio : new double[] {0, 0.5, 0.7}) {
      CompressionProfile profile =
          CompressionProfile.uniform(CriterionName.MAGNITUDE, 5, ratio, 8, 8);
      try (Checkpoint checkpoint = Checkpoint.open(directory);
          LayersOnDemand layers = new LayersOnDemand(checkpoint, profile);
          CompressedModel model =
              CompressedModel.of(checkpoint, Device.cpu(), DType.F32, profile, layers, NO_VISION);
          Serving serving = model.serving();
          NDManager pass = model.newManager();
          KvSequence sequence = serving.pages().newSequence()) {
        layers.close(); // nothing but the model's own tensors is left
        long[] prompt = LongStream.range(3, 3 + 62).toArray();
        serving.extend(pass, List.of(sequence), List.of(prompt)).close();
        serving.decode(pass, List.of(sequence), new long[] {5}).close();
        float[] next = serving.decode(pass, List.of(sequence), new long[] {9}).toFloatArray();
        assertThat(next).doesNotContain(Float.NaN);

        DecoderShape shape = DecoderShape.of(checkpoint);
        double claimed = new MemoryFootprint(shape, new Workload(1, 64)).totalBytes(profile);
        assertThat(claimed).isGreaterThan(ratio == 0 ? 512 << 20 : 200 << 20);
        double held = model.weightBytes() + serving.pages().bytes();
        assertThat(held).as("at %s", ratio).isCloseTo(claimed, within(0.02 * claimed));
        // Beside that: one layer in fp32.
        assertThat(model.workspaceBytes()).isEqualTo(4L * shape.linearWeights() / 5);
      }
    }
  }

  @Property(tries = 60)
  void theKernelAndTheLoopExpandTheSameWeights(
      @ForAll @IntRange(min = 1, max = 90) int rows,
      @ForAll @IntRange(min = 1, max = 70) int columns,
      @ForAll long seed) {
    Random random = new Random(seed);
    try (NDManager manager = NativeEngine.newManager(Device.cpu())) {
      float[] weights = new float[rows * columns];
      for (int i = 0; i < weights.length; i++) {
        // Values that bf16 holds exactly.
        weights[i] = random.nextInt(3) > 0 ? 0 : (random.nextInt(255) - 127) / 64f;
      }
      NDArray matrix = manager.create(weights, new Shape(rows, columns));
      for (DType stored : List.of(DType.BF16, DType.F32)) {
        int first = random.nextInt(rows + 1);
        int[] parts =
            first == 0 || first == rows ? new int[] {rows} : new int[] {first, rows - first};
        StoredMatrix kept = StoredMatrix.of(manager, SCRIPT, stored, matrix, parts);
        NDArray fp32 = manager.ones(new Shape(rows, columns));
        kept.expand(manager, fp32); // the loop
        assertThat(fp32.toFloatArray()).isEqualTo(weights);
        NDArray like = SCRIPT.callOne(manager, "store_dense", matrix, 15);
        NDArray bf16 = SCRIPT.callOne(manager, "workspace", like, rows, columns);
        kept.expand(manager, bf16); // the kernel
        assertThat(SCRIPT.callOne(manager, "store_dense", bf16, 6).toFloatArray())
            .isEqualTo(weights);
      }
    }
  }

  /** A layer at a time from the checkpoint, each row's first weights set to zero. */
  private static final class LayersOnDemand implements IntFunction<LayerWeights>, AutoCloseable {
    private final Checkpoint checkpoint;
    private final CompressionProfile profile;
    private NDManager manager = NativeEngine.newManager(Device.cpu());

    LayersOnDemand(Checkpoint checkpoint, CompressionProfile profile) {
      this.checkpoint = checkpoint;
      this.profile = profile;
    }

    @Override
    public LayerWeights apply(int layer) {
      manager.close();
      manager = NativeEngine.newManager(Device.cpu());
      WeightReader reader = new WeightReader(checkpoint, SCRIPT, manager, DType.F32);
      return without(manager, Decoder.layer(reader, layer), profile.layer(layer));
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  /** The layer with the first int(columns · ratio) weights of each row set to zero. */
  private static LayerWeights without(NDManager owner, LayerWeights w, LayerPlan plan) {
    int kv = (int) (w.qkv().getShape().get(0) - w.output().getShape().get(1)) / 2;
    int q = (int) w.output().getShape().get(1);
    int ffn = (int) w.down().getShape().get(1);
    return new LayerWeights(
        w.inputNorm(),
        zeroed(
            owner, w.qkv(), plan, Map.of(0, Projection.Q, q, Projection.K, q + kv, Projection.V)),
        zeroed(owner, w.output(), plan, Map.of(0, Projection.O)),
        w.postNorm(),
        zeroed(owner, w.gateUp(), plan, Map.of(0, Projection.GATE, ffn, Projection.UP)),
        zeroed(owner, w.down(), plan, Map.of(0, Projection.DOWN)));
  }

  private static NDArray zeroed(
      NDManager owner, NDArray matrix, LayerPlan plan, Map<Integer, Projection> firstRows) {
    NDArray copy = matrix.duplicate();
    copy.attach(owner);
    int columns = (int) matrix.getShape().get(1);
    long rows = matrix.getShape().get(0);
    for (var part : firstRows.entrySet()) {
      long next =
          firstRows.keySet().stream()
              .filter(r -> r > part.getKey())
              .mapToInt(r -> r)
              .min()
              .orElse((int) rows);
      int pruned = MemoryFootprint.prunedColumns(columns, plan.pruningRatio(part.getValue()));
      float[] mask = new float[columns];
      Arrays.fill(mask, pruned, columns, 1);
      try (NDManager scratch = owner.newSubManager()) {
        NDArray slice =
            SCRIPT.callOne(scratch, "rows_of", copy, part.getKey(), next - part.getKey());
        slice.muli(scratch.create(mask));
      }
    }
    return copy;
  }

  private static float[] answer(NDManager pass, Serving serving, NDArray features) {
    try (KvSequence sequence = serving.pages().newSequence()) {
      serving.prefill(List.of(sequence), new long[] {1, 5, 9}, features);
      long[] text = LongStream.range(100, 140).toArray();
      serving.extend(pass, List.of(sequence), List.of(text)).close();
      return serving.decode(pass, List.of(sequence), new long[] {7}).toFloatArray();
    }
  }

  private static float[] packedAnswer(
      LoadedModel loaded,
      DType type,
      CompressionProfile profile,
      List<LayerWeights> layers,
      NDArray features) {
    try (CompressedModel model =
            CompressedModel.of(
                loaded.checkpoint(),
                Device.cpu(),
                type,
                profile,
                layers::get,
                loaded.model().vision());
        Serving serving = model.serving();
        NDManager pass = model.newManager()) {
      return answer(pass, serving, features);
    }
  }

  private static double weightBytes(Checkpoint checkpoint, CompressionProfile profile) {
    return new MemoryFootprint(DecoderShape.of(checkpoint), new Workload(1, 32))
        .weightBytes(profile);
  }
}
