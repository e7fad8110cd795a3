package io.paretune.jobs.command;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.ingest.SampleFiles;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.jobs.tables.MeasurementsTable;
import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.NightsTable;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.checkpoint.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Four nights of one study, in their order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RetuneCommandTest {
  private static final String STUDY = "nightly";

  @TempDir static Path shared;
  private static String samples;
  private static String moreSamples;
  private static Warehouse warehouse;

  @BeforeAll
  static void writeSamples() {
    samples = DemoSamples.first(spark(), shared.resolve("s.parquet"), questions(40));
    moreSamples = oneEdited(DemoSamples.first(spark(), shared.resolve("m.parquet"), questions(56)));
    warehouse = Warehouse.at("warehouse", shared.resolve("warehouse").toString());
  }

  /** The same samples, of which the first that is searched has another category. */
  private static String oneEdited(String file) {
    Dataset<Row> rows = spark().read().parquet(file);
    Row first = rows.where(col("split").equalTo("val")).head();
    Column edited = col("sample_id").equalTo(first.<String>getAs("sample_id"));
    return new SampleFiles(spark())
        .writeOne(
            rows.withColumn("category", when(edited, "edited").otherwise(col("category"))),
            shared.resolve("more.parquet"));
  }

  private static Map<String, Integer> questions(int searched) {
    return new TreeMap<>(Map.of("train", 16, "val", searched, "test", 60));
  }

  private static SparkSession spark() {
    return SharedSpark.session();
  }

  private static Ran run(String command, String files, String... more) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(
        List.of(
            "warehouse=" + shared.resolve("warehouse"),
            "model=" + DemoSamples.MODEL,
            "workload=16x128",
            "benchmark.name=demo",
            "benchmark.samples=[\"" + files + "\"]",
            "calibration.samples=16",
            "study.name=" + STUDY,
            "study.shards=2",
            "study.concurrency=1",
            "study.uniform-baseline=[0.5]",
            "study.space.pruning-ratios=[0.0,0.3,0.5,0.7]",
            "study.space.key-value-bits=[16,4]"));
    words.addAll(List.of(more));
    return Ran.command(shared.resolve("logs"), words.toArray(String[]::new));
  }

  private static Ran retune(String date, String files, int trials) {
    return run("retune", files, "--date", date, "retune.trials=" + trials);
  }

  private static List<TrialRecord> trials() {
    return new TrialsTable(spark(), warehouse).ofStudy(STUDY);
  }

  private static List<FrontierRecord> frontier(String date) {
    return new FrontierTable(spark(), warehouse)
        .ofStudy(STUDY).stream().filter(p -> p.runDate().toString().equals(date)).toList();
  }

  private static NightRecord night(String date) {
    return new NightsTable(spark(), warehouse)
        .ofStudy(STUDY).stream()
            .filter(n -> n.runDate().toString().equals(date))
            .findFirst()
            .orElseThrow();
  }

  @Test
  @Order(1)
  void theFirstNightSearchesFromNothing() {
    Ran first = retune("2026-01-20", samples, 2);

    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out())
        .startsWith("Night of 2026-01-20: 0 points of the earlier frontier scored again, 2 ")
        .contains("The first night: nothing to compare with", "Frontier of nightly: hypervolume")
        .contains("not confirmed on held-out questions yet");
    assertThat(trials()).hasSize(3 + 2); // dense, 50 % at 16 and at 4 bits
    assertThat(frontier("2026-01-20"))
        .isNotEmpty()
        .allMatch(p -> p.status() == FrontierStatus.NEW && !p.promoted());

    Map<String, Integer> before = FilesOnDisk.commits(shared.resolve("warehouse"));
    Ran again = retune("2026-01-20", samples, 2);

    assertThat(again).as("the same night again").isEqualTo(first);
    assertThat(FilesOnDisk.commits(shared.resolve("warehouse")))
        .as("it writes nothing")
        .isEqualTo(before);
  }

  @Test
  @Order(2)
  void aNightWithoutNewSamplesAndTrialsKeepsTheFrontierAsItIs() {
    List<FrontierRecord> before = frontier("2026-01-20");
    Map<String, Integer> commits = FilesOnDisk.commits(shared.resolve("warehouse"));

    Ran quiet = retune("2026-01-21", samples, 0);

    assertThat(quiet.status()).as(quiet.err()).isZero();
    assertThat(quiet.out())
        .contains(
            "Benchmark: the same 40 questions",
            "Dense model: accuracy +0.00 points (95 % interval +0.00 to +0.00)");
    Map<String, Integer> written = FilesOnDisk.commits(shared.resolve("warehouse"));
    assertThat(written.keySet()).isEqualTo(commits.keySet());
    assertThat(written.keySet())
        .filteredOn(table -> !written.get(table).equals(commits.get(table)))
        .as("the night and its frontier; nothing else is written")
        .containsExactlyInAnyOrder(FrontierTable.NAME, NightsTable.NAME);
    assertThat(frontier("2026-01-21"))
        .allMatch(p -> p.status() == FrontierStatus.KEPT)
        .extracting(FrontierRecord::trialId, FrontierRecord::score)
        .isEqualTo(
            before.stream()
                .map(p -> org.assertj.core.groups.Tuple.tuple(p.trialId(), p.score()))
                .toList());
  }

  @Test
  @Order(3)
  void newSamplesScoreTheIncumbentsAgainAndShowTheDrift() {
    Set<String> incumbents =
        frontier("2026-01-21").stream().map(p -> p.profile().id()).collect(Collectors.toSet());

    Ran ran = retune("2026-01-22", moreSamples, 1);

    assertThat(ran.status()).as(ran.err()).isZero();
    NightRecord night = night("2026-01-22");
    assertThat(night.previousRunId()).isEqualTo("20260121night");
    assertThat(night.questions()).isEqualTo(new NightRecord.Questions(40, 16, 0, 1));
    assertThat(night.rescored()).isEqualTo(incumbents.size());
    assertThat(night.tried()).isEqualTo(1);
    List<TrialRecord> own = trials().stream().filter(t -> t.runId().equals(night.runId())).toList();
    assertThat(own).allMatch(t -> t.score().orElseThrow().samples() == 56);
    assertThat(own)
        .filteredOn(t -> t.origin() == TrialOrigin.INCUMBENT)
        .extracting(t -> t.profile().id())
        .containsExactlyInAnyOrderElementsOf(incumbents);
    double dense =
        own.stream()
                .filter(TrialRecord::isDense)
                .findFirst()
                .orElseThrow()
                .score()
                .orElseThrow()
                .score()
            - trials().get(0).score().orElseThrow().score();
    assertThat(night.denseDrift().orElseThrow().estimate())
        .isCloseTo(dense, org.assertj.core.api.Assertions.within(1e-12));
    assertThat(night.scoreDrift()).isPresent();
    assertThat(ran.out()).contains("Benchmark: 39 questions as before, 16 new, 0 gone, 1 edited");
    assertThat(frontier("2026-01-22"))
        .allMatch(
            p ->
                p.benchmarkVersion().equals(night.yardstick().benchmarkVersion())
                    || p.status() == FrontierStatus.DROPPED);
  }

  @Test
  @Order(4)
  void confirmedPointsPassTheGateOrSayWhyNot() {
    String[] lenient = {"gate.max-accuracy-loss=0.3", "gate.min-memory-gain=0.2"};

    Ran confirmed = run("confirm", moreSamples, lenient);

    assertThat(confirmed.status()).as(confirmed.err()).isZero();
    List<FrontierRecord> points =
        frontier("2026-01-22").stream().filter(p -> p.status() != FrontierStatus.DROPPED).toList();
    assertThat(points).allMatch(p -> p.confirmedScore().isPresent());
    assertThat(points).as("some of either").anyMatch(FrontierRecord::promoted);
    for (FrontierRecord p : points) {
      boolean small = p.cost().memoryBytes() <= 0.8 * p.cost().denseBytes();
      assertThat(p.gate().contains("of memory, at least 20.0 % wanted")).isEqualTo(!small);
    }
    assertThat(confirmed.out()).contains(", promoted", " points promoted\n");
    Map<String, Integer> before = FilesOnDisk.commits(shared.resolve("warehouse"));
    assertThat(run("confirm", samples, lenient))
        .as("confirmed again, on the night's own questions")
        .isEqualTo(confirmed);
    assertThat(FilesOnDisk.commits(shared.resolve("warehouse")))
        .as("it writes nothing")
        .isEqualTo(before);

    Ran strict = run("frontier", moreSamples, "gate.max-accuracy-loss=0", "gate.max-ttft=1 s");

    assertThat(strict.status()).as(strict.err()).isZero();
    assertThat(frontier("2026-01-22")).noneMatch(FrontierRecord::promoted);
    assertThat(strict.out())
        .contains("its time to the first token was not measured", "Gate: 0 of ");
  }

  @Test
  @Order(5)
  void theGateGetsTheMeasurementsThatItAsksForOnce() {
    String[] measure = {"--for-gate", "--runs", "1", "--warm-ups", "0", "--new-tokens", "2"};

    assertThat(run("measure", moreSamples, measure).out())
        .isEqualTo("gate.max-ttft is not set: the gate asks for no measurement\n");
    String[] limited = append(measure, "gate.max-ttft=1 hour", "gate.threads=1");
    Ran adHoc = run("measure", moreSamples, append(limited, "--batch", "2"));
    assertThat(adHoc.status()).isEqualTo(2);
    assertThat(adHoc.err()).contains("--for-gate: is given with another load than the gate's");
    Ran measured = run("measure", moreSamples, limited);
    assertThat(measured.status()).as(measured.err()).isZero();
    List<MeasurementRecord> rows = new MeasurementsTable(spark(), warehouse).ofStudy(STUDY);
    assertThat(rows).allMatch(m -> m.settings().threads() == 1);
    assertThat(rows)
        .extracting(MeasurementRecord::trialId)
        .containsAll(
            new FrontierTable(spark(), warehouse)
                .latest(STUDY).stream()
                    .filter(p -> !p.profile().layers().isEmpty())
                    .map(p -> OptionalLong.of(p.trialId()))
                    .toList());

    Ran again = run("measure", moreSamples, limited);

    assertThat(again.out()).isEqualTo("every point of the frontier was measured before\n");
    assertThat(new MeasurementsTable(spark(), warehouse).ofStudy(STUDY)).isEqualTo(rows);
    Ran judged =
        run(
            "frontier",
            moreSamples,
            "gate.max-accuracy-loss=0.3",
            "gate.min-memory-gain=0.2",
            "gate.max-ttft=1 hour",
            "gate.threads=1");
    assertThat(judged.out()).doesNotContain("was not measured").doesNotContain("Gate: 0 of");
  }

  @Test
  @Order(6)
  void whatIsPromotedIsExportedOnceAndListed() throws Exception {
    Path exports = shared.resolve("exports/nightly");
    String[] words = {"--promoted", "--to", exports.toString()};
    List<FrontierRecord> promoted =
        new FrontierTable(spark(), warehouse)
            .latest(STUDY).stream().filter(FrontierRecord::promoted).toList();

    Ran first = run("export", samples, words); // others than the night's

    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out())
        .startsWith(promoted.size() + " of ")
        .endsWith(" points promoted: " + exports + "\n");
    JsonObject list =
        JsonParser.parseString(Files.readString(exports.resolve("promoted.json")))
            .getAsJsonObject();
    assertThat(list.get("run_date").getAsString()).isEqualTo("2026-01-22");
    assertThat(list.getAsJsonArray("promoted")).hasSameSizeAs(promoted).isNotEmpty();
    for (FrontierRecord point : promoted) {
      Path model = exports.resolve("trial-" + point.trialId());
      try (Checkpoint written = Checkpoint.open(model)) {
        assertThat(written.modelId().equals(point.modelId()))
            .as("a profile that only quantizes the cache leaves the weights as they are")
            .isEqualTo(point.cost().meanPruningRatio() == 0);
      }
    }
    Map<Path, FileTime> before = FilesOnDisk.times(exports);

    Ran again = run("export", moreSamples, words);

    assertThat(again).isEqualTo(first);
    assertThat(FilesOnDisk.times(exports)).as("the second time writes nothing").isEqualTo(before);

    Path other = exports.resolve("trial-" + promoted.get(0).trialId() + "/profile.json");
    Files.writeString(other, "{\"criterion\":\"ria\",\"layers\":[]}");
    Ran occupied = run("export", moreSamples, words);
    assertThat(occupied.status()).isEqualTo(2);
    assertThat(occupied.err())
        .contains("holds another profile than trial " + promoted.get(0).trialId());
  }

  private static String[] append(String[] words, String... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  @Order(7)
  void refusesANightBeforeTheLastAndADayThatIsNone() {
    Ran earlier = retune("2026-01-19", samples, 0);
    assertThat(earlier.status()).isEqualTo(2);
    assertThat(earlier.err())
        .isEqualTo(
            "--date: is 2026-01-19, and the study \"nightly\" has a night of 2026-01-20 — nights"
                + " run in order: give a later date\n");

    Ran later = retune("9999-12-31", samples, 0);
    assertThat(later.status()).isEqualTo(2);
    assertThat(later.err())
        .startsWith("--date: is 9999-12-31, and today is ")
        .endsWith(
            " (UTC) — give today or an earlier day: nights run in order, and none before it"
                + " could run\n");

    Ran none = retune("yesterday", samples, 0);
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("--date", "must be a day such as 2026-11-22");
  }

  @Test
  @Order(8)
  void aNightTriesATemplateFirstAndATuneAfterItIsARunOfItsOwn() {
    Path template = shared.resolve("template.json");
    Ran written = run("template", moreSamples, "--to", template.toString());
    assertThat(written.status()).as(written.err()).isZero();
    String[] sibling = {
      "study.name=sibling", "study.template=" + template, "study.uniform-baseline=[]"
    };
    String[] night22 = {"retune.trials=1", "study.patience=1", "--date", "2026-01-22"};
    String[] warm = append(sibling, "study.warm-start.studies=[" + STUDY + "]");

    Ran night = run("retune", moreSamples, append(warm, night22));

    assertThat(night.status()).as(night.err()).isZero();
    List<TrialRecord> own = new TrialsTable(spark(), warehouse).ofStudy("sibling");
    assertThat(own).as("no evidence is a trial").allMatch(t -> t.trialId() >= 0);
    List<TrialRecord> tried = own.stream().filter(t -> t.origin() == TrialOrigin.TEMPLATE).toList();
    assertThat(own).extracting(TrialRecord::origin).doesNotContain(TrialOrigin.SAMPLER);
    assertThat(tried).hasSize(1);
    assertThat(frontier("2026-01-22").stream().map(p -> p.profile().id()))
        .containsAll(tried.stream().map(t -> t.profile().id()).toList());
    assertThat(night.out()).contains("Night of 2026-01-22: 0 points", ", 1 candidates tried");
    String[] fromNone = append(sibling, "study.warm-start.studies=[none]", "--date", "2026-01-23");
    Ran wrong = run("retune", moreSamples, fromNone);
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("study \"none\" has no complete trial");

    List<FrontierRecord> ofNight = new FrontierTable(spark(), warehouse).ofStudy("sibling");
    Ran tuned = run("tune", moreSamples, append(sibling, "study.trials=" + own.size()));

    assertThat(tuned.status()).as(tuned.err()).isZero();
    List<TrialRecord> all = new TrialsTable(spark(), warehouse).ofStudy("sibling");
    assertThat(all.get(all.size() - 1).runId()).isNotEqualTo("20260122night");
    List<FrontierRecord> points = new FrontierTable(spark(), warehouse).ofStudy("sibling");
    assertThat(points).as("the night's rows are as they were").containsAll(ofNight);
    assertThat(new FrontierTable(spark(), warehouse).latest("sibling"))
        .isNotEmpty()
        .allMatch(p -> p.runId().equals(all.get(all.size() - 1).runId()));
  }
}
