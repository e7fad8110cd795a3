package io.paretune.udfs.model;

import io.paretune.udfs.problem.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Image files: told apart by their first bytes, measured by their header, then decoded to RGB. */
final class ImageFile {
  /** Pillow's own limit, against files that are small and pictures that are not. */
  static final long MAX_PIXELS = 89_478_485;

  /** Formats that occur in benchmarks and are not read. */
  private static final List<Map.Entry<String, String>> OTHERS =
      List.of(
          Map.entry("GIF8", "GIF"),
          Map.entry("RIFF", "WebP"),
          Map.entry("BM", "BMP"),
          Map.entry("II*\0", "TIFF"),
          Map.entry("MM\0*", "TIFF"));

  private ImageFile() {}

  /**
   * Decodes a PNG or JPEG file.
   *
   * @throws InvalidInputException if it is no such file, is damaged or too large
   */
  static Rgb decode(byte[] file, String where) {
    if (PngFile.isPng(file)) {
      return new PngFile(file, where).decode();
    }
    if (JpegFile.isJpeg(file)) {
      return new JpegFile(file, where).decode();
    }
    if (file.length == 0) {
      throw new InvalidInputException(where, "is an empty image");
    }
    String start = new String(file, 0, Math.min(4, file.length), StandardCharsets.ISO_8859_1);
    String kind =
        OTHERS.stream()
            .filter(other -> start.startsWith(other.getKey()))
            .map(other -> "is a " + other.getValue() + " image")
            .findFirst()
            .orElse("is no image");
    throw new InvalidInputException(where, kind, "PNG and JPEG can be read");
  }

  /**
   * Refuses sizes that are nonsense or too large.
   *
   * @param mostPixels what the file's bytes can hold at most, however well they compress
   */
  static void requireSize(String where, long width, long height, long mostPixels) {
    if (width <= 0 || height <= 0) {
      throw new InvalidInputException(
          where, "is an image of %d × %d pixels".formatted(width, height));
    }
    if (width * height > MAX_PIXELS) {
      throw new InvalidInputException(
          where,
          "is an image of %d × %d pixels; at most %d are read"
              .formatted(width, height, MAX_PIXELS));
    }
    if (width * height > mostPixels) {
      throw new InvalidInputException(
          where,
          "is truncated: its bytes cannot hold the %d × %d pixels that it announces"
              .formatted(width, height));
    }
  }

  static InvalidInputException damaged(String where, String what) {
    return new InvalidInputException(where, "is a damaged image: " + what);
  }
}
