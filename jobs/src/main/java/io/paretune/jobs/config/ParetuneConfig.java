package io.paretune.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration of a command; {@code conf/paretune.conf} explains every key.
 *
 * @param warehouse where the tables live: an absolute path or a URI
 * @param modelIfSet the dense model's directory: an absolute path or a URI
 * @param workload the load that the KV cache is sized for
 * @param retention how long earlier versions of the tables can be read
 * @param unrecorded a kill may lose trials that ended within this time
 * @param mlflow where trials are logged besides the tables
 * @param device what candidates run on
 * @param type what they compute in
 * @param prunedLayerBytes memory of an executor for pruned layers that candidates share
 * @param judge who grades free answers
 * @param retune a night's run
 * @param gate what a frontier's point must keep to be promoted
 */
public record ParetuneConfig(
    String warehouse,
    Optional<String> modelIfSet,
    Workload workload,
    BenchmarkConfig benchmark,
    CalibrationConfig calibration,
    StudyConfig study,
    EvaluationConfig evaluation,
    Duration retention,
    Duration unrecorded,
    MlflowConfig mlflow,
    DevicePolicy device,
    TypePolicy type,
    long prunedLayerBytes,
    JudgeConfig judge,
    RetuneConfig retune,
    GateConfig gate) {

  /**
   * Reads the defaults, a study's file over them and {@code key=value} words over both.
   *
   * @param file the study's file, if one is given
   * @param overrides words of the command line, such as {@code study.trials=10}
   * @param required keys without a default that the caller cannot do without, such as {@code model}
   * @throws InvalidInputException with every problem found in all of them
   */
  public static ParetuneConfig read(
      Optional<Path> file, List<String> overrides, Set<String> required) {
    Problems problems = new Problems();
    Config defaults = ConfigFiles.defaults();
    Config study = file.map(f -> ConfigFiles.file(f, problems)).orElseGet(ConfigFactory::empty);
    // What a file that cannot be read sets is not known: its keys are not said to be missing.
    Set<String> known = problems.isEmpty() ? required : Set.of();
    Config words = ConfigFiles.overrides(overrides, problems);
    study = ConfigFiles.withoutUnknown(study, defaults, problems);
    words = ConfigFiles.withoutUnknown(words, defaults, problems);
    Config all = ConfigFiles.resolved(words.withFallback(study).withFallback(defaults), problems);
    return of(Values.read(all, Keys.ALL, withoutOnly(all, known, problems), problems));
  }

  /** Several benchmarks need no only one; both are too many. */
  private static Set<String> withoutOnly(Config all, Set<String> required, Problems problems) {
    if (!all.hasPath(SeveralBenchmarks.KEY.path())) {
      return required;
    }
    Set<String> rest = new HashSet<>(required);
    for (Key<?> only : List.of(Keys.BENCHMARK_NAME, Keys.BENCHMARK_SAMPLES)) {
      rest.remove(only.path());
      if (all.hasPath(only.path())) {
        problems.add(
            only.path(), "is set, and benchmarks are", "name one benchmark or a list of several");
      }
    }
    return rest;
  }

  /** The defaults alone. */
  public static ParetuneConfig defaults() {
    return read(Optional.empty(), List.of(), Set.of());
  }

  /** The dense model's directory, for commands that require {@code model}. */
  public String model() {
    return modelIfSet.orElseThrow(() -> notRequired("model"));
  }

  static IllegalStateException notRequired(String key) {
    return new IllegalStateException("the command uses " + key + " without requiring it");
  }

  private static ParetuneConfig of(Values values) {
    return new ParetuneConfig(
        values.get(Keys.WAREHOUSE),
        values.get(Keys.MODEL),
        values.get(Keys.WORKLOAD),
        BenchmarkConfig.of(values),
        new CalibrationConfig(
            values.get(Keys.CALIBRATION_SAMPLES), values.get(Keys.CALIBRATION_SELECTION)),
        StudyConfig.of(values),
        new EvaluationConfig(values.get(Keys.EVALUATION_BATCH)),
        values.get(Keys.RETENTION),
        values.get(Keys.UNRECORDED),
        new MlflowConfig(values.get(Keys.MLFLOW_SERVER), values.get(Keys.MLFLOW_EXPERIMENT)),
        values.get(Keys.DEVICE),
        values.get(Keys.TYPE),
        values.get(Keys.PRUNED_LAYERS),
        JudgeConfig.of(values),
        new RetuneConfig(values.get(Keys.RETUNE_TRIALS)),
        GateConfig.of(values));
  }
}
