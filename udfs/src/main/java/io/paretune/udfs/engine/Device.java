package io.paretune.udfs.engine;

import io.paretune.udfs.problem.InvalidInputException;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where tensors live.
 *
 * @param gpu the GPU's number, or -1 for the CPU
 */
public record Device(int gpu) implements Serializable {
  private static final Pattern NAME = Pattern.compile("cpu|gpu:(\\d{1,4})");

  public Device {
    if (gpu < -1) {
      throw new IllegalArgumentException("a GPU's number must not be negative, was " + gpu);
    }
  }

  public static Device cpu() {
    return new Device(-1);
  }

  /**
   * Reads {@code cpu} or {@code gpu:N}.
   *
   * @throws InvalidInputException for anything else
   */
  public static Device parse(String where, String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new InvalidInputException(
          where, "unknown device \"" + name + "\"", "cpu, or gpu:N with N from 0");
    }
    return matcher.group(1) == null ? cpu() : new Device(Integer.parseInt(matcher.group(1)));
  }

  public boolean isCpu() {
    return gpu < 0;
  }

  ai.djl.Device djl() {
    return isCpu() ? ai.djl.Device.cpu() : ai.djl.Device.gpu(gpu);
  }

  @Override
  public String toString() {
    return isCpu() ? "cpu" : "gpu:" + gpu;
  }
}
