package io.paretune.udfs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsHeaderTest {
  @Test
  void readsTensorsInAnyOrderOfTheirPlacesAndIgnoresMetadata() {
    String json =
        """
        {"__metadata__":{"format":"pt"},
         "b":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]},
         "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
         "none":{"dtype":"I64","shape":[0,7],"data_offsets":[16,16]}}   \
        """;
    Map<String, TensorEntry> entries = parse(json, 16);
    assertThat(entries.keySet()).containsExactly("b", "a", "none");
    assertThat(entries.get("b"))
        .isEqualTo(new TensorEntry("b", DType.BF16, List.of(2L, 3L), 4, 16));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"t":{"dtype":"F32","shape":[2],"data_offsets":[0,800]}} | ends at byte 800 of the data, but the file has only 8
          {"t":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}} | has the data_offsets [-8, 0], which are no range
          {"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | has the data_offsets [8, 0], which are no range
          {"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | needs 12 bytes, but data_offsets give it 8
          {"t":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | has a negative size in its shape [-2]
          {"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}} | whose size overflows
          {"t":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]}} | whose size overflows
          {"t":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}} | whose size overflows
          {"t":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}} | has the unknown dtype "Q4"
          {"t":{"dtype":"F32","shape":[2]}} | must have a dtype, a shape and two data_offsets
          {"t":{"dtype":"F32","shape":[2],"data_offsets":[0]}} | must have a dtype, a shape and two data_offsets
          {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | is in the header twice
          {"s":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F16","shape":[3],"data_offsets":[2,8]}} | tensor "t": overlaps s in the file
          {"s":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F16","shape":[1],"data_offsets":[6,8]}} | begins at byte 6 of the data, but s ends at 4
          {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | has 8 bytes of data, but its tensors end at 4
          {"t":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}} | has a list longer than 8
          {"t":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}} | is not the JSON it should be
          {"t":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}} | has a STRING as a size
          {"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}} | has an unknown key x
          {"t":7} | is not the JSON it should be
          [1] | is not the JSON it should be
          {"t" | is not the JSON it should be
          {} x | is not the JSON it should be
          """)
  void refusesAHeaderThatLies(String json, String message) {
    assertThatThrownBy(() -> parse(json, 8))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("m.safetensors")
        .hasMessageContaining(message);
  }

  @Test
  void reportsEveryTensorThatIsWrong() {
    String json =
        """
        {"s":{"dtype":"F33","shape":[1],"data_offsets":[0,4]},
         "t":{"dtype":"F16","shape":[1],"data_offsets":[4,99]}}""";
    assertThatThrownBy(() -> parse(json, 8))
        .hasMessageContaining("tensor \"s\": has the unknown dtype")
        .hasMessageContaining("tensor \"t\": ends at byte 99");
  }

  @ParameterizedTest
  @CsvSource({
    "4, 0, 'is 4 bytes long'",
    "100, 93, 'announces a header of 93 bytes, but the file has only 100'",
    "100, -1, 'announces a header of 18446744073709551615 bytes'",
    "4000000000, 100000001, 'announces a header of 100000001 bytes'",
    "100, 0, 'announces a header of 0 bytes'"
  })
  void refusesALengthThatCannotBe(long fileBytes, long announced, String message) {
    ByteBuffer first = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, announced);
    assertThatThrownBy(() -> SafetensorsHeader.length("m.safetensors", first, fileBytes))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aGiantHeaderOfASparseFileIsRefusedUnread(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("model.safetensors");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 36);
      sparse.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1L << 35).array());
    }
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("announces a header of 34359738368 bytes");
    Files.delete(file);
  }

  @Property(tries = 500)
  void whateverTheBytesOnlyTheInputIsBlamed(@ForAll byte[] json, @ForAll long dataBytes) {
    assertThatCode(() -> blamed(json, Math.abs(dataBytes % 1000))).doesNotThrowAnyException();
  }

  @Property(tries = 500)
  void aValidHeaderWithOneByteChangedIsReadOrRefused(@ForAll("changes") int[] change) {
    byte[] json =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}"
            .getBytes(StandardCharsets.UTF_8);
    json[change[0] % json.length] = (byte) change[1];
    assertThatCode(() -> blamed(json, 8)).doesNotThrowAnyException();
  }

  @Provide
  Arbitrary<int[]> changes() {
    return Arbitraries.integers().between(0, 255).array(int[].class).ofSize(2);
  }

  @Property(tries = 500)
  void noEntryThatIsAcceptedLeavesTheFile(
      @ForAll("numbers") long size, @ForAll("numbers") long begin, @ForAll("numbers") long end) {
    String json =
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[%d,2],\"data_offsets\":[%d,%d]}}"
            .formatted(size, begin, end);
    try {
      TensorEntry entry = parse(json, 64).get("a");
      assertThat(entry.begin()).isZero();
      assertThat(entry.end()).isEqualTo(64);
      assertThat(size).isEqualTo(16);
    } catch (InvalidInputException e) {
      assertThat(e).hasMessageContaining("m.safetensors");
    }
  }

  @Provide
  Arbitrary<Long> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.longs(),
        Arbitraries.of(0L, 1L, 16L, 64L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, 1L << 32));
  }

  private static void blamed(byte[] json, long dataBytes) {
    try {
      SafetensorsHeader.parse("m.safetensors", json, dataBytes);
    } catch (InvalidInputException e) {
      assertThat(e).hasMessageContaining("m.safetensors");
    }
  }

  private static Map<String, TensorEntry> parse(String json, long dataBytes) {
    return SafetensorsHeader.parse(
        "m.safetensors", json.getBytes(StandardCharsets.UTF_8), dataBytes);
  }
}
