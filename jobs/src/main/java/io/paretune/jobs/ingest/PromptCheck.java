package io.paretune.jobs.ingest;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.evaluate.QuestionTokenizer;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.spark.Models;
import java.io.Serializable;
import java.util.stream.Collectors;

/**
 * Whether a model's tokenizer can take a question: its options must begin where the prompt ends,
 * and its text must leave the tokens before the image as they are.
 *
 * @param model a Hugging Face directory; empty if no model is known yet
 * @param protocol whose prompts are meant
 */
public record PromptCheck(String model, Protocol protocol) implements Serializable {
  /** Takes every question. */
  public static final PromptCheck NONE = new PromptCheck("", Protocol.LLAVA);

  /** A tokenizer at work; closes the checkpoint it comes from. */
  final class Tokenizing implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final QuestionTokenizer tokenizer;

    private Tokenizing(BenchmarkFormat format) {
      checkpoint = Checkpoint.open(Models.directory(model));
      tokenizer = new QuestionTokenizer(format.benchmark("", protocol), checkpoint);
    }

    /** Why the question cannot be asked; empty if it can. */
    String problem(Sample sample) {
      try {
        tokenizer.prepare(sample);
        return "";
      } catch (InvalidInputException e) {
        return e.problems().stream().map(Problem::what).collect(Collectors.joining("; "));
      }
    }

    @Override
    public void close() {
      checkpoint.close();
    }
  }

  boolean isNone() {
    return model.isEmpty();
  }

  Tokenizing open(BenchmarkFormat format) {
    return new Tokenizing(format);
  }
}
