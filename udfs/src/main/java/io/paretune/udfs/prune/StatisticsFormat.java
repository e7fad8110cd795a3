package io.paretune.udfs.prune;

import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.prune.ActivationStatistics.SiteSums;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The bytes of activation statistics, big-endian: magic, version, layers, channels of the four
 * sites (int each); per layer and site the tokens (long), then per channel the 128-bit sum (two
 * longs); CRC32C of everything before it (int).
 */
final class StatisticsFormat {
  private static final int MAGIC = 0x50544153; // "PTAS"
  private static final int VERSION = 1;
  private static final int HEADER = 7 * Integer.BYTES;
  private static final int CHECKSUM = Integer.BYTES;

  private StatisticsFormat() {}

  static byte[] write(ActivationStatistics statistics) {
    StatisticsShape shape = statistics.shape();
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size(shape)));
    out.putInt(MAGIC).putInt(VERSION).putInt(shape.layers());
    for (InputSite site : InputSite.values()) {
      out.putInt(shape.channels(site));
    }
    for (int l = 0; l < shape.layers(); l++) {
      for (InputSite site : InputSite.values()) {
        SiteSums sums = statistics.at(l, site);
        out.putLong(sums.tokens());
        for (int c = 0; c < sums.squares().channels(); c++) {
          out.putLong(sums.squares().high(c)).putLong(sums.squares().low(c));
        }
      }
    }
    return out.putInt(checksum(out)).array();
  }

  static ActivationStatistics read(String where, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER + CHECKSUM || in.getInt() != MAGIC) {
      throw new InvalidInputException(where, "is not a file of activation statistics");
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new InvalidInputException(
          where,
          "activation statistics of version " + version + ", this program reads " + VERSION,
          "run calibrate again");
    }
    in.position(bytes.length - CHECKSUM);
    if (in.getInt(bytes.length - CHECKSUM) != checksum(in)) {
      throw damaged(where, "the checksum does not match");
    }
    in.position(2 * Integer.BYTES);
    StatisticsShape shape = readShape(where, in);
    if (size(shape) != bytes.length) {
      throw damaged(where, size(shape) + " bytes expected, were " + bytes.length);
    }
    return new ActivationStatistics(shape, readSums(where, shape, in));
  }

  private static StatisticsShape readShape(String where, ByteBuffer in) {
    int layers = in.getInt();
    Map<InputSite, Integer> channels = new EnumMap<>(InputSite.class);
    for (InputSite site : InputSite.values()) {
      channels.put(site, in.getInt());
    }
    try {
      return new StatisticsShape(layers, channels);
    } catch (IllegalArgumentException e) {
      throw damaged(where, String.valueOf(e.getMessage()));
    }
  }

  private static List<Map<InputSite, SiteSums>> readSums(
      String where, StatisticsShape shape, ByteBuffer in) {
    List<Map<InputSite, SiteSums>> sums = new ArrayList<>();
    for (int l = 0; l < shape.layers(); l++) {
      Map<InputSite, SiteSums> layer = new EnumMap<>(InputSite.class);
      for (InputSite site : InputSite.values()) {
        long tokens = in.getLong();
        long[] high = new long[shape.channels(site)];
        long[] low = new long[high.length];
        boolean negative = tokens < 0;
        for (int c = 0; c < high.length; c++) {
          high[c] = in.getLong();
          low[c] = in.getLong();
          negative |= high[c] < 0;
        }
        if (negative) {
          throw damaged(where, "a count or a sum of squares is negative");
        }
        layer.put(site, new SiteSums(new ExactSums(high, low), tokens));
      }
      sums.add(layer);
    }
    return sums;
  }

  private static long size(StatisticsShape shape) {
    long layer = 0;
    for (InputSite site : InputSite.values()) {
      layer += Long.BYTES + 2L * Long.BYTES * shape.channels(site);
    }
    return HEADER + shape.layers() * layer + CHECKSUM;
  }

  /** Of everything before the buffer's position. */
  private static int checksum(ByteBuffer buffer) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.duplicate().flip());
    return (int) crc.getValue();
  }

  private static InvalidInputException damaged(String where, String what) {
    return new InvalidInputException(
        where, "activation statistics are damaged: " + what, "run calibrate again");
  }
}
