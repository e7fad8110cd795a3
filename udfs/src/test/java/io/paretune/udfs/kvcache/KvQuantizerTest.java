package io.paretune.udfs.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.NativeEngine;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class KvQuantizerTest {
  private static final int WIDTH = 16;
  private final KvQuantizer quantizer = new KvQuantizer(Device.cpu());

  @Provide
  Arbitrary<float[]> groups() {
    Arbitrary<Float> magnitudes =
        Arbitraries.of(0f, 1e-9f, 6e-8f, 1e-4f, 1f, 100f, 3e4f, 7e4f, 1e6f, 1e30f, 3e38f);
    Arbitrary<float[]> spread =
        Combinators.combine(
                magnitudes,
                magnitudes,
                Arbitraries.floats().between(-1, 1).array(float[].class).ofSize(WIDTH))
            .as(
                (scale, shift, unit) -> {
                  float[] group = new float[WIDTH];
                  for (int i = 0; i < WIDTH; i++) {
                    group[i] = unit[i] * scale + shift;
                  }
                  return group;
                });
    Arbitrary<float[]> constant =
        Arbitraries.floats()
            .map(
                x -> {
                  float[] group = new float[WIDTH];
                  java.util.Arrays.fill(group, x);
                  return group;
                });
    Arbitrary<float[]> special =
        Arbitraries.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 65504f, -0f, 1f)
            .array(float[].class)
            .ofSize(WIDTH);
    // Halfway between codes: where rounding half to even shows.
    Arbitrary<float[]> halves =
        Arbitraries.integers()
            .between(0, 30)
            .array(int[].class)
            .ofSize(WIDTH)
            .map(
                codes -> {
                  float[] group = new float[WIDTH];
                  for (int i = 0; i < WIDTH; i++) {
                    group[i] = codes[i] * 0.5f;
                  }
                  group[0] = 0;
                  group[1] = 15;
                  return group;
                });
    return Arbitraries.oneOf(spread, constant, special, halves);
  }

  @Provide
  Arbitrary<Integer> bits() {
    return Arbitraries.of(8, 6, 4, 3, 2);
  }

  @Property(tries = 2000)
  void comesBackAsTheNaiveQuantizerSays(@ForAll("groups") float[] group, @ForAll("bits") int bits) {
    try (NDManager manager = NativeEngine.newManager(Device.cpu())) {
      NDArray x = manager.create(group, new Shape(1, WIDTH));
      float[] back = quantizer.fakeQuantize(manager, x, bits).toFloatArray();
      assertThat(back)
          .usingComparator(KvQuantizerTest::compare)
          .isEqualTo(NaiveQuantizer.quantize(group, bits));
    }
  }

  @Property(tries = 1000)
  void bitsUnpackToTheSameValues(@ForAll("groups") float[] group, @ForAll("bits") int bits) {
    try (NDManager manager = NativeEngine.newManager(Device.cpu())) {
      NDArray x = manager.create(group, new Shape(1, WIDTH));
      PackedTensor packed = quantizer.pack(manager, x, bits);
      assertThat(packed.bytes()).isEqualTo(WIDTH * bits / 8 + 4);
      float[] unpacked = quantizer.unpack(manager, packed, x).toFloatArray();
      assertThat(unpacked)
          .usingComparator(KvQuantizerTest::compare)
          .isEqualTo(quantizer.fakeQuantize(manager, x, bits).toFloatArray());
    }
  }

  @Test
  void sixBitsPutFourValuesIntoThreeBytes() {
    try (NDManager manager = NativeEngine.newManager(Device.cpu())) {
      NDArray x = manager.create(new float[] {0, 63, 1, 2, 0, 0, 0, 62}, new Shape(1, 8));
      byte[] codes = quantizer.pack(manager, x, 6).codes().toByteArray();
      // Low four bits of values j and j + 4 in byte j; high two of j, j + 2, j + 4, j + 6 behind.
      assertThat(codes).containsExactly(0x00, 0x0F, 0x01, 0xE2, 0, 0b11000011);
    }
  }

  @Test
  void sixteenBitsTouchNothing() {
    try (NDManager manager = NativeEngine.newManager(Device.cpu())) {
      float[] values = {1e-30f, 3e38f, Float.NEGATIVE_INFINITY, 0.1f};
      NDArray x = manager.create(values, new Shape(1, 4));
      assertThat(quantizer.fakeQuantize(manager, x, 16).toFloatArray()).isEqualTo(values);
    }
  }

  @Test
  void refusesOtherBitsAndWidthsThatBytesDoNotDivide() {
    try (NDManager manager = NativeEngine.newManager(Device.cpu())) {
      NDArray x = manager.ones(new Shape(2, 12));
      assertThatThrownBy(() -> quantizer.fakeQuantize(manager, x, 5))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("bits must be one of [16, 8, 6, 4, 3, 2], was 5");
      assertThatThrownBy(() -> quantizer.pack(manager, x, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("head_dim must be a multiple of 8, was 12");
    }
  }

  /** Bit for bit, but any NaN is any NaN and −0 is 0. */
  private static int compare(float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      if (a[i] != b[i] && !(Float.isNaN(a[i]) && Float.isNaN(b[i]))) {
        return 1;
      }
    }
    return 0;
  }
}
