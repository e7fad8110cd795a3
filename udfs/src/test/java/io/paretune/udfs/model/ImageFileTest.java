package io.paretune.udfs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.problem.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFileTest {
  private static final String[] FILES = {
    "exact-56.png",
    "interlaced.png",
    "palette-4-bit.png",
    "photo.jpg",
    "progressive.jpg",
    "cmyk.jpg"
  };

  @ParameterizedTest
  @CsvSource({
    "'', is an empty image",
    "hello world, is no image — PNG and JPEG can be read",
    "GIF89a, is a GIF image — PNG and JPEG can be read",
    "RIFFxxxxWEBP, is a WebP image — PNG and JPEG can be read",
    "x, is no image"
  })
  void whatIsNoPngOrJpegIsRefused(String content, String message) {
    refuses(content.getBytes(StandardCharsets.ISO_8859_1), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"large.png", "interlaced.png", "photo.jpg", "progressive.jpg", "gray.jpg"})
  void aTruncatedFileIsRefusedWhereverItEnds(String name) {
    byte[] file = Goldens.image(name);
    for (int length = 3; length < file.length - 20; length += 97) {
      byte[] part = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> ImageFile.decode(part, "row 7"))
          .as("%s cut to %d bytes", name, length)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("row 7: is ");
    }
  }

  @Test
  void aBombIsRefusedByItsHeader() {
    refuses(
        header("exact-56.png", 60_000, 60_000),
        "is an image of 60000 × 60000 pixels; at most 89478485 are read");
    refuses(header("exact-56.png", 0, 5), "is an image of 0 × 5 pixels");
    refuses(header("exact-56.png", -1, 1), "is an image of -1 × 1 pixels");
    // Within the limit, but no deflate stream of this length holds so much.
    refuses(header("palette.png", 9000, 9000), "is truncated: its bytes cannot hold");
    byte[] jpeg = Goldens.image("photo.jpg");
    for (int i = 0; i < jpeg.length - 9; i++) {
      if ((jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == 0xc0) {
        ByteBuffer.wrap(jpeg).putShort(i + 5, (short) 9000).putShort(i + 7, (short) 9000);
        break;
      }
    }
    refuses(jpeg, "is truncated: its bytes cannot hold the 9000 × 9000 pixels");
  }

  @Test
  void aWrongChecksumIsRefused() {
    byte[] file = Goldens.image("large.png");
    file[200] ^= 1;
    refuses(file, "is a damaged image: the checksum of its IDAT is wrong");
  }

  @Property(tries = 300)
  void damageIsBlamedOnTheInputOrHarmless(
      @ForAll @IntRange(max = 5) int which,
      @ForAll @IntRange(max = 1_000_000) int where,
      @ForAll byte value) {
    byte[] file = Goldens.image(FILES[which]);
    file[where % file.length] = value;
    assertThatCode(() -> decodeOrBlame(file)).doesNotThrowAnyException();
  }

  private static void decodeOrBlame(byte[] file) {
    try {
      ImageFile.decode(file, "row 7");
    } catch (InvalidInputException e) {
      assertThat(e).hasMessageStartingWith("row 7: is ");
    }
  }

  private static void refuses(byte[] file, String message) {
    assertThatThrownBy(() -> ImageFile.decode(file, "row 7"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("row 7: ")
        .hasMessageContaining(message);
  }

  /** A PNG whose header, with a right checksum, says another size. */
  private static byte[] header(String name, int width, int height) {
    byte[] file = Goldens.image(name);
    CRC32 crc = new CRC32();
    ByteBuffer.wrap(file).putInt(16, width).putInt(20, height);
    crc.update(file, 12, 17);
    ByteBuffer.wrap(file).putInt(29, (int) crc.getValue());
    return file;
  }
}
