package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Sample;
import java.io.Serializable;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How the questions of each benchmark are answered.
 *
 * @param byBenchmark by the benchmark's name; under an empty one if all are answered alike
 */
public record Answering(SortedMap<String, EvaluationMode> byBenchmark) implements Serializable {
  private static final String EVERY = "";
  private static final String NEXT = ",";
  private static final String IS = "=";

  public Answering {
    if (byBenchmark.isEmpty()) {
      throw new IllegalArgumentException("an answering needs at least one way");
    }
    HashSet<EvaluationMode> ways = new HashSet<>(byBenchmark.values());
    if (ways.size() > 1 && byBenchmark.containsKey(EVERY)) {
      throw new IllegalArgumentException("every benchmark needs a name, were " + byBenchmark);
    }
    byBenchmark =
        Collections.unmodifiableSortedMap(
            ways.size() == 1
                ? new TreeMap<>(Map.of(EVERY, ways.iterator().next()))
                : new TreeMap<>(byBenchmark));
  }

  /** Every question of every benchmark in the same way. */
  public static Answering of(EvaluationMode mode) {
    return new Answering(new TreeMap<>(Map.of(EVERY, mode)));
  }

  /** As {@link #key} says. */
  public static Answering ofKey(String key) {
    TreeMap<String, EvaluationMode> modes = new TreeMap<>();
    for (String one : key.split(NEXT, -1)) {
      int at = one.indexOf(IS);
      modes.put(
          at < 0 ? EVERY : one.substring(0, at),
          EvaluationMode.ofKey(at < 0 ? one : one.substring(at + 1)));
    }
    return new Answering(modes);
  }

  /** The name in tables: {@code options}, or {@code gqa=generate,pope=options}. */
  public String key() {
    return byBenchmark.entrySet().stream()
        .map(e -> (e.getKey().isEmpty() ? "" : e.getKey() + IS) + e.getValue().key())
        .collect(Collectors.joining(NEXT));
  }

  /** How a benchmark's questions are answered. */
  public EvaluationMode mode(String benchmark) {
    EvaluationMode mode = byBenchmark.getOrDefault(EVERY, byBenchmark.get(benchmark));
    if (mode == null) {
      throw new IllegalArgumentException(
          "how \"%s\" is answered is not among %s".formatted(benchmark, key()));
    }
    return mode;
  }

  /** Whether the answer to a question is generated. */
  public boolean generates(Benchmark benchmark, Sample sample) {
    return mode(sample.benchmark()).generates(benchmark, sample);
  }

  /** The plainest that comes to the same for these questions. */
  public Answering on(Benchmark benchmark, Collection<Sample> samples) {
    TreeMap<String, EvaluationMode> plain = new TreeMap<>();
    samples.stream()
        .collect(Collectors.groupingBy(Sample::benchmark))
        .forEach((name, own) -> plain.put(name, mode(name).on(benchmark, own)));
    return plain.isEmpty() ? this : new Answering(plain);
  }
}
