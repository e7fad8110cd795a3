package io.paretune.udfs.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Judgements and reports equal those of the published code (make_benchmark_goldens.py). */
class PublishedRulesTest {
  private static JsonObject goldens() throws IOException {
    try (InputStream in =
        PublishedRulesTest.class.getResourceAsStream("/goldens/benchmarks.json")) {
      return JsonParser.parseString(
              new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8))
          .getAsJsonObject();
    }
  }

  @TestFactory
  Stream<DynamicTest> judgesAsThePublishedCode() throws IOException {
    return goldens().getAsJsonArray("sets").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .flatMap(
            set ->
                Arrays.stream(Protocol.values())
                    .map(
                        protocol ->
                            DynamicTest.dynamicTest(
                                set.get("benchmark").getAsString() + " " + protocol.key(),
                                () -> check(set, protocol))));
  }

  private static void check(JsonObject set, Protocol protocol) {
    Benchmark benchmark =
        BenchmarkFormat.named(set.get("benchmark").getAsString())
            .orElseThrow()
            .benchmark("b", protocol);
    List<Outcome> outcomes = new ArrayList<>();
    for (JsonElement element : set.getAsJsonArray("rows")) {
      JsonObject row = element.getAsJsonObject();
      Sample sample = sample(row);
      String text = row.get("text").getAsString();
      double expected =
          row.getAsJsonArray("credits")
              .get(List.of(Protocol.values()).indexOf(protocol))
              .getAsDouble();
      assertThat(benchmark.judge(sample, text).credit())
          .as("%s for %s", row, protocol.key())
          .isCloseTo(expected, within(1e-8));
      outcomes.add(benchmark.answered(sample, text));
    }
    Random random = new Random(1);
    List<List<Outcome>> shards = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    outcomes.forEach(o -> shards.get(random.nextInt(3)).add(o));
    Tally merged = shards.stream().map(Tally::of).reduce(Tally.EMPTY, Tally::plus);
    JsonObject report =
        set.getAsJsonArray("reports")
            .get(List.of(Protocol.values()).indexOf(protocol))
            .getAsJsonObject();
    assertSame(protocol.key(), benchmark.report(merged), report);
  }

  private static void assertSame(String where, JsonObject actual, JsonObject expected) {
    assertThat(actual.keySet()).as(where).isEqualTo(expected.keySet());
    for (String key : expected.keySet()) {
      if (expected.get(key).isJsonObject()) {
        assertSame(where + " " + key, actual.getAsJsonObject(key), expected.getAsJsonObject(key));
      } else {
        assertThat(actual.get(key).getAsDouble())
            .as(where + " " + key)
            .isCloseTo(expected.get(key).getAsDouble(), within(1e-9));
      }
    }
  }

  private static Sample sample(JsonObject row) {
    return new Sample(
        "",
        row.get("sample_id").getAsString(),
        row.get("image_id").getAsString(),
        "?",
        "",
        texts(row, "options"),
        texts(row, "answers"),
        row.has("category") ? row.get("category").getAsString() : "",
        row.has("group") ? row.get("group").getAsString() : "",
        "");
  }

  private static List<String> texts(JsonObject row, String key) {
    return row.has(key)
        ? row.getAsJsonArray(key).asList().stream().map(JsonElement::getAsString).toList()
        : List.of();
  }

  @Test
  void contractionsAreThePublishedOnes() throws IOException {
    JsonObject published = goldens().getAsJsonObject("contractions");
    for (String word : published.keySet()) {
      assertThat(VqaAnswers.processed(word)).isEqualTo(published.get(word).getAsString());
    }
    assertThat(VqaAnswers.contractions())
        .isEqualTo(
            published.keySet().stream()
                .filter(word -> !published.get(word).getAsString().equals(word))
                .collect(java.util.stream.Collectors.toSet()));
  }
}
