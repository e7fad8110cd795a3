package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.model.ImageProcessor;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.VisionWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * From image files to what the decoder sees of them.
 *
 * @param model whose vision tower and projector run
 * @param processor resizes and normalises as the checkpoint says
 * @param weights of vision tower and projector
 */
public record ImageEncoding(
    MultimodalModel model, ImageProcessor processor, VisionWeights weights) {
  /** Images in a forward: enough for full matrix products, few enough to stay in the cache. */
  private static final int BATCH = 16;

  /** By the dense weights. */
  public ImageEncoding(MultimodalModel model, ImageProcessor processor) {
    this(model, processor, model.vision());
  }

  /**
   * An image file.
   *
   * @param imageId what to call it in an error
   * @param bytes PNG, JPEG or whatever the processor reads
   */
  public record Image(String imageId, byte[] bytes) {}

  /**
   * The projected tokens of each image, row-major (T, H), in the given order.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException if one cannot be decoded
   */
  public List<float[]> encode(List<Image> images) {
    return encode(images, () -> false);
  }

  /**
   * The same for somebody who may give it up.
   *
   * @param cancelled asked before each forward
   * @throws CancelledException if it became true
   */
  public List<float[]> encode(List<Image> images, BooleanSupplier cancelled) {
    List<float[]> features = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i += BATCH) {
      CancelledException.throwIf(cancelled);
      List<float[]> pixels =
          images.subList(i, Math.min(images.size(), i + BATCH)).stream()
              .map(image -> processor.pixels(image.bytes(), "image " + image.imageId()))
              .toList();
      try (NDManager pass = model.newManager()) {
        NDArray encoded = model.imageFeatures(pass, pixels, weights); // (I, T, H)
        float[] all = encoded.toFloatArray();
        int each = all.length / pixels.size();
        for (int k = 0; k < pixels.size(); k++) {
          features.add(Arrays.copyOfRange(all, k * each, (k + 1) * each));
        }
      }
    }
    return features;
  }
}
