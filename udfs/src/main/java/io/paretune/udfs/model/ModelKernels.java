package io.paretune.udfs.model;

import io.paretune.udfs.engine.KernelArchive;
import io.paretune.udfs.engine.KernelText;
import io.paretune.udfs.kvcache.KvKernels;
import java.util.List;
import java.util.stream.Stream;

/** The kernels that the model runs, as one archive. */
public final class ModelKernels {
  static final List<KernelText> TEXTS =
      Stream.concat(
              KvKernels.TEXTS.stream(),
              Stream.of("decoder.py", "generation.py", "packed_weights.py", "paged.py", "vision.py")
                  .map(file -> KernelText.resource(ModelKernels.class, file)))
          .toList();

  private ModelKernels() {}

  /** The archive that {@code torch.jit.load} reads. */
  public static byte[] archive() {
    return KernelArchive.of(TEXTS);
  }
}
