package io.paretune.udfs.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Sha256Test {
  /** FIPS 180-4's example. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void hashesTextAndBytesAlike() {
    assertThat(Sha256.hex("abc")).isEqualTo(ABC);
    assertThat(Sha256.hex("abc".getBytes(StandardCharsets.US_ASCII))).isEqualTo(ABC);
  }

  @Test
  void namesByTheFirstSixteenDigits() {
    assertThat(Sha256.name("abc")).isEqualTo(ABC.substring(0, 16));
    var pieces = Sha256.digest();
    pieces.update((byte) 'a');
    pieces.update(new byte[] {'b', 'c'});
    assertThat(Sha256.name(pieces)).isEqualTo(ABC.substring(0, 16));
  }
}
