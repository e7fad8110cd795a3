package io.paretune.udfs.model;

import io.paretune.udfs.problem.InvalidInputException;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG to RGB. Java's decoder, a libjpeg like Pillow's, only gives the components as they
 * are stored; the colours are made here, since Java would heed embedded profiles and Pillow does
 * not.
 */
final class JpegFile {
  private static final int START_OF_IMAGE = 0xd8;
  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;
  private static final int ADOBE = 0xee;
  private static final int JFIF = 0xe0;

  /** A block of 8 × 8 pixels takes at least one bit, of the component that is sampled most. */
  private static final long MOST_PIXELS_A_BYTE = 8 * 64;

  private final byte[] bytes;
  private final ByteBuffer file;
  private final String where;
  private final List<Integer> components = new ArrayList<>();
  private boolean jfif;
  private int adobeTransform = -1;

  JpegFile(byte[] file, String where) {
    this.bytes = file;
    this.file = ByteBuffer.wrap(file);
    this.where = where;
  }

  static boolean isJpeg(byte[] file) {
    return file.length >= 3
        && (file[0] & 0xff) == 0xff
        && (file[1] & 0xff) == START_OF_IMAGE
        && (file[2] & 0xff) == 0xff;
  }

  Rgb decode() {
    readHeader();
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    List<String> warnings = new ArrayList<>();
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      Raster raster = reader.readRaster(0, null);
      // libjpeg fills what is missing with gray; Pillow refuses such a file.
      for (String warning : warnings) {
        if (warning.contains("Truncated") || warning.contains("Premature")) {
          throw ImageFile.damaged(where, "it is truncated");
        }
      }
      return new JpegColours(where, colourSpace()).toRgb(raster);
    } catch (IOException | RuntimeException e) {
      if (e instanceof InvalidInputException refused) {
        throw refused;
      }
      throw ImageFile.damaged(where, String.valueOf(e.getMessage()));
    } finally {
      reader.dispose();
    }
  }

  /** Walks the markers up to the first scan and checks the size. */
  private void readHeader() {
    file.position(2);
    boolean measured = false;
    while (true) {
      int marker = nextMarker();
      if (marker == START_OF_SCAN) {
        break;
      }
      if (marker == END_OF_IMAGE || file.remaining() < 2) {
        throw ImageFile.damaged(where, "it has no scan");
      }
      int length = file.getShort(file.position()) & 0xffff;
      if (length < 2 || length > file.remaining()) {
        throw ImageFile.damaged(where, "it is truncated");
      }
      ByteBuffer body = file.slice(file.position() + 2, length - 2);
      file.position(file.position() + length);
      if (isFrame(marker)) {
        if (measured) {
          throw ImageFile.damaged(where, "it has two frames");
        }
        readFrame(body);
        measured = true;
      } else if (marker == ADOBE && startsWith(body, "Adobe") && body.remaining() >= 12) {
        adobeTransform = body.get(11) & 0xff;
      } else if (marker == JFIF && startsWith(body, "JFIF\0")) {
        jfif = true;
      }
    }
    if (!measured) {
      throw ImageFile.damaged(where, "it has no frame before its first scan");
    }
  }

  private int nextMarker() {
    while (file.remaining() >= 2) {
      if ((file.get() & 0xff) == 0xff) {
        int marker = file.get(file.position()) & 0xff;
        if (marker != 0xff && marker != 0) {
          file.get();
          return marker;
        }
      }
    }
    throw ImageFile.damaged(where, "it is truncated");
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private void readFrame(ByteBuffer frame) {
    if (frame.remaining() < 6) {
      throw ImageFile.damaged(where, "its frame is too short");
    }
    int precision = frame.get() & 0xff;
    int height = frame.getShort() & 0xffff;
    int width = frame.getShort() & 0xffff;
    int count = frame.get() & 0xff;
    if (precision != 8 || (count != 1 && count != 3 && count != 4)) {
      throw ImageFile.damaged(
          where, "%d components of %d bits cannot be read".formatted(count, precision));
    }
    if (frame.remaining() != 3 * count) {
      throw ImageFile.damaged(where, "its frame has a wrong length");
    }
    ImageFile.requireSize(where, width, height, bytes.length * MOST_PIXELS_A_BYTE);
    for (int i = 0; i < count; i++) {
      components.add(frame.get() & 0xff);
      frame.getShort();
    }
  }

  private static boolean startsWith(ByteBuffer body, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (i >= body.remaining() || body.get(i) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** As libjpeg guesses it (default_decompress_parms in jdapimin.c). */
  private JpegColours.Space colourSpace() {
    return switch (components.size()) {
      case 1 -> JpegColours.Space.GRAY;
      case 4 -> adobeTransform == 2 ? JpegColours.Space.YCCK : JpegColours.Space.CMYK;
      default -> {
        boolean rgb =
            !jfif
                && (adobeTransform == 0
                    || (adobeTransform < 0
                        && components.equals(List.of((int) 'R', (int) 'G', (int) 'B'))));
        yield rgb ? JpegColours.Space.RGB : JpegColours.Space.YCC;
      }
    };
  }
}
