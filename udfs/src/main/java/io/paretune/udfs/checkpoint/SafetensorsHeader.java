package io.paretune.udfs.checkpoint;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file, checked without reading a tensor: 8 bytes of length, then JSON
 * that gives each tensor's type, shape and byte range.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
final class SafetensorsHeader {
  /** The format's own bound on a header. */
  static final long MAX_BYTES = 100_000_000;

  private static final int MAX_PROBLEMS = 100;
  private static final int MAX_RANK = 8;
  private static final int MAX_TENSORS = 1 << 18;
  private static final int MAX_NAME = 1024;

  private final String where;
  private final long dataBytes;
  private final Problems problems = new Problems();
  private int noted;
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();

  private SafetensorsHeader(String where, long dataBytes) {
    this.where = where;
    this.dataBytes = dataBytes;
  }

  /**
   * The header's length, from a file's first 8 bytes.
   *
   * @throws InvalidInputException if the file cannot hold such a header
   */
  static long length(String where, ByteBuffer first8, long fileBytes) {
    if (fileBytes < 8 || first8.remaining() < 8) {
      throw damaged(where, "is " + fileBytes + " bytes long, too short for a safetensors file");
    }
    long length = first8.order(ByteOrder.LITTLE_ENDIAN).getLong(first8.position());
    if (length < 2 || length > MAX_BYTES) {
      throw damaged(
          where,
          "announces a header of "
              + Long.toUnsignedString(length)
              + " bytes; a safetensors header has 2 to "
              + MAX_BYTES);
    }
    if (length > fileBytes - 8) {
      throw damaged(
          where, "announces a header of " + length + " bytes, but the file has only " + fileBytes);
    }
    return length;
  }

  /**
   * Reads the JSON of a header.
   *
   * @param where the file's path, for errors
   * @param json exactly the header's bytes
   * @param dataBytes bytes of the file after the header
   * @return the tensors by their name on disk, in the header's order
   * @throws InvalidInputException with everything that is wrong
   */
  static Map<String, TensorEntry> parse(String where, byte[] json, long dataBytes) {
    SafetensorsHeader header = new SafetensorsHeader(where, dataBytes);
    header.read(new ByteArrayInputStream(json));
    header.checkRanges();
    header.problems.throwIfAny();
    return header.entries;
  }

