package io.paretune.udfs.model;

import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/**
 * From a JPEG's components to RGB: libjpeg's tables of 16 fractional bits (jdcolor.c), and for four
 * inks Pillow's conversion of values that are stored inverted, as Adobe does.
 */
final class JpegColours {
  /** What the components are. */
  enum Space {
    GRAY,
    RGB,
    YCC,
    CMYK,
    YCCK
  }

  private static final int HALF = 1 << 15;
  private static final int[] RED_OF_CR = new int[256];
  private static final int[] BLUE_OF_CB = new int[256];
  private static final int[] GREEN_OF_CR = new int[256];
  private static final int[] GREEN_OF_CB = new int[256];

  static {
    for (int i = 0; i < 256; i++) {
      int x = i - 128;
      RED_OF_CR[i] = (fixed(1.40200) * x + HALF) >> 16;
      BLUE_OF_CB[i] = (fixed(1.77200) * x + HALF) >> 16;
      GREEN_OF_CR[i] = -fixed(0.71414) * x;
      GREEN_OF_CB[i] = -fixed(0.34414) * x + HALF;
    }
  }

  private final String where;
  private final Space space;

  JpegColours(String where, Space space) {
    this.where = where;
    this.space = space;
  }

  Rgb toRgb(Raster raster) {
    int bands =
        switch (space) {
          case GRAY -> 1;
          case RGB, YCC -> 3;
          case CMYK, YCCK -> 4;
        };
    if (!(raster.getDataBuffer() instanceof DataBufferByte buffer)
        || !(raster.getSampleModel() instanceof PixelInterleavedSampleModel model)
        || model.getNumBands() != bands
        || model.getPixelStride() != bands
        || model.getScanlineStride() != bands * raster.getWidth()) {
      throw ImageFile.damaged(where, "its components are not " + space);
    }
    Rgb image = new Rgb(raster.getWidth(), raster.getHeight());
    byte[] from = buffer.getData();
    byte[] to = image.pixels();
    for (int in = 0, out = 0; out < to.length; in += bands, out += Rgb.CHANNELS) {
      switch (space) {
        case GRAY -> {
          to[out] = from[in];
          to[out + 1] = from[in];
          to[out + 2] = from[in];
        }
        case RGB -> System.arraycopy(from, in, to, out, 3);
        case YCC -> ycc(from, in, to, out);
        case CMYK -> {
          for (int i = 0; i < 3; i++) {
            to[out + i] = ink(from[in + i] & 0xff, from[in + 3] & 0xff);
          }
        }
        case YCCK -> {
          ycc(from, in, to, out);
          for (int i = 0; i < 3; i++) {
            to[out + i] = ink(255 - (to[out + i] & 0xff), from[in + 3] & 0xff);
          }
        }
      }
    }
    return image;
  }

  private static void ycc(byte[] from, int in, byte[] to, int out) {
    int luma = from[in] & 0xff;
    int cb = from[in + 1] & 0xff;
    int cr = from[in + 2] & 0xff;
    to[out] = clip(luma + RED_OF_CR[cr]);
    to[out + 1] = clip(luma + ((GREEN_OF_CB[cb] + GREEN_OF_CR[cr]) >> 16));
    to[out + 2] = clip(luma + BLUE_OF_CB[cb]);
  }

  /** Both values as stored, that is 255 for no ink; {@code white − MULDIV255(colour, white)}. */
  private static byte ink(int stored, int storedBlack) {
    int product = (255 - stored) * storedBlack + 128;
    return clip(storedBlack - (((product >> 8) + product) >> 8));
  }

  private static int fixed(double x) {
    return (int) (x * (1 << 16) + 0.5);
  }

  private static byte clip(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
