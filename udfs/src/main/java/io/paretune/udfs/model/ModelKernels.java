package io.paretune.udfs.model;

import io.paretune.udfs.engine.KernelArchive;
import io.paretune.udfs.engine.KernelText;
import io.paretune.udfs.kvcache.KvQuantizer;
import java.util.List;

/** The kernels that the model runs, as one archive. */
public final class ModelKernels {
  static final List<KernelText> TEXTS =
      List.of(
          KvQuantizer.KERNELS,
          KernelText.resource(ModelKernels.class, "decoder.py"),
          KernelText.resource(ModelKernels.class, "generation.py"),
          KernelText.resource(ModelKernels.class, "vision.py"));

  private ModelKernels() {}

  /** The archive that {@code torch.jit.load} reads. */
  public static byte[] archive() {
    return KernelArchive.of(TEXTS);
  }
}
