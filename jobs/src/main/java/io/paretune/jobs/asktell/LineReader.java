package io.paretune.jobs.asktell;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Lines of UTF-8 of bounded length: one that is too long is skipped, not held in memory. */
final class LineReader {
  private final InputStream in;
  private final int mostBytes;

  LineReader(InputStream in, int mostBytes) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.mostBytes = mostBytes;
  }

  /** A line's text, or what is wrong with it. */
  record Line(String text, String problem) {}

  /** The next line without its end; empty at the end of the input. */
  Optional<Line> next() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean any = false;
    boolean tooLong = false;
    int b;
    while ((b = in.read()) >= 0 && b != '\n') {
      any = true;
      if (bytes.size() < mostBytes) {
        bytes.write(b);
      } else {
        tooLong = true;
      }
    }
    if (b < 0 && !any) {
      return Optional.empty();
    }
    if (tooLong) {
      return Optional.of(new Line("", "the line is longer than " + mostBytes + " bytes"));
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.toByteArray()))
              .toString();
      return Optional.of(new Line(text, ""));
    } catch (CharacterCodingException e) {
      return Optional.of(new Line("", "the line is not UTF-8"));
    }
  }
}
