package io.paretune.jobs.asktell;

import com.google.gson.JsonObject;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Study;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The sampler alone: one JSON line of answer for each line of request, until the input ends. */
public final class AskTell {
  private static final int MOST_BYTES_A_LINE = 16 << 20;
  private static final long MOST_BYTES_A_SPACE = 64L << 20;

  private AskTell() {}

  /**
   * Reads a search space; {@link SpaceJson} is its form.
   *
   * @throws InvalidInputException with every problem found
   */
  public static SearchSpace space(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES_A_SPACE) {
        throw new InvalidInputException(file.toString(), "is larger than 64 MiB");
      }
      return SpaceJson.parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file.toString(), "is not UTF-8 text");
    } catch (IOException e) {
      String why = Files.exists(file) ? "cannot be read" : "does not exist";
      throw new InvalidInputException(
          file.toString(), why, "give a readable JSON file with --space");
    }
  }

  /**
   * Serves until the input ends.
   *
   * @throws IOException if the input cannot be read or the reader of the answers is gone
   */
  public static void serve(Study study, InputStream in, PrintStream out) throws IOException {
    // JSON is UTF-8 whatever the locale says.
    PrintStream answers = new PrintStream(out, false, StandardCharsets.UTF_8);
    AskTellProtocol protocol = new AskTellProtocol(study);
    LineReader lines = new LineReader(in, MOST_BYTES_A_LINE);
    for (Optional<LineReader.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
      LineReader.Line read = line.get();
      JsonObject answer =
          read.problem().isEmpty()
              ? protocol.answer(read.text())
              : AskTellProtocol.error(read.problem());
      answers.print(answer + "\n");
      answers.flush();
      if (answers.checkError()) {
        throw new IOException("standard output cannot be written: the reader is gone");
      }
    }
  }
}
