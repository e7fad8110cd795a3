package io.paretune.jobs.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Whether an image file can be decoded, found out in bounded memory. */
final class ImageInspection {
  /** More than any camera's picture; a file that claims more is a decompression bomb. */
  static final long MAXIMUM_PIXELS = 100_000_000;

  private ImageInspection() {}

  /** What is wrong with the file; empty if nothing is. */
  static String problem(byte[] file) {
    if (file.length == 0) {
      return "image is empty";
    }
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        return "image is of no known format (PNG, JPEG, GIF, BMP)";
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        long width = reader.getWidth(0);
        long height = reader.getHeight(0);
        if (width * height > MAXIMUM_PIXELS) {
          return "image of %d x %d pixels is larger than the %d that are allowed"
              .formatted(width, height, MAXIMUM_PIXELS);
        }
        reader.read(0);
        return "";
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      // ImageIO reports damage by exceptions of many classes.
      return "image cannot be decoded: " + SamplesFiles.firstLine(e);
    }
  }
}
