package io.paretune.udfs.engine;

import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much memory work takes at its height, beyond what the process had before. On the CPU it is
 * the kernel's own high-water mark of resident memory (Linux), the JVM's heap included; on a GPU
 * what the device has handed out, which PyTorch's allocator keeps.
 */
public final class PeakMemory {
  private static final Logger LOG = LoggerFactory.getLogger(PeakMemory.class);
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final String CLEAR_HIGH_WATER = "5"; // proc(5)

  private final Device device;
  private final OptionalLong before;

  private PeakMemory(Device device, OptionalLong before) {
    this.device = device;
    this.before = before;
  }

  /** Remembers what the process has now. */
  public static PeakMemory from(Device device) {
    return new PeakMemory(device, device.isCpu() ? status("VmRSS:") : gpu(device));
  }

  /** Forgets heights so far, so that {@link #bytes} is of what comes. */
  public void reset() {
    if (device.isCpu()) {
      try {
        Files.writeString(CLEAR, CLEAR_HIGH_WATER);
      } catch (IOException e) {
        LOG.warn("the peak of memory includes what came before the measurement: {}", e.toString());
      }
    }
  }

  /** The height since {@link #reset}; empty where the system does not tell. */
  public OptionalLong bytes() {
    OptionalLong now = device.isCpu() ? status("VmHWM:") : gpu(device);
    return before.isPresent() && now.isPresent()
        ? OptionalLong.of(Math.max(0, now.getAsLong() - before.getAsLong()))
        : OptionalLong.empty();
  }

  private static OptionalLong gpu(Device device) {
    return OptionalLong.of(CudaUtils.getGpuMemory(device.djl()).getCommitted());
  }

  private static OptionalLong status(String field) {
    if (!Files.isReadable(STATUS)) {
      return OptionalLong.empty();
    }
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(field)) {
          return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) << 10);
        }
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
