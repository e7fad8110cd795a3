package io.paretune.udfs.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes PNG to RGB with Pillow's conversions; transparency is laid on white as transformers does.
 * Only the chunks that make the pixels are read, and no more is inflated than the pixels need: text
 * and colour profiles, which other readers unpack, cost nothing.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">PNG</a>
 */
final class PngFile {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int INTERLACED = 1;

  /** No deflate stream expands further. */
  private static final long MOST_EXPANSION = 1032;

  /** Adam7: first column, first row, step of columns, step of rows. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  private final ByteBuffer file;
  private final String where;

  PngFile(byte[] file, String where) {
    this.file = ByteBuffer.wrap(file);
    this.where = where;
  }

  static boolean isPng(byte[] file) {
    return file.length >= SIGNATURE.length
        && Arrays.equals(file, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
  }

  Rgb decode() {
    file.position(SIGNATURE.length);
    ByteBuffer header = chunk("IHDR");
    if (header.remaining() != 13) {
      throw ImageFile.damaged(where, "its IHDR has " + header.remaining() + " bytes");
    }
    int width = header.getInt();
    int height = header.getInt();
    int depth = header.get();
    int colour = header.get();
    int compression = header.get();
    int filter = header.get();
    int interlace = header.get();
    ImageFile.requireSize(where, width, height, file.capacity() * MOST_EXPANSION * 8);
    if (compression != 0 || filter != 0 || interlace < 0 || interlace > INTERLACED) {
      throw ImageFile.damaged(where, "unknown compression, filter or interlace method");
    }
    PngPixels pixels = PngPixels.of(where, depth, colour);
    readUpToData(pixels);
    int[][] passes = interlace == INTERLACED ? PASSES : ONE_PASS;
    ImageFile.requireSize(
        where, width, height, file.remaining() * MOST_EXPANSION * 8 / pixels.bitsPerPixel());
    Rgb image = new Rgb(width, height);
    Inflater inflater = new Inflater();
    try {
      for (int[] pass : passes) {
        decodePass(inflater, pixels, image, pass);
      }
    } catch (DataFormatException e) {
      throw ImageFile.damaged(where, "its data do not inflate: " + e.getMessage());
    } finally {
      inflater.end();
    }
    return image;
  }

  /** Reads the chunks between the header and the first of the data. */
  private void readUpToData(PngPixels pixels) {
    while (true) {
      String type = nextType();
      switch (type) {
        case "PLTE" -> pixels.palette(chunk(type));
        case "tRNS" -> pixels.transparency(chunk(type));
        case "IDAT" -> {
          return;
        }
        default -> skip(type);
      }
    }
  }

  private String nextType() {
    if (file.remaining() < 12) {
      throw ImageFile.damaged(where, "it is truncated");
    }
    return type(file.position());
  }

  private String type(int start) {
    return new String(file.array(), start + 4, 4, StandardCharsets.ISO_8859_1);
  }

  private void skip(String type) {
    // Also IEND, where no data came before it.
    if (Character.isUpperCase(type.charAt(0))) {
      throw ImageFile.damaged(where, "its data do not begin where they must");
    }
    file.position(body(file.position()) + Integer.BYTES);
  }

  /** The end of the body of the chunk that starts at {@code start}. */
  private int body(int start) {
    long length = Integer.toUnsignedLong(file.getInt(start));
    if (length > file.limit() - start - 12L) {
      throw ImageFile.damaged(where, "it is truncated");
    }
    return start + 8 + (int) length;
  }

  private ByteBuffer chunk(String expected) {
    int start = file.position();
    if (file.remaining() < 12 || !type(start).equals(expected)) {
      throw ImageFile.damaged(where, "it has no " + expected + " where one must be");
    }
    int end = body(start);
    CRC32 crc = new CRC32();
    crc.update(file.array(), start + 4, end - start - 4);
    if ((int) crc.getValue() != file.getInt(end)) {
      throw ImageFile.damaged(where, "the checksum of its " + expected + " is wrong");
    }
    file.position(end + Integer.BYTES);
    return file.slice(start + 8, end - start - 8);
  }

  private void decodePass(Inflater inflater, PngPixels pixels, Rgb image, int[] pass)
      throws DataFormatException {
    int columns = steps(image.width() - pass[0], pass[2]);
    int rows = steps(image.height() - pass[1], pass[3]);
    if (columns == 0 || rows == 0) {
      return;
    }
    int stride = Math.toIntExact(((long) columns * pixels.bitsPerPixel() + 7) / 8);
    int step = Math.max(1, pixels.bitsPerPixel() / 8);
    byte[] before = new byte[stride];
    byte[] line = new byte[stride];
    byte[] filter = new byte[1];
    for (int row = 0; row < rows; row++) {
      inflate(inflater, filter);
      inflate(inflater, line);
      unfilter(filter[0], line, before, step);
      pixels.put(line, columns, image, pass[0], pass[1] + row * pass[3], pass[2]);
      byte[] swap = before;
      before = line;
      line = swap;
    }
  }

  private static int steps(int length, int step) {
    return length <= 0 ? 0 : (length - 1) / step + 1;
  }

  private void inflate(Inflater inflater, byte[] into) throws DataFormatException {
    int filled = 0;
    while (filled < into.length) {
      int got = inflater.inflate(into, filled, into.length - filled);
      filled += got;
      if (got == 0) {
        if (inflater.finished() || inflater.needsDictionary() || !nextType().equals("IDAT")) {
          throw ImageFile.damaged(where, "it is truncated: its data end before its pixels");
        }
        if (inflater.needsInput()) {
          inflater.setInput(chunk("IDAT"));
        }
      }
    }
  }

  /** Undoes a row's filter (PNG section 9): each byte was stored as a difference. */
  private void unfilter(int filter, byte[] line, byte[] before, int step) {
    switch (filter) {
      case 0 -> {}
      case 1 -> {
        for (int i = step; i < line.length; i++) {
          line[i] += line[i - step];
        }
      }
      case 2 -> {
        for (int i = 0; i < line.length; i++) {
          line[i] += before[i];
        }
      }
      case 3 -> {
        for (int i = 0; i < line.length; i++) {
          int left = i < step ? 0 : line[i - step] & 0xff;
          line[i] += (byte) ((left + (before[i] & 0xff)) / 2);
        }
      }
      case 4 -> {
        for (int i = 0; i < line.length; i++) {
          int left = i < step ? 0 : line[i - step] & 0xff;
          int corner = i < step ? 0 : before[i - step] & 0xff;
          line[i] += (byte) paeth(left, before[i] & 0xff, corner);
        }
      }
      default -> throw ImageFile.damaged(where, "it has a row of the unknown filter " + filter);
    }
  }

  private static int paeth(int left, int up, int corner) {
    int toLeft = Math.abs(up - corner);
    int toUp = Math.abs(left - corner);
    int toCorner = Math.abs(left + up - 2 * corner);
    if (toLeft <= toUp && toLeft <= toCorner) {
      return left;
    }
    return toUp <= toCorner ? up : corner;
  }
}
