package io.paretune.udfs.benchmark;

import java.io.Serializable;
import java.util.List;

/**
 * A question about an image.
 *
 * @param sampleId unique within its benchmark
 * @param imageId SHA-256 of the image file's bytes, in hexadecimal: questions that share it share
 *     the image
 * @param question as the user wrote it, without the model's prompt template
 * @param options answers to choose from; empty where the answer is free text
 * @param answers accepted answers; for a choice, one of the options
 * @param category for a breakdown of the score; may be empty
 */
public record Sample(
    String sampleId,
    String imageId,
    String question,
    List<String> options,
    List<String> answers,
    String category)
    implements Serializable {

  public Sample {
    if (sampleId.isEmpty() || imageId.isEmpty()) {
      throw new IllegalArgumentException("a sample has an id and an image");
    }
    if (answers.isEmpty()) {
      throw new IllegalArgumentException("sample " + sampleId + " has no answer");
    }
    options = List.copyOf(options);
    answers = List.copyOf(answers);
  }
}
