package io.paretune.udfs.model;

import io.paretune.udfs.problem.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What the samples of a PNG's rows mean: gray, RGB or palette, with or without transparency. */
final class PngPixels {
  private static final int GRAY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GRAY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;
  private static final int NO_KEY = -1;
  private static final int OPAQUE = 255;

  private final String where;
  private final int depth;
  private final int colour;
  private final int channels;
  private final byte[] reds = new byte[256];
  private final byte[] greens = new byte[256];
  private final byte[] blues = new byte[256];
  private final int[] alphas = new int[256];
  private int paletteSize;

  /** The samples that count as transparent, in an image without alpha. */
  private final int[] key = {NO_KEY, NO_KEY, NO_KEY};

  private PngPixels(String where, int depth, int colour, int channels) {
    this.where = where;
    this.depth = depth;
    this.colour = colour;
    this.channels = channels;
    Arrays.fill(alphas, OPAQUE);
  }

  static PngPixels of(String where, int depth, int colour) {
    int channels =
        switch (colour) {
          case GRAY, PALETTE -> 1;
          case GRAY_ALPHA -> 2;
          case RGB -> 3;
          case RGB_ALPHA -> 4;
          default -> 0;
        };
    boolean fits =
        switch (depth) {
          case 1, 2, 4 -> colour == GRAY || colour == PALETTE;
          case 8 -> true;
          case 16 -> colour != PALETTE;
          default -> false;
        };
    if (channels == 0 || !fits) {
      throw ImageFile.damaged(
          where, "colour type %d with %d bits is none of PNG's".formatted(colour, depth));
    }
    return new PngPixels(where, depth, colour, channels);
  }

  int bitsPerPixel() {
    return channels * depth;
  }

  void palette(ByteBuffer entries) {
    if (entries.remaining() % 3 != 0 || entries.remaining() > 3 * 256) {
      throw ImageFile.damaged(where, "its palette has " + entries.remaining() + " bytes");
    }
    paletteSize = entries.remaining() / 3;
    for (int i = 0; i < paletteSize; i++) {
      reds[i] = entries.get();
      greens[i] = entries.get();
      blues[i] = entries.get();
    }
  }

  void transparency(ByteBuffer values) {
    if (colour == PALETTE) {
      for (int i = 0; i < alphas.length && values.hasRemaining(); i++) {
        alphas[i] = values.get() & 0xff;
      }
      return;
    }
    if (values.remaining() < channels * 2) {
      throw ImageFile.damaged(where, "its tRNS is too short");
    }
    if (colour == GRAY || colour == RGB) {
      for (int i = 0; i < channels; i++) {
        key[i] = values.getShort() & 0xffff;
      }
    }
  }

  /** Puts the pixels of an unfiltered row into every {@code step}-th column. */
  void put(byte[] line, int columns, Rgb image, int firstColumn, int row, int step) {
    if (colour == RGB && depth == 8 && key[0] == NO_KEY && step == 1) {
      System.arraycopy(line, 0, image.pixels(), image.at(firstColumn, row), columns * 3);
      return;
    }
    byte[] to = image.pixels();
    int at = image.at(firstColumn, row);
    for (int i = 0; i < columns; i++, at += step * Rgb.CHANNELS) {
      switch (colour) {
        case PALETTE -> {
          int index = sample(line, i);
          if (index >= paletteSize) {
            throw new InvalidInputException(
                where, "is a damaged image: it has no colour " + index + " in its palette");
          }
          set(to, at, reds[index] & 0xff, greens[index] & 0xff, blues[index] & 0xff, alphas[index]);
        }
        case GRAY -> {
          int value = sample(line, i);
          int level = grayLevel(value);
          set(to, at, level, level, level, value == key[0] ? 0 : OPAQUE);
        }
        case GRAY_ALPHA -> {
          int level = byteOf(line, 2 * i);
          set(to, at, level, level, level, byteOf(line, 2 * i + 1));
        }
        case RGB -> {
          boolean transparent =
              sample(line, 3 * i) == key[0]
                  && sample(line, 3 * i + 1) == key[1]
                  && sample(line, 3 * i + 2) == key[2];
          set(
              to,
              at,
              byteOf(line, 3 * i),
              byteOf(line, 3 * i + 1),
              byteOf(line, 3 * i + 2),
              transparent ? 0 : OPAQUE);
        }
        default ->
            set(
                to,
                at,
                byteOf(line, 4 * i),
                byteOf(line, 4 * i + 1),
                byteOf(line, 4 * i + 2),
                byteOf(line, 4 * i + 3));
      }
    }
  }

  /** A gray sample in 8 bits; one of 16 bits is clipped, not scaled, as Pillow does. */
  private int grayLevel(int value) {
    return depth == 16 ? Math.min(value, 255) : value * (255 / ((1 << depth) - 1));
  }

  /** The sample as it is stored. */
  private int sample(byte[] line, int index) {
    if (depth == 8) {
      return line[index] & 0xff;
    }
    if (depth == 16) {
      return (line[2 * index] & 0xff) << 8 | (line[2 * index + 1] & 0xff);
    }
    int bit = index * depth;
    return (line[bit >> 3] & 0xff) >> (8 - depth - (bit & 7)) & ((1 << depth) - 1);
  }

  /** The upper 8 bits of a sample of 8 or 16. */
  private int byteOf(byte[] line, int index) {
    return line[depth == 16 ? 2 * index : index] & 0xff;
  }

  private static void set(byte[] to, int at, int red, int green, int blue, int alpha) {
    to[at] = onWhite(red, alpha);
    to[at + 1] = onWhite(green, alpha);
    to[at + 2] = onWhite(blue, alpha);
  }

  /** Pillow's alpha_composite over an opaque white, with its 7 fractional bits. */
  private static byte onWhite(int value, int alpha) {
    if (alpha == OPAQUE) {
      return (byte) value;
    }
    int sum = value * (alpha << 7) + 255 * ((255 - alpha) << 7) + (0x80 << 7);
    return (byte) ((((sum >> 8) + sum) >> 8) >> 7);
  }
}
