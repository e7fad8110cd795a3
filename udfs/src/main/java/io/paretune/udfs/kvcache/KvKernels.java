package io.paretune.udfs.kvcache;

import io.paretune.udfs.engine.KernelText;
import java.util.List;

/** The kernels of quantization and of pages, for those of other packages to call. */
public final class KvKernels {
  public static final List<KernelText> TEXTS =
      List.of(
          KernelText.resource(KvKernels.class, "kv_quantizer.py"),
          KernelText.resource(KvKernels.class, "kv_pages.py"));

  private KvKernels() {}
}
