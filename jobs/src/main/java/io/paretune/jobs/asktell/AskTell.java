package io.paretune.jobs.asktell;

import com.google.gson.JsonObject;
import io.paretune.jobs.search.SamplerName;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Study;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code ask-tell --space FILE --seed N [--sampler tpe-guided|tpe|random]}: the sampler alone, one
 * JSON line of answer for each line of request, until the input ends.
 */
public final class AskTell {
  private static final Set<String> OPTIONS = Set.of("--space", "--seed", "--sampler");
  private static final int MOST_BYTES_A_LINE = 16 << 20;
  private static final long MOST_BYTES_A_SPACE = 64L << 20;

  private AskTell() {}

  /**
   * Serves until the input ends.
   *
   * @return the exit status: 0 at the end of the input, 2 for a wrong command line or space, 1 if
   *     the input cannot be read or the answers cannot be written
   */
  public static int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
    // JSON is UTF-8 whatever the locale says.
    PrintStream answers = new PrintStream(out, false, StandardCharsets.UTF_8);
    Study study;
    try {
      study = study(args);
    } catch (InvalidInputException e) {
      for (Problem problem : e.problems()) {
        err.println(problem);
      }
      return 2;
    }
    AskTellProtocol protocol = new AskTellProtocol(study);
    LineReader lines = new LineReader(in, MOST_BYTES_A_LINE);
    try {
      for (Optional<LineReader.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
        LineReader.Line read = line.get();
        JsonObject answer =
            read.problem().isEmpty()
                ? protocol.answer(read.text())
                : AskTellProtocol.error(read.problem());
        answers.print(answer + "\n");
        answers.flush();
        if (answers.checkError()) {
          err.println("stdout: cannot be written, the reader is gone");
          return 1;
        }
      }
      return 0;
    } catch (IOException e) {
      err.println("stdin: cannot be read: " + e.getMessage());
      return 1;
    }
  }

  private static Study study(List<String> args) {
    Problems problems = new Problems();
    Map<String, String> options = options(args, problems);
    long seed = 0;
    String given = options.getOrDefault("--seed", "0");
    try {
      seed = Long.parseLong(given);
    } catch (NumberFormatException e) {
      problems.add("--seed", "must be a whole number, was \"" + given + "\"");
    }
    String name = options.getOrDefault("--sampler", SamplerName.TPE_GUIDED.key());
    Optional<SamplerName> sampler = SamplerName.ofKey(name);
    if (sampler.isEmpty()) {
      problems.add("--sampler", "must be one of " + SamplerName.keys() + ", was \"" + name + "\"");
    }
    SearchSpace space = problems.collect(() -> space(options.get("--space")));
    problems.throwIfAny();
    if (space == null) {
      throw new IllegalStateException("a space that cannot be read is a problem");
    }
    return new Study(space, sampler.orElseThrow().create(seed));
  }

  private static SearchSpace space(@Nullable String file) {
    if (file == null) {
      throw new InvalidInputException(
          "--space", "is missing", "give the search space: --space FILE.json");
    }
    Path path;
    try {
      path = Path.of(file);
    } catch (InvalidPathException e) {
      throw new InvalidInputException("--space", "is no file name: \"" + file + "\"");
    }
    try {
      if (Files.size(path) > MOST_BYTES_A_SPACE) {
        throw new InvalidInputException(file, "is larger than 64 MiB");
      }
      return SpaceJson.parse(file, Files.readString(path, StandardCharsets.UTF_8));
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file, "is not UTF-8 text");
    } catch (IOException e) {
      String why = Files.exists(path) ? "cannot be read" : "does not exist";
      throw new InvalidInputException(file, why, "give a readable JSON file with --space");
    }
  }

  private static Map<String, String> options(List<String> args, Problems problems) {
    Map<String, String> options = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      int equals = arg.indexOf('=');
      String name = equals > 0 ? arg.substring(0, equals) : arg;
      if (!OPTIONS.contains(name)) {
        problems.add(
            "command line",
            "unknown argument \"" + arg + "\"",
            "ask-tell --space FILE --seed N [--sampler NAME]");
        continue;
      }
      if (!seen.add(name)) {
        problems.add(name, "is given more than once");
      }
      if (equals > 0) {
        options.put(name, arg.substring(equals + 1));
      } else if (i + 1 < args.size()) {
        options.put(name, args.get(++i));
      } else {
        problems.add(name, "needs a value");
      }
    }
    return options;
  }
}
