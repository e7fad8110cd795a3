package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.engine.KernelText;
import io.paretune.udfs.engine.TorchScript;
import java.util.List;

/** The kernels of quantization and of pages, for those of other packages to call. */
public final class KvKernels {
  public static final List<KernelText> TEXTS =
      List.of(
          KernelText.resource(KvKernels.class, "kv_quantizer.py"),
          KernelText.resource(KvKernels.class, "kv_pages.py"));

  private KvKernels() {}

  /**
   * Bytes of tensors.
   *
   * @param script with {@link #TEXTS}
   */
  public static long bytes(NDManager owner, TorchScript script, List<NDArray> tensors) {
    if (tensors.isEmpty()) {
      return 0;
    }
    try (NDArray bytes = script.callOne(owner, "tensor_bytes", tensors)) {
      return bytes.toLongArray()[0];
    }
  }
}
