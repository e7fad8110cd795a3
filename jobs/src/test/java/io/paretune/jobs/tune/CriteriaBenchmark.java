package io.paretune.jobs.tune;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.fanout.CandidateSpecs;
import io.paretune.jobs.fanout.ShardResults;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.frontier.TextTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.Models;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * Two tables on the held-out questions of a study that {@code ./paretune demo} (or tune and
 * confirm) has run: accuracy at equal memory of every criterion at the uniform profiles of the
 * study's frontier and of the searched profile that fits the same memory; and how far one-shot and
 * sequential masks differ in score and in the weights that go. Arguments: the study's file, then
 * {@code key=value}. After {@code ./paretune demo} and {@code ./mvnw test-compile}, as README's
 * command line for spark-submit with
 *
 * <pre>
 * --driver-class-path 'jobs/target/paretune.jar:jobs/target/test-classes:jobs/target/lib/*' \
 * --class io.paretune.jobs.tune.CriteriaBenchmark jobs/target/paretune.jar conf/studies/demo.conf
 * </pre>
 */
public final class CriteriaBenchmark {
  private static final List<Double> RATIOS = List.of(0.5, 0.6, 0.7);

  private final StudyInputs inputs;
  private final CandidateSpecs candidates;
  private final ShardedBenchmark benchmark;
  private final JavaRDD<PreparedShard> heldOut;

  private CriteriaBenchmark(StudyInputs inputs) {
    this.inputs = inputs;
    this.candidates = Calibrations.candidates(inputs, Optional.empty());
    this.benchmark = inputs.sharded(inputs.split(inputs.config().benchmark().heldOutSplit()));
    this.heldOut = benchmark.prepared().persist(StorageLevel.MEMORY_AND_DISK());
  }

  public static void main(String[] arguments) throws Exception {
    List<String> words = List.of(arguments).subList(1, arguments.length);
    ParetuneConfig config =
        ParetuneConfig.read(
            Optional.of(Path.of(arguments[0])),
            words,
            Set.of("model", "benchmark.name", "benchmark.samples"));
    try (Sessions.Opened session = Sessions.open("criteria benchmark")) {
      StudyInputs inputs = StudyInputs.prepare(session.spark(), config);
      CriteriaBenchmark run = new CriteriaBenchmark(inputs);
      System.out.println(run.equalMemory());
      System.out.println(run.masks());
    }
  }

