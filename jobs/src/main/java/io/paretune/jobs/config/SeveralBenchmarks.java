package io.paretune.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The key {@code benchmarks}: a list of objects, each one benchmark. */
final class SeveralBenchmarks {
  private static final Key<String> NAME = Key.name("name");
  private static final Key<List<String>> SAMPLES = Key.locations("samples");
  private static final Key<Optional<BenchmarkFormat>> FORMAT = format("format").optional();
  private static final Key<Optional<String>> IMAGES = Key.location("images").optional();
  private static final Key<Optional<Double>> WEIGHT = Key.weight("weight").optional();
  private static final String ANSWERING = "answering";
  private static final Key<Optional<EvaluationMode>> SEARCHED = answering("search").optional();
  private static final Key<Optional<EvaluationMode>> CONFIRMED = answering("confirm").optional();
  private static final Set<String> KNOWN =
      new TreeSet<>(
          Set.of(
              NAME.path(),
              SAMPLES.path(),
              FORMAT.path(),
              IMAGES.path(),
              WEIGHT.path(),
              SEARCHED.path(),
              CONFIRMED.path()));

  static final Key<Optional<List<BenchmarkPart>>> KEY =
      new Key<>(
              "benchmarks",
              "a list of objects { name, samples, format, images, weight, answering }",
              (config, path) -> parts(config, path))
          .optional();

  private SeveralBenchmarks() {}

  static Key<BenchmarkFormat> format(String path) {
    return Key.oneOf(path, BenchmarkFormat.values(), BenchmarkFormat::key);
  }

  private static Key<EvaluationMode> answering(String when) {
    return Key.oneOf(ANSWERING + "." + when, EvaluationMode.values(), EvaluationMode::key);
  }

  /** The keys of an element, those of its {@code answering} with it before them. */
  private static Set<String> keys(Config element) {
    Set<String> keys = new LinkedHashSet<>();
    element
        .root()
        .forEach(
            (key, value) -> {
              if (key.equals(ANSWERING) && value instanceof ConfigObject inner) {
                inner.keySet().forEach(own -> keys.add(ANSWERING + "." + own));
              } else {
                keys.add(key);
              }
            });
    return keys;
  }

  private static List<BenchmarkPart> parts(Config config, String path) {
    List<? extends Config> elements = config.getConfigList(path);
    if (elements.isEmpty()) {
      throw new IllegalArgumentException("an empty list");
    }
    Problems problems = new Problems();
    List<BenchmarkPart> parts = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < elements.size(); i++) {
      String where = path + "[" + i + "]";
      Config element = elements.get(i);
      for (String key : keys(element)) {
        if (!KNOWN.contains(key)) {
          problems.add(
              where, "there is no such key: " + key, "keys are " + String.join(", ", KNOWN));
        }
      }
      String name = read(NAME, element, where, "", problems);
      if (!name.isEmpty() && !names.add(name)) {
        problems.add(where, "the name \"" + name + "\" is given twice", "name each differently");
      }
      parts.add(
          new BenchmarkPart(
              name,
              read(SAMPLES, element, where, List.of(), problems),
              read(FORMAT, element, where, Optional.<BenchmarkFormat>empty(), problems)
                  .orElse(BenchmarkFormat.GENERIC),
              read(IMAGES, element, where, Optional.empty(), problems),
              read(WEIGHT, element, where, Optional.<Double>empty(), problems).orElse(1.0),
              read(SEARCHED, element, where, Optional.empty(), problems),
              read(CONFIRMED, element, where, Optional.empty(), problems)));
    }
    problems.throwIfAny();
    return parts;
  }

  private static <T> T read(
      Key<T> key, Config element, String where, T otherwise, Problems problems) {
    try {
      return key.read(element);
    } catch (ConfigException.Missing e) {
      problems.add(where, key.path() + " is not set", "must be " + key.expected());
    } catch (ConfigException | IllegalArgumentException e) {
      problems.add(where, key.path() + " is wrong", "must be " + key.expected());
    } catch (InvalidInputException e) {
      for (Problem p : e.problems()) {
        problems.add(where, key.path() + " " + p.what(), p.remedy());
      }
    }
    return otherwise;
  }
}
