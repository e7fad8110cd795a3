package io.paretune.udfs.model;

/**
 * An 8-bit image of three channels.
 *
 * @param pixels {@code height × width × 3}, row by row: red, green, blue
 */
record Rgb(int width, int height, byte[] pixels) {
  static final int CHANNELS = 3;

  Rgb {
    if (width <= 0 || height <= 0 || pixels.length != (long) CHANNELS * width * height) {
      throw new IllegalArgumentException(
          "%d bytes are no image of %d × %d".formatted(pixels.length, width, height));
    }
  }

  Rgb(int width, int height) {
    this(width, height, new byte[Math.toIntExact((long) CHANNELS * width * height)]);
  }

  /** Where the pixel's red is; green and blue follow. */
  int at(int x, int y) {
    return (y * width + x) * CHANNELS;
  }
}