  private void read(InputStream json) {
    Reader utf8 =
        new InputStreamReader(
            json,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    try (JsonReader reader = new JsonReader(utf8)) {
      reader.setStrictness(Strictness.STRICT);
      reader.beginObject();
      while (reader.hasNext()) {
        String name = reader.nextName();
        if (name.equals("__metadata__")) {
          reader.skipValue();
        } else if (entries.size() + noted >= MAX_TENSORS) {
          throw new MalformedJsonException("it names more than " + MAX_TENSORS + " tensors");
        } else {
          readEntry(reader, name);
        }
      }
      reader.endObject();
      skipPadding(reader);
    } catch (MalformedJsonException
        | EOFException
        | CharacterCodingException
        | IllegalStateException
        | NumberFormatException
        | JsonParseException e) {
      throw damaged(where, "the safetensors header is not the JSON it should be: " + firstLine(e));
    } catch (IOException e) {
      throw damaged(where, "the safetensors header cannot be read: " + firstLine(e));
    }
  }

  private static void skipPadding(JsonReader reader) throws IOException {
    if (reader.peek() != JsonToken.END_DOCUMENT) {
      throw new MalformedJsonException("something follows the header's object");
    }
  }

  private void readEntry(JsonReader reader, String name) throws IOException {
    String dtype = null;
    List<Long> shape = null;
    List<Long> range = null;
    Set<String> seen = new HashSet<>();
    reader.beginObject();
    while (reader.hasNext()) {
      String key = reader.nextName();
      if (!seen.add(key)) {
        throw new MalformedJsonException(shown(name) + " has \"" + key + "\" twice");
      }
      switch (key) {
        case "dtype" -> dtype = reader.nextString();
        case "shape" -> shape = readLongs(reader, name, MAX_RANK);
        case "data_offsets" -> range = readLongs(reader, name, 2);
        default -> throw new MalformedJsonException(shown(name) + " has an unknown key " + key);
      }
    }
    reader.endObject();
    if (name.isBlank() || name.length() > MAX_NAME) {
      note(name, "is no name for a tensor");
    } else if (dtype == null || shape == null || range == null || range.size() != 2) {
      note(name, "must have a dtype, a shape and two data_offsets");
    } else if (entries.containsKey(name)) {
      note(name, "is in the header twice");
    } else {
      TensorEntry entry = checked(name, dtype, shape, range.get(0), range.get(1));
      if (entry != null) {
        entries.put(name, entry);
      }
    }
  }

  private static List<Long> readLongs(JsonReader reader, String name, int most) throws IOException {
    List<Long> numbers = new ArrayList<>(2);
    reader.beginArray();
    while (reader.hasNext()) {
      if (numbers.size() == most) {
        throw new MalformedJsonException(shown(name) + " has a list longer than " + most);
      }
      if (reader.peek() != JsonToken.NUMBER) {
        throw new MalformedJsonException(shown(name) + " has a " + reader.peek() + " as a size");
      }
      // Through the text: nextLong would take 1e3 and 1.0, which are no sizes.
      numbers.add(Long.parseLong(reader.nextString()));
    }
    reader.endArray();
    return numbers;
  }

  private @Nullable TensorEntry checked(
      String name, String dtypeName, List<Long> shape, long begin, long end) {
    DType dtype = DType.ofHeader(dtypeName).orElse(null);
    if (dtype == null) {
      note(name, "has the unknown dtype " + shown(dtypeName));
      return null;
    }
    if (shape.stream().anyMatch(size -> size < 0)) {
      note(name, "has a negative size in its shape " + shape);
      return null;
    }
    if (begin < 0 || end < begin) {
      note(name, "has the data_offsets [" + begin + ", " + end + "], which are no range");
      return null;
    }
    if (end > dataBytes) {
      note(
          name,
          "ends at byte " + end + " of the data, but the file has only " + dataBytes + " of them");
      return null;
    }
    long bytes;
    try {
      bytes = Math.multiplyExact(product(shape), dtype.bytes());
    } catch (ArithmeticException e) {
      note(name, "has the shape " + shape + ", whose size overflows");
      return null;
    }
    if (bytes != end - begin) {
      note(
          name,
          "of shape %s and dtype %s needs %d bytes, but data_offsets give it %d"
              .formatted(shape, dtype, bytes, end - begin));
      return null;
    }
    return new TensorEntry(name, dtype, shape, begin, end);
  }

  /** Overflow counts even when a later size is 0, as in the format's reference reader. */
  private static long product(List<Long> shape) {
    long product = 1;
    for (long size : shape) {
      product = Math.multiplyExact(product, size);
    }
    return product;
  }

  /** Tensors must neither overlap nor leave bytes that belong to none. */
  private void checkRanges() {
    if (!problems.isEmpty()) {
      return;
    }
    List<TensorEntry> byPlace = new ArrayList<>(entries.values());
    byPlace.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    long expected = 0;
    String before = "the header";
    for (TensorEntry entry : byPlace) {
      if (entry.begin() < expected) {
        note(entry.name(), "overlaps " + before + " in the file");
      } else if (entry.begin() > expected) {
        note(
            entry.name(),
            "begins at byte %d of the data, but %s ends at %d"
                .formatted(entry.begin(), before, expected));
      }
      if (entry.end() > expected) {
        expected = entry.end();
        before = entry.name();
      }
    }
    if (expected != dataBytes && problems.isEmpty()) {
      problems.add(
          where,
          "has %d bytes of data, but its tensors end at %d".formatted(dataBytes, expected),
          "fetch the file again");
    }
  }

  private void note(String tensor, String what) {
    if (++noted <= MAX_PROBLEMS) {
      problems.add(where + ": tensor " + shown(tensor), what, "fetch the file again");
    }
  }

  /** A hostile name must not flood the terminal. */
  static String shown(String name) {
    String clean = name.replaceAll("\\p{Cntrl}", "?");
    return '"' + (clean.length() > 120 ? clean.substring(0, 120) + "…" : clean) + '"';
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    String line = message.lines().findFirst().orElse("");
    return line.length() > 300 ? line.substring(0, 300) + "…" : line;
  }

  private static InvalidInputException damaged(String where, String what) {
    return new InvalidInputException(where, what, "fetch the file again");
  }
}
