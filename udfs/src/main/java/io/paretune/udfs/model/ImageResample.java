package io.paretune.udfs.model;

import io.paretune.udfs.checkpoint.ImageProcessorConfig.Resampling;
import java.util.Arrays;

/**
 * Resizes as Pillow does: antialiased separable filters, whose support grows with the factor that
 * the image shrinks by, in two passes (horizontal, then vertical) over 8-bit samples with weights
 * of 22 fractional bits. Every intermediate rounding is Pillow's, so results are equal bit by bit.
 *
 * @see <a href="https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c">the
 *     algorithm</a>
 */
final class ImageResample {
  private static final int PRECISION_BITS = 32 - 8 - 2;

  private ImageResample() {}

  static Rgb resize(Rgb image, int width, int height, Resampling filter) {
    if (width == image.width() && height == image.height()) {
      return image;
    }
    if (filter == Resampling.NEAREST) {
      return nearest(image, width, height);
    }
    Rgb wide =
        width == image.width()
            ? image
            : horizontally(image, Weights.of(image.width(), width, filter));
    return height == image.height()
        ? wide
        : vertically(wide, Weights.of(image.height(), height, filter));
  }

  private static Rgb horizontally(Rgb in, Weights weights) {
    Rgb out = new Rgb(weights.count(), in.height());
    byte[] from = in.pixels();
    byte[] to = out.pixels();
    int at = 0;
    for (int y = 0; y < in.height(); y++) {
      for (int x = 0; x < out.width(); x++) {
        int first = in.at(weights.first[x], y);
        int red = 1 << (PRECISION_BITS - 1);
        int green = red;
        int blue = red;
        int[] row = weights.rows[x];
        for (int i = 0; i < row.length; i++) {
          int weight = row[i];
          red += (from[first + 3 * i] & 0xff) * weight;
          green += (from[first + 3 * i + 1] & 0xff) * weight;
          blue += (from[first + 3 * i + 2] & 0xff) * weight;
        }
        to[at++] = clip(red);
        to[at++] = clip(green);
        to[at++] = clip(blue);
      }
    }
    return out;
  }

  private static Rgb vertically(Rgb in, Weights weights) {
    Rgb out = new Rgb(in.width(), weights.count());
    int stride = in.width() * Rgb.CHANNELS;
    byte[] from = in.pixels();
    byte[] to = out.pixels();
    int[] sums = new int[stride];
    for (int y = 0; y < out.height(); y++) {
      Arrays.fill(sums, 1 << (PRECISION_BITS - 1));
      int[] row = weights.rows[y];
      for (int i = 0; i < row.length; i++) {
        int weight = row[i];
        int start = (weights.first[y] + i) * stride;
        for (int j = 0; j < stride; j++) {
          sums[j] += (from[start + j] & 0xff) * weight;
        }
      }
      for (int j = 0; j < stride; j++) {
        to[y * stride + j] = clip(sums[j]);
      }
    }
    return out;
  }

  private static Rgb nearest(Rgb in, int width, int height) {
    Rgb out = new Rgb(width, height);
    double scaleX = (double) in.width() / width;
    double scaleY = (double) in.height() / height;
    // Adding up, not multiplying: the rounding errors are Pillow's too.
    double fromY = scaleY * 0.5;
    for (int y = 0; y < height; y++, fromY += scaleY) {
      double fromX = scaleX * 0.5;
      for (int x = 0; x < width; x++, fromX += scaleX) {
        int at =
            in.at(Math.min((int) fromX, in.width() - 1), Math.min((int) fromY, in.height() - 1));
        System.arraycopy(in.pixels(), at, out.pixels(), out.at(x, y), Rgb.CHANNELS);
      }
    }
    return out;
  }

  private static byte clip(int sum) {
    int value = sum >> PRECISION_BITS;
    return (byte) (value < 0 ? 0 : Math.min(value, 255));
  }

  /** For each new sample, the old ones it is made of: the first one's place and the weights. */
  private static final class Weights {
    final int[] first;
    final int[][] rows;

    private Weights(int count) {
      first = new int[count];
      rows = new int[count][];
    }

    int count() {
      return first.length;
    }

    static Weights of(int oldSize, int newSize, Resampling filter) {
      double scale = (double) oldSize / newSize;
      double filterScale = Math.max(scale, 1.0);
      double support = support(filter) * filterScale;
      Weights weights = new Weights(newSize);
      for (int i = 0; i < newSize; i++) {
        double center = (i + 0.5) * scale;
        int from = Math.max(0, (int) (center - support + 0.5));
        int to = Math.min(oldSize, (int) (center + support + 0.5));
        double[] exact = new double[to - from];
        double sum = 0;
        for (int j = 0; j < exact.length; j++) {
          exact[j] = weight(filter, (j + from - center + 0.5) * (1.0 / filterScale));
          sum += exact[j];
        }
        int[] row = new int[exact.length];
        for (int j = 0; j < row.length; j++) {
          double share = sum != 0 ? exact[j] / sum : exact[j];
          // Rounds halves away from zero.
          row[j] = (int) ((share < 0 ? -0.5 : 0.5) + share * (1 << PRECISION_BITS));
        }
        weights.first[i] = from;
        weights.rows[i] = row;
      }
      return weights;
    }

    private static double support(Resampling filter) {
      return switch (filter) {
        case NEAREST -> 0;
        case BOX -> 0.5;
        case BILINEAR, HAMMING -> 1;
        case BICUBIC -> 2;
        case LANCZOS -> 3;
      };
    }

    private static double weight(Resampling filter, double x) {
      double distance = Math.abs(x);
      return switch (filter) {
        case NEAREST -> 0;
        case BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
        case BILINEAR -> Math.max(0, 1 - distance);
        case HAMMING -> hamming(distance);
        case BICUBIC -> bicubic(distance);
        case LANCZOS -> -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0;
      };
    }

    private static double hamming(double x) {
      if (x == 0) {
        return 1;
      }
      if (x >= 1) {
        return 0;
      }
      double angle = x * Math.PI;
      return Math.sin(angle) / angle * (0.54 + 0.46 * Math.cos(angle));
    }

    /** Keys' cubic with a = −0.5. */
    private static double bicubic(double x) {
      double a = -0.5;
      if (x < 1) {
        return ((a + 2) * x - (a + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static double sinc(double x) {
      double angle = x * Math.PI;
      return x == 0 ? 1 : Math.sin(angle) / angle;
    }
  }
}
