package io.paretune.udfs.evaluate;

import io.paretune.udfs.checkpoint.RandomCheckpoint;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.prune.LevelIndexStore;
import io.paretune.udfs.prune.LevelSource;
import io.paretune.udfs.prune.Magnitude;
import io.paretune.udfs.prune.RatioGrid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a change of profile costs: every layer at one ratio after another, so that each changes each
 * time, with room for one candidate, so that what is put out makes room for what comes in its
 * place, as in a long search. One thread; medians after a round that does not count; beside plain
 * copies of as many bytes of as many layers. In bf16 levels are applied by the kernel that GPUs
 * run.
 *
 * <p>Arguments: a model directory, or LAYERS HIDDEN INTERMEDIATE of random weights; 2 4096 11008
 * has layers of LLaVA-1.5-7B's shape, takes 6 GB of memory and 1 GB of disk.
 */
public final class SwitchBenchmark {
  private static final int RATIOS = 19;
  private static final int ROUNDS = 3;
  private static final int HEADS = 32;

  private SwitchBenchmark() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != 1 && arguments.length != 3) {
      throw new IllegalArgumentException("MODEL, or LAYERS HIDDEN INTERMEDIATE");
    }
    Path model = Path.of(arguments[0]);
    if (arguments.length == 3) {
      Path parent = Files.createTempDirectory("random-model");
      model =
          RandomCheckpoint.of(
              parent,
              Integer.parseInt(arguments[0]),
              Integer.parseInt(arguments[1]),
              Integer.parseInt(arguments[2]),
              HEADS);
    }
    LevelSource levels =
        new LevelSource(
            LevelIndexStore.local(Files.createTempDirectory("levels")),
            RatioGrid.ofParts(RATIOS + 1));
    switches(model, Place.HOST, levels);
    switches(model, new Place(Device.cpu(), ComputeType.BF16), levels);
  }

  private static void switches(Path model, Place place, LevelSource levels)
      throws InterruptedException {
    long weights;
    int layers;
    try (HostWeights host = HostWeights.of(model.toAbsolutePath().normalize())) {
      layers = host.layers().size();
      weights = host.layers().get(0).weights();
    }
    int bytes = place.type().dtype().bytes();
    try (ResidentModel resident = ResidentModel.of(model, place, layers * weights * bytes)) {
      double[] millis = new double[ROUNDS * RATIOS];
      for (int i = -RATIOS; i < millis.length; i++) {
        double ratio = (Math.floorMod(i, RATIOS) + 1.0) / (RATIOS + 1);
        List<LayerPlan> plans = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
          plans.add(LayerPlan.of(layer, ratio, 16, 16));
        }
        CompressionProfile profile = CompressionProfile.of(CriterionName.MAGNITUDE, plans);
        long started = System.nanoTime();
        resident.lend(profile, Magnitude::new, Optional.of(levels), () -> false).close();
        if (i >= 0) {
          millis[i] = (System.nanoTime() - started) / 1e6 / layers;
        }
      }
      Arrays.sort(millis);
      double median = millis[millis.length / 2];
      // Each weight and its level are read, and what is left is written.
      double rate = weights * (2.0 * bytes + 1) / median / 1e6;
      double copy = copied(layers, Math.toIntExact(weights * bytes));
      System.out.printf(
          Locale.ROOT,
          "%s: %.2f ms a changed layer of %.1f M weights: %.2f GB/s, %.0f %% of the %.2f of"
              + " copies%n",
          place,
          median,
          weights / 1e6,
          rate,
          100 * rate / copy,
          copy);
    }
  }

  /** GB/s that copies of a model's layers, one after another, read and write; median. */
  private static double copied(int layers, int bytes) {
    List<ByteBuffer> from = new ArrayList<>();
    List<ByteBuffer> to = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      from.add(ByteBuffer.allocateDirect(bytes));
      to.add(ByteBuffer.allocateDirect(bytes));
    }
    double[] rates = new double[RATIOS * layers];
    for (int i = -layers; i < rates.length; i++) {
      int l = Math.floorMod(i, layers);
      long started = System.nanoTime();
      to.get(l).put(0, from.get(l), 0, bytes);
      if (i >= 0) {
        rates[i] = 2.0 * bytes / (System.nanoTime() - started);
      }
    }
    Arrays.sort(rates);
    return rates[rates.length / 2];
  }
}
