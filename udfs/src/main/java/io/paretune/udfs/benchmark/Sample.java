package io.paretune.udfs.benchmark;

import java.io.Serializable;
import java.util.List;

/**
 * A question about an image.
 *
 * @param benchmark the benchmark's name; may be empty where there is only one
 * @param sampleId unique within its benchmark
 * @param imageId SHA-256 of the image file's bytes, in hexadecimal: questions that share it share
 *     the image
 * @param question as the user wrote it, without the model's prompt template
 * @param hint what a protocol may tell beside the question (ScienceQA's and MMBench's hint,
 *     TextVQA's OCR tokens); may be empty
 * @param options answers to choose from; empty where the answer is free text
 * @param answers accepted answers; for a choice one of the options, for a choice by letter its
 *     letter
 * @param category for a breakdown of the score; may be empty
 * @param group questions that are judged together (the two of a MME image, the rotations of a
 *     MMBench question); empty where each stands alone
 * @param metric how the project's own format wants generated text judged, as {@link
 *     GenericBenchmark.Metric#key}
 */
public record Sample(
    String benchmark,
    String sampleId,
    String imageId,
    String question,
    String hint,
    List<String> options,
    List<String> answers,
    String category,
    String group,
    String metric)
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

  /** A question that stands alone, of the only benchmark. */
  public Sample(
      String sampleId,
      String imageId,
      String question,
      List<String> options,
      List<String> answers,
      String category) {
    this("", sampleId, imageId, question, "", options, answers, category, "", "");
  }
}
