package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.NativeEngine;
import io.paretune.udfs.engine.PeakMemory;
import io.paretune.udfs.kvcache.KvSequence;
import io.paretune.udfs.model.CompressedModel;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.Serving;
import io.paretune.udfs.model.VisionWeights;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How fast a compressed model serves on this device, measured: requests of an image of noise and a
 * text of random tokens, since neither changes the amount of work.
 *
 * @param ttftSeconds from pixels to the first token of all requests
 * @param decodeSeconds one step, which gives every request a token; median of each run's steps
 * @param weightBytes of the model's tensors
 * @param kvBytes of the pages after the last token
 * @param workspaceBytes that a layer is expanded into
 * @param peakBytes −1 where the system does not tell
 */
public record ServingSpeed(
    Spread ttftSeconds,
    Spread decodeSeconds,
    long weightBytes,
    long kvBytes,
    long workspaceBytes,
    long peakBytes)
    implements Serializable {
  private static final int SEED = 1;
  private static final int UNKNOWN = -1;

  /**
   * Packs the candidate and measures it.
   *
   * @param layers the candidate, borrowed
   * @param vision its vision tower and projector, borrowed
   */
  public static ServingSpeed measure(
      ResidentModel resident,
      Device device,
      LayerStack layers,
      VisionWeights vision,
      SpeedSettings settings) {
    int threadsBefore = NativeEngine.useThreads(settings.threads());
    PeakMemory memory = PeakMemory.from(device);
    try (CompressedModel model =
        CompressedModel.of(
            resident.checkpoint(),
            device,
            settings.type().dtype(),
            layers.profile(),
            layers.weights()::get,
            vision)) {
      memory.reset();
      double[] ttft = new double[settings.runs()];
      double[] decode = new double[settings.runs()];
      long kvBytes = 0;
      for (int run = -settings.warmUps(); run < settings.runs(); run++) {
        try (Serving serving = model.serving()) {
          Timing timing = serve(model, serving, resident, settings);
          if (run >= 0) {
            ttft[run] = timing.first();
            decode[run] = Spread.of(timing.steps()).median();
          }
          kvBytes = serving.pages().bytes();
        }
      }
      OptionalLong peak = memory.bytes();
      return new ServingSpeed(
          Spread.of(ttft),
          Spread.of(decode),
          model.weightBytes(),
          kvBytes,
          model.workspaceBytes(),
          peak.orElse(UNKNOWN));
    } finally {
      NativeEngine.useThreads(threadsBefore);
    }
  }

  /** Seconds of the first token and of every further one. */
  private record Timing(double first, double[] steps) {}

  private static Timing serve(
      CompressedModel model, Serving serving, ResidentModel resident, SpeedSettings settings) {
    Random random = new Random(SEED);
    int side = model.config().vision().imageSize();
    List<float[]> pixels = new ArrayList<>();
    List<long[]> texts = new ArrayList<>();
    for (int b = 0; b < settings.batch(); b++) {
      float[] noise = new float[3 * side * side];
      for (int i = 0; i < noise.length; i++) {
        noise[i] = (float) random.nextGaussian();
      }
      pixels.add(noise);
      texts.add(
          random.longs(settings.textTokens(), 0, model.config().text().vocabSize()).toArray());
    }
    long[] before =
        new QuestionTokenizer(new GenericBenchmark("measure"), resident.checkpoint()).textBefore();
    int prompt = before.length + model.config().imageTokens() + settings.textTokens();
    List<KvSequence> requests =
        IntStream.range(0, settings.batch()).mapToObj(i -> serving.pages().newSequence()).toList();
    serving.pages().reserve(requests, prompt + settings.newTokens());
    double[] steps = new double[settings.newTokens() - 1];
    try (NDManager pass = model.newManager()) {
      long started = System.nanoTime();
      NDArray features = model.imageFeatures(pass, pixels);
      serving.prefill(requests, before, features);
      long[] next = likeliest(serving.extend(pass, requests, texts));
      double first = (System.nanoTime() - started) / 1e9;
      for (int i = 0; i < steps.length; i++) {
        long from = System.nanoTime();
        next = likeliest(serving.decode(pass, requests, next));
        steps[i] = (System.nanoTime() - from) / 1e9;
      }
      return new Timing(first, steps);
    } finally {
      requests.forEach(KvSequence::close);
    }
  }

  /** Reading the tokens waits for the device. */
  private static long[] likeliest(NDArray logProbabilities) {
    try (logProbabilities;
        NDArray best = logProbabilities.argMax(1)) {
      return best.toLongArray();
    }
  }
}
