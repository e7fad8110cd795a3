package io.paretune.udfs.prune;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Projection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A level index on disk, integers big-endian: magic and version (int each), the header's length and
 * CRC32C (int each), the header (JSON: key, and rows and columns by layer and projection); then per
 * layer and projection, in checkpoint order, the levels as {@link LevelMatrix} keeps them and their
 * CRC32C (int).
 */
final class LevelIndexFile {
  private static final int MAGIC = 0x50544c49; // "PTLI"
  private static final int VERSION = 2; // 1 had levels row by row
  private static final int PREAMBLE = 4 * Integer.BYTES;
  private static final int LONGEST_HEADER = 1 << 24;
  private static final Gson GSON = new Gson();

  private LevelIndexFile() {}

  /** The header's JSON; {@code shapes} is rows and columns by layer and projection. */
  private record Header(
      @Nullable String modelId,
      @Nullable String criterion,
      @Nullable String calibrationId,
      @Nullable List<Double> ratios,
      @Nullable List<Map<String, int[]>> shapes) {}

  static void write(
      Path file,
      LevelIndexKey key,
      List<FusedLayer> dense,
      IntFunction<Map<Projection, LevelMatrix>> levelsOfLayer)
      throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IOException(file + " is not a file's name");
    }
    Path unfinished = Files.createTempFile(directory, file.getFileName() + ".", ".unfinished");
    try {
      try (FileChannel out = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        writeHeader(out, key, dense);
        for (int l = 0; l < dense.size(); l++) {
          Map<Projection, LevelMatrix> layer = levelsOfLayer.apply(l);
          for (Projection p : Projection.values()) {
            writeLevels(out, Objects.requireNonNull(layer.get(p), "every projection has levels"));
          }
        }
        out.force(true);
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static void writeHeader(FileChannel out, LevelIndexKey key, List<FusedLayer> dense)
      throws IOException {
    List<Map<String, int[]>> shapes = new ArrayList<>();
    for (FusedLayer weights : dense) {
      Map<String, int[]> layer = new LinkedHashMap<>();
      for (Projection p : Projection.values()) {
        WeightMatrix m = weights.matrix(p);
        layer.put(p.key(), new int[] {m.rows(), m.columns()});
      }
      shapes.add(layer);
    }
    byte[] header =
        GSON.toJson(
                new Header(
                    key.modelId(),
                    key.criterion().key(),
                    key.calibrationId(),
                    key.grid().ratios(),
                    shapes))
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer preamble = ByteBuffer.allocate(PREAMBLE);
    preamble.putInt(MAGIC).putInt(VERSION).putInt(header.length);
    preamble.putInt(checksum(ByteBuffer.wrap(header))).flip();
    writeFully(out, preamble);
    writeFully(out, ByteBuffer.wrap(header));
  }

  private static void writeLevels(FileChannel out, LevelMatrix matrix) throws IOException {
    ByteBuffer levels = matrix.levels();
    int checksum = checksum(levels.duplicate());
    writeFully(out, levels);
    writeFully(out, ByteBuffer.allocate(Integer.BYTES).putInt(0, checksum));
  }

  static LevelIndex open(Path file) throws IOException {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      if (in.size() < PREAMBLE) {
        throw new InvalidInputException(file.toString(), "is not a level index");
      }
      ByteBuffer preamble = in.map(FileChannel.MapMode.READ_ONLY, 0, PREAMBLE);
      if (preamble.getInt() != MAGIC) {
        throw new InvalidInputException(file.toString(), "is not a level index");
      }
      int version = preamble.getInt();
      if (version != VERSION) {
        throw new InvalidInputException(
            file.toString(),
            "a level index of version " + version + ", this program reads " + VERSION,
            "run calibrate again");
      }
      int headerBytes = preamble.getInt();
      int headerChecksum = preamble.getInt();
      if (headerBytes < 0
          || headerBytes > LONGEST_HEADER
          || (long) PREAMBLE + headerBytes > in.size()) {
        throw damaged(file, "a header of " + headerBytes + " bytes");
      }
      ByteBuffer header = in.map(FileChannel.MapMode.READ_ONLY, PREAMBLE, headerBytes);
      if (checksum(header.duplicate()) != headerChecksum) {
        throw damaged(file, "the header's checksum does not match");
      }
      return read(file, in, StandardCharsets.UTF_8.decode(header).toString());
    }
  }

  private static LevelIndex read(Path file, FileChannel in, String json) throws IOException {
    Header header;
    LevelIndexKey key;
    try {
      header = GSON.fromJson(json, Header.class);
      key = key(header);
    } catch (JsonParseException | IllegalArgumentException e) {
      throw damaged(file, "header: " + e.getMessage());
    }
    List<Map<String, int[]>> shapes = header.shapes() == null ? List.of() : header.shapes();
    long at = (long) PREAMBLE + json.getBytes(StandardCharsets.UTF_8).length;
    if (shapes.isEmpty() || at + size(file, shapes) != in.size()) {
      throw damaged(file, "its length of " + in.size() + " bytes is not what its header says");
    }
    List<Map<Projection, LevelMatrix>> matrices = new ArrayList<>();
    for (int l = 0; l < shapes.size(); l++) {
      Map<Projection, LevelMatrix> layer = new EnumMap<>(Projection.class);
      for (Projection p : Projection.values()) {
        int[] shape = shape(file, shapes.get(l), p);
        int rows = shape[0];
        int columns = shape[1];
        int weights = rows * columns;
        ByteBuffer block =
            in.map(FileChannel.MapMode.READ_ONLY, at, (long) weights + Integer.BYTES);
        ByteBuffer levels = block.slice(0, weights);
        if (checksum(levels.duplicate()) != block.getInt(weights)) {
          throw damaged(file, "layer " + l + ", " + p.key() + ": the checksum does not match");
        }
        layer.put(p, new LevelMatrix(key.grid(), rows, columns, levels));
        at += (long) weights + Integer.BYTES;
      }
      matrices.add(layer);
    }
    return new LevelIndex(key, matrices);
  }

  private static LevelIndexKey key(@Nullable Header header) {
    if (header == null
        || header.modelId() == null
        || header.calibrationId() == null
        || header.criterion() == null
        || header.ratios() == null) {
      throw new IllegalArgumentException("a part is missing");
    }
    String criterion = header.criterion();
    return new LevelIndexKey(
        header.modelId(),
        CriterionName.ofKey(criterion)
            .orElseThrow(() -> new IllegalArgumentException("criterion \"" + criterion + "\"")),
        header.calibrationId(),
        new RatioGrid(header.ratios()));
  }

  /** Bytes after the header. */
  private static long size(Path file, List<Map<String, int[]>> shapes) {
    long size = 0;
    for (Map<String, int[]> layer : shapes) {
      for (Projection p : Projection.values()) {
        int[] shape = shape(file, layer, p);
        size += (long) shape[0] * shape[1] + Integer.BYTES;
      }
    }
    return size;
  }

  private static int[] shape(Path file, Map<String, int[]> layer, Projection projection) {
    int[] shape = layer.get(projection.key());
    if (shape == null
        || shape.length != 2
        || shape[0] < 1
        || shape[1] < 1
        || (long) shape[0] * shape[1] > Integer.MAX_VALUE - Integer.BYTES) {
      throw damaged(file, "the shape of " + projection.key() + " is " + Arrays.toString(shape));
    }
    return shape;
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static InvalidInputException damaged(Path file, String what) {
    return new InvalidInputException(
        file.toString(), "the level index is damaged: " + what, "delete it and run calibrate");
  }
}
