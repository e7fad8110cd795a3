package io.paretune.jobs.config;

import io.paretune.jobs.search.Granularity;
import io.paretune.jobs.search.SamplerName;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.profile.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every key of the configuration; {@code conf/paretune.conf} explains them and holds defaults. */
final class Keys {
  static final Key<String> WAREHOUSE = Key.location("warehouse");
  static final Key<Optional<String>> MODEL = Key.location("model").optional();
  static final Key<Workload> WORKLOAD =
      Key.of("workload", "BATCHxCONTEXT such as 16x4096", t -> Workload.parse("workload", t));

  static final Key<Optional<String>> BENCHMARK_NAME = Key.name("benchmark.name").optional();
  static final Key<Optional<List<String>>> BENCHMARK_SAMPLES =
      Key.locations("benchmark.samples").optional();
  static final Key<BenchmarkFormat> BENCHMARK_FORMAT = SeveralBenchmarks.format("benchmark.format");
  static final Key<Optional<String>> BENCHMARK_IMAGES = Key.location("benchmark.images").optional();
  static final Key<Protocol> PROTOCOL =
      Key.oneOf("benchmark.protocol", Protocol.values(), Protocol::key);
  static final Key<EvaluationMode> ANSWERING_SEARCH =
      Key.oneOf("benchmark.answering.search", EvaluationMode.values(), EvaluationMode::key);
  static final Key<EvaluationMode> ANSWERING_CONFIRM =
      Key.oneOf("benchmark.answering.confirm", EvaluationMode.values(), EvaluationMode::key);
  static final Key<Double> MAX_REJECTED_SHARE = Key.share("benchmark.max-rejected-share");
  static final Key<List<Double>> SPLIT_SHARES = Key.splitShares("benchmark.splits.shares");
  static final Key<Integer> CORESET_QUESTIONS =
      Key.wholeNumber("benchmark.coreset.questions", 0, Integer.MAX_VALUE);
  static final Key<CoresetConfig.By> CORESET_BY =
      Key.oneOf("benchmark.coreset.by", CoresetConfig.By.values(), CoresetConfig.By::key);
  static final Key<String> CALIBRATION_SPLIT = Key.text("benchmark.splits.calibration");
  static final Key<String> SEARCH_SPLIT = Key.text("benchmark.splits.search");
  static final Key<String> HELD_OUT_SPLIT = Key.text("benchmark.splits.held-out");

  static final Key<Integer> CALIBRATION_SAMPLES =
      Key.wholeNumber("calibration.samples", 0, Integer.MAX_VALUE);

  static final Key<CalibrationSelection> CALIBRATION_SELECTION =
      Key.oneOf("calibration.selection", CalibrationSelection.values(), CalibrationSelection::key);

  static final Key<String> STUDY_NAME = Key.name("study.name");
  static final Key<SamplerName> SAMPLER =
      Key.oneOf("study.sampler", SamplerName.values(), SamplerName::key);
  static final Key<Boolean> SENSITIVITIES = Key.yesOrNo("study.sensitivities");
  static final Key<Long> SEED = Key.seed("study.seed");
  static final Key<Integer> TRIALS = Key.wholeNumber("study.trials", 1, 1_000_000);
  static final Key<Optional<Duration>> MAX_DURATION = Key.duration("study.max-duration").optional();
  static final Key<Integer> PATIENCE = Key.wholeNumber("study.patience", 0, 1_000_000);
  static final Key<Optional<String>> TEMPLATE = Key.location("study.template").optional();
  static final Key<List<String>> WARM_START = Key.names("study.warm-start.studies");
  static final Key<Double> WARM_START_WEIGHT = Key.positiveShare("study.warm-start.weight");
  static final Key<Integer> CONCURRENCY = Key.wholeNumber("study.concurrency", 1, 10_000);
  static final Key<Integer> SHARDS = Key.wholeNumber("study.shards", 1, 100_000);
  static final Key<Optional<Double>> RACING_CONFIDENCE =
      Key.confidence("study.racing.confidence").optional();
  static final Key<Integer> RACING_RUNGS = Key.wholeNumber("study.racing.rungs", 1, 1000);
  static final Key<List<Double>> UNIFORM_BASELINE = Key.shares("study.uniform-baseline", 0);

  static final Key<List<CriterionName>> CRITERIA =
      Key.someOneOf("study.space.criterion", CriterionName.values(), CriterionName::key);
  static final Key<MaskKind> MASK = Key.oneOf("study.space.mask", MaskKind.values(), MaskKind::key);
  static final Key<Pattern> PATTERN =
      Key.oneOf("study.space.pattern", Pattern.values(), Pattern::key);
  static final Key<Granularity> GRANULARITY =
      Key.oneOf("study.space.granularity", Granularity.values(), Granularity::key);
  static final Key<Integer> BLOCKS = Key.wholeNumber("study.space.blocks", 1, 10_000);
  static final Key<List<Double>> PRUNING_RATIOS = Key.shares("study.space.pruning-ratios", 1);
  static final Key<List<Double>> VISION_PRUNING_RATIOS =
      Key.shares("study.space.vision-pruning-ratios", 0);
  static final Key<List<Double>> PROJECTOR_PRUNING_RATIOS =
      Key.shares("study.space.projector-pruning-ratios", 0);
  static final Key<List<Integer>> KEY_VALUE_BITS =
      Key.someOf("study.space.key-value-bits", LayerPlan.KV_BITS);
  static final Key<Boolean> SEPARATE_KEY_AND_VALUE_BITS =
      Key.yesOrNo("study.space.separate-key-and-value-bits");