  private String equalMemory() {
    List<TrialRecord> complete = new Tuning(inputs, Clock.systemUTC()).complete();
    List<TrialRecord> asked = new ArrayList<>(EqualMemory.uniformFront(complete));
    asked.addAll(EqualMemory.foundFront(complete));
    complete.stream().filter(TrialRecord::isDense).forEach(asked::add);
    Map<Long, TrialRecord> distinct = new LinkedHashMap<>();
    asked.forEach(t -> distinct.putIfAbsent(t.trialId(), t));
    Map<Long, TrialScore> scores =
        new Confirmation(inputs, candidates, () -> {}, Clock.systemUTC())
            .run(List.copyOf(distinct.values()))
            .scores();
    List<List<String>> table = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("of dense memory", "mean ratio", "mean bits"));
    for (CriterionName criterion : CriterionName.values()) {
      header.add(criterion.key());
    }
    header.add("searched");
    table.add(header);
    table.add(line(100, CompressionProfile.dense(), bestFound(complete, scores)));
    for (EqualMemory.Pair pair : EqualMemory.of(complete, scores).pairs()) {
      table.add(
          line(
              100.0 * pair.uniform().cost().memoryBytes() / pair.uniform().cost().denseBytes(),
              pair.uniform().profile(),
              pair.foundScore()));
    }
    return "Accuracy at equal memory, held-out questions; the first line is the dense model\n"
        + TextTable.of(table);
  }

  /** The searched profile that fits the dense model's memory, chosen as all others are. */
  private static TrialScore bestFound(List<TrialRecord> complete, Map<Long, TrialScore> heldOut) {
    return EqualMemory.foundFront(complete).stream()
        .max(Comparator.comparingDouble(t -> t.score().orElseThrow().score()))
        .map(t -> Objects.requireNonNull(heldOut.get(t.trialId())))
        .orElseThrow(() -> new IllegalStateException("the study has searched nothing"));
  }

  /** One amount of memory: the profile by every criterion, and what the search found for it. */
  private List<String> line(double percent, CompressionProfile uniform, TrialScore found) {
    List<String> line =
        new ArrayList<>(
            List.of(
                String.format(Locale.ROOT, "%.1f %%", percent),
                String.format(Locale.ROOT, "%.2f", inputs.footprint().meanPruningRatio(uniform)),
                String.format(Locale.ROOT, "%.0f", inputs.footprint().meanKvBits(uniform))));
    for (CriterionName criterion : CriterionName.values()) {
      line.add(
          accuracy(
              score(
                  new CompressionProfile(
                      criterion, uniform.mask(), uniform.kvGrouping(), uniform.layers()))));
    }
    line.add(accuracy(found));
    return line;
  }

  private String masks() throws InterruptedException {
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "criterion",
            "ratio",
            "one-shot",
            "sequential",
            "points",
            "pruned weights that differ",
            "by layer"));
    int layers = inputs.footprint().shape().layers();
    for (CriterionName criterion :
        List.of(
            CriterionName.WANDA,
            CriterionName.RIA,
            CriterionName.OPTSPA,
            CriterionName.SPARSEGPT)) {
      for (double ratio : RATIOS) {
        CompressionProfile oneShot = CompressionProfile.uniform(criterion, layers, ratio, 16, 16);
        CompressionProfile sequential = oneShot.withMask(MaskKind.SEQUENTIAL);
        TrialScore one = score(oneShot);
        TrialScore other = score(sequential);
        List<Double> shares = differing(candidates.apply(oneShot), candidates.apply(sequential));
        table.add(
            List.of(
                criterion.key(),
                Double.toString(ratio),
                accuracy(one),
                accuracy(other),
                String.format(Locale.ROOT, "%+.1f", 100 * (other.score() - one.score())),
                percent(shares.stream().mapToDouble(s -> s).average().orElseThrow()),
                String.join(" ", shares.stream().map(CriteriaBenchmark::percent).toList())));
      }
    }
    return "One-shot and sequential masks, held-out questions\n" + TextTable.of(table);
  }

  private TrialScore score(CompressionProfile profile) {
    return ShardResults.score(
        inputs.benchmark(),
        benchmark
            .answers(heldOut, candidates.apply(profile), Answering.of(EvaluationMode.OPTIONS))
            .stream()
            .map(a -> Tally.of(a.outcomes()))
            .reduce(Tally.EMPTY, Tally::plus));
  }

  private static String accuracy(TrialScore score) {
    return String.format(Locale.ROOT, "%.4f", score.score());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** By layer, the share of the weights that one of them prunes which the other keeps. */
  private List<Double> differing(CandidateSpec one, CandidateSpec other)
      throws InterruptedException {
    ResidentModel resident =
        ResidentModel.of(
            Models.directory(inputs.source().location()),
            Place.HOST,
            inputs.source().prunedLayerBytes());
    List<Double> shares = new ArrayList<>();
    try (ResidentModel.Candidate a = one.borrow(resident);
        ResidentModel.Candidate b = other.borrow(resident)) {
      for (int l = 0; l < a.layers().weights().size(); l++) {
        long gone = 0;
        long differ = 0;
        List<float[]> x = matrices(a.layers().weights().get(l));
        List<float[]> y = matrices(b.layers().weights().get(l));
        for (int m = 0; m < x.size(); m++) {
          for (int w = 0; w < x.get(m).length; w++) {
            boolean pruned = x.get(m)[w] == 0;
            gone += pruned ? 1 : 0;
            differ += pruned && y.get(m)[w] != 0 ? 1 : 0;
          }
        }
        shares.add((double) differ / gone);
      }
    }
    return shares;
  }

  private static List<float[]> matrices(LayerWeights weights) {
    return List.of(
        weights.qkv().toFloatArray(),
        weights.output().toFloatArray(),
        weights.gateUp().toFloatArray(),
        weights.down().toFloatArray());
  }
}
