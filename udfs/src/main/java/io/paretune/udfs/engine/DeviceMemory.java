package io.paretune.udfs.engine;

import ai.djl.util.cuda.CudaUtils;

/** How much memory a device has. */
public final class DeviceMemory {
  private DeviceMemory() {}

  /**
   * All of a GPU's memory in bytes, used or not.
   *
   * @throws IllegalArgumentException if it is not a GPU
   * @throws IllegalStateException if there is no CUDA, or no such GPU
   */
  public static long total(Device device) {
    if (device.isCpu()) {
      throw new IllegalArgumentException("a GPU is asked for its memory, was " + device);
    }
    if (device.gpu() >= CudaUtils.getGpuCount()) {
      throw new IllegalStateException(
          "the process sees %d GPUs".formatted(CudaUtils.getGpuCount()));
    }
    return CudaUtils.getGpuMemory(device.djl()).getMax();
  }
}