  static final Key<Optional<Long>> MAX_MEMORY = Key.size("study.constraints.max-memory").optional();
  static final Key<Optional<Double>> MIN_MEAN_PRUNING_RATIO =
      Key.share("study.constraints.min-mean-pruning-ratio").optional();

  static final Key<Integer> EVALUATION_BATCH = Key.wholeNumber("evaluation.batch", 1, 1_000_000);
  static final Key<Duration> RETENTION = Key.duration("tables.retention");
  static final Key<Duration> UNRECORDED = Key.duration("tables.unrecorded");
  static final Key<Optional<String>> MLFLOW_SERVER = Key.httpUrl("mlflow.server").optional();
  static final Key<String> MLFLOW_EXPERIMENT = Key.text("mlflow.experiment");
  static final Key<DevicePolicy> DEVICE =
      Key.oneOf("resident.device", DevicePolicy.values(), DevicePolicy::key);
  static final Key<TypePolicy> TYPE =
      Key.oneOf("resident.type", TypePolicy.values(), TypePolicy::key);
  static final Key<Long> PRUNED_LAYERS = Key.size("resident.pruned-layers");

  static final Key<Optional<String>> JUDGE_ENDPOINT = Key.httpUrl("judge.endpoint").optional();
  static final Key<Optional<String>> JUDGE_MODEL = Key.text("judge.model").optional();
  static final Key<String> JUDGE_API_KEY_VARIABLE =
      Key.environmentVariable("judge.api-key-variable");
  static final Key<Integer> JUDGE_REQUESTS_PER_MINUTE =
      Key.wholeNumber("judge.requests-per-minute", 1, 1_000_000);
  static final Key<Integer> JUDGE_CONCURRENCY = Key.wholeNumber("judge.concurrency", 1, 1000);
  static final Key<Duration> JUDGE_TIMEOUT = Key.duration("judge.timeout");
  static final Key<Integer> JUDGE_ATTEMPTS = Key.wholeNumber("judge.attempts", 1, 100);
  static final Key<Integer> JUDGE_MAX_TOKENS = Key.wholeNumber("judge.max-tokens", 1, 1_000_000);
  static final Key<Integer> RETUNE_TRIALS = Key.wholeNumber("retune.trials", 0, 1_000_000);

  static final Key<Double> GATE_MAX_ACCURACY_LOSS = Key.share("gate.max-accuracy-loss");
  static final Key<Double> GATE_MIN_MEMORY_GAIN = Key.share("gate.min-memory-gain");
  static final Key<Optional<Duration>> GATE_MAX_TTFT = Key.duration("gate.max-ttft").optional();
  static final Key<Integer> GATE_THREADS = Key.wholeNumber("gate.threads", 1, 1024);
  static final Key<Double> GATE_CONFIDENCE = Key.confidence("gate.confidence");

  static final List<Key<?>> ALL =
      List.of(
          WAREHOUSE,
          MODEL,
          WORKLOAD,
          BENCHMARK_NAME,
          BENCHMARK_SAMPLES,
          BENCHMARK_FORMAT,
          BENCHMARK_IMAGES,
          SeveralBenchmarks.KEY,
          PROTOCOL,
          ANSWERING_SEARCH,
          ANSWERING_CONFIRM,
          MAX_REJECTED_SHARE,
          SPLIT_SHARES,
          CORESET_QUESTIONS,
          CORESET_BY,
          CALIBRATION_SPLIT,
          SEARCH_SPLIT,
          HELD_OUT_SPLIT,
          CALIBRATION_SAMPLES,
          CALIBRATION_SELECTION,
          STUDY_NAME,
          SAMPLER,
          SENSITIVITIES,
          SEED,
          TRIALS,
          MAX_DURATION,
          PATIENCE,
          TEMPLATE,
          WARM_START,
          WARM_START_WEIGHT,
          CONCURRENCY,
          SHARDS,
          RACING_CONFIDENCE,
          RACING_RUNGS,
          UNIFORM_BASELINE,
          CRITERIA,
          MASK,
          PATTERN,
          GRANULARITY,
          BLOCKS,
          PRUNING_RATIOS,
          VISION_PRUNING_RATIOS,
          PROJECTOR_PRUNING_RATIOS,
          KEY_VALUE_BITS,
          SEPARATE_KEY_AND_VALUE_BITS,
          MAX_MEMORY,
          MIN_MEAN_PRUNING_RATIO,
          EVALUATION_BATCH,
          RETENTION,
          UNRECORDED,
          MLFLOW_SERVER,
          MLFLOW_EXPERIMENT,
          DEVICE,
          TYPE,
          PRUNED_LAYERS,
          JUDGE_ENDPOINT,
          JUDGE_MODEL,
          JUDGE_API_KEY_VARIABLE,
          JUDGE_REQUESTS_PER_MINUTE,
          JUDGE_CONCURRENCY,
          JUDGE_TIMEOUT,
          JUDGE_ATTEMPTS,
          JUDGE_MAX_TOKENS,
          RETUNE_TRIALS,
          GATE_MAX_ACCURACY_LOSS,
          GATE_MIN_MEMORY_GAIN,
          GATE_MAX_TTFT,
          GATE_THREADS,
          GATE_CONFIDENCE);

  private Keys() {}
}
