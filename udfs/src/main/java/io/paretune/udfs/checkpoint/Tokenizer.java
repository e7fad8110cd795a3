package io.paretune.udfs.checkpoint;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The tokenizer of a {@code tokenizer.json}. Safe for use by many threads: encoding and decoding
 * read the native tokenizer and change nothing.
 */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;

  private Tokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Loads a tokenizer.
   *
   * @param file a {@code tokenizer.json}
   * @throws InvalidInputException if it is absent or no tokenizer
   */
  public static Tokenizer open(Path file) {
    JsonKeys.readObject(file);
    try {
      // Whatever truncation or padding the file asks for would change what is scored.
      return new Tokenizer(
          HuggingFaceTokenizer.newInstance(
              file, Map.of("truncation", "do_not_truncate", "padding", "do_not_pad")));
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          file.toString(), "is no tokenizer that can be used: " + e.getMessage());
    }
  }

  /** The tokens of a text, with the special tokens (such as BOS) that the file adds. */
  public long[] encode(String text) {
    // HuggingFaceTokenizer.encode also fetches strings, offsets and masks of every token, which
    // takes
    // several times as long as tokenizing.
    TokenizersLibrary library = TokenizersLibrary.LIB;
    long encoding = library.encode(tokenizer.getHandle(), text, true);
    try {
      return library.getTokenIds(encoding);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  /** The text of some tokens, special tokens left out. */
  public String decode(long[] ids) {
    return tokenizer.decode(ids, true);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
