package io.paretune.udfs.kvcache;

/** Quantization of one group, value by value, as reference/compression states it. */
final class NaiveQuantizer {
  private NaiveQuantizer() {}

  static float[] quantize(float[] group, int bits) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (float x : group) {
      min = Math.min(min, x); // NaN if x is
      max = Math.max(max, x);
    }
    int levels = (1 << bits) - 1;
    float scale = half((max - min) / levels);
    float zero = half(min);
    float[] back = new float[group.length];
    for (int i = 0; i < group.length; i++) {
      if (!Float.isFinite(scale) || !Float.isFinite(zero)) {
        back[i] = Float.NaN;
      } else if (scale == 0) {
        back[i] = zero;
      } else {
        double code = Math.rint((group[i] - zero) / scale);
        back[i] = (float) Math.max(0, Math.min(levels, code)) * scale + zero;
      }
    }
    return back;
  }

  /** The nearest fp16 value, ties to even: 11 significant bits, steps of 2^-24 near 0. */
  static float half(float x) {
    if (Float.isNaN(x) || Float.isInfinite(x) || x == 0) {
      return x;
    }
    int exponent = Math.max(Math.getExponent(x), -14);
    double step = Math.scalb(1.0, exponent - 10);
    double rounded = Math.rint(x / step) * step;
    return Math.abs(rounded) > 65504 ? Math.copySign(Float.POSITIVE_INFINITY, x) : (float) rounded;
  }
}
