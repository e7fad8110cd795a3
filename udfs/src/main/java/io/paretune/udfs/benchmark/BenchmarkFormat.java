package io.paretune.udfs.benchmark;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The benchmarks that are known, each by the columns of its published files. */
public enum BenchmarkFormat {
  /** The project's own format. */
  GENERIC("generic"),
  POPE("pope"),
  SCIENCE_QA("scienceqa"),
  TEXT_VQA("textvqa"),
  VQA_V2("vqav2"),
  GQA("gqa"),
  MME("mme"),
  MM_BENCH("mmbench");

  private final String key;

  BenchmarkFormat(String key) {
    this.key = key;
  }

  /** The name in configuration and on the command line. */
  public String key() {
    return key;
  }

  /** The benchmark under a name of the user's. */
  public Benchmark benchmark(String name, Protocol protocol) {
    return switch (this) {
      case GENERIC -> new GenericBenchmark(name);
      case POPE -> new Pope(name, protocol);
      case SCIENCE_QA -> new ScienceQa(name, protocol);
      case TEXT_VQA -> new TextVqa(name, protocol);
      case VQA_V2 -> new VqaV2(name, protocol);
      case GQA -> new Gqa(name, protocol);
      case MME -> new Mme(name, protocol);
      case MM_BENCH -> new MmBench(name, protocol);
    };
  }

  /**
   * The benchmark that a name means: case, punctuation and what follows ("pope", "POPE",
   * "ScienceQA-IMG", "sqa", "mmbench_en_dev") do not matter.
   */
  public static Optional<BenchmarkFormat> named(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    String full = plain.startsWith("sqa") ? SCIENCE_QA.key : plain;
    return Arrays.stream(values()).filter(f -> full.startsWith(f.key)).findFirst();
  }
}
