package io.paretune.jobs.config;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.util.List;
import java.util.Optional;

/**
 * One benchmark of a study.
 *
 * @param name what its samples are called in the tables
 * @param samples its files: absolute paths, patterns or URIs
 * @param format what they hold
 * @param images where image files are that they name by a path; an absolute path or a URI
 * @param weight of its score among several, above 0
 * @param searchedIfSet how the search has its questions answered, if not as the others'
 * @param confirmedIfSet likewise, what is confirmed
 */
public record BenchmarkPart(
    String name,
    List<String> samples,
    BenchmarkFormat format,
    Optional<String> images,
    double weight,
    Optional<EvaluationMode> searchedIfSet,
    Optional<EvaluationMode> confirmedIfSet) {
  public BenchmarkPart {
    samples = List.copyOf(samples);
  }
}
