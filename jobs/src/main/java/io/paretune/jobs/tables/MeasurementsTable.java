package io.paretune.jobs.tables;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.ServingSpeed;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.evaluate.Spread;
import io.paretune.udfs.profile.CompressionProfile;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code measurements}: what was measured of profiles on devices; nothing in it is modelled. */
public final class MeasurementsTable {
  public static final String NAME = "measurements";
  private static final long UNKNOWN = -1;

  public static final StructType SCHEMA =
      new StructType()
          .add("study", StringType, false, "the study that it was measured for")
          .add("trial_id", LongType, true, "the trial; null for a profile that is none's")
          .add(
              "model_id",
              StringType,
              false,
              "the model, by its content's hash; @bf16 if computed in it")
          .add("profile", StringType, false, "how the model is compressed, canonical JSON")
          .add("profile_id", StringType, false, "the profile's hash")
          .add("device", StringType, false, "where it ran")
          .add("type", StringType, false, "what was computed in: fp32 or bf16")
          .add("threads", IntegerType, false, "threads of the CPU")
          .add("batch", IntegerType, false, "requests served at once")
          .add("text_tokens", IntegerType, false, "of a prompt, after its image")
          .add("new_tokens", IntegerType, false, "generated for each request")
          .add("warm_ups", IntegerType, false, "runs before those that count")
          .add("runs", IntegerType, false, "runs that count")
          .add("ttft_seconds", DoubleType, false, "from pixels to the first token, median of runs")
          .add("ttft_seconds_low", DoubleType, false, "first quartile")
          .add("ttft_seconds_high", DoubleType, false, "third quartile")
          .add("decode_seconds", DoubleType, false, "a further token of all requests, median")
          .add("decode_seconds_low", DoubleType, false, "first quartile of the runs' medians")
          .add("decode_seconds_high", DoubleType, false, "third quartile of the runs' medians")
          .add("decode_tokens_per_second", DoubleType, false, "of all requests together, median")
          .add("weight_bytes", LongType, false, "of the model's tensors, counted")
          .add("kv_bytes", LongType, false, "of the cache's tensors at the end, counted")
          .add("workspace_bytes", LongType, false, "that a layer is expanded into")
          .add("peak_bytes", LongType, true, "most memory beyond what the process had before")
          .add("measured_at", TimestampType, false, "UTC");

  private final TableDirectory directory;

  public MeasurementsTable(SparkSession spark, Warehouse warehouse) {
    directory = new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("study"));
  }

  TableDirectory directory() {
    return directory;
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** What was measured for a study, oldest first. */
  public List<MeasurementRecord> ofStudy(String study) {
    return read().where(TableDirectory.is("study", study)).collectAsList().stream()
        .map(MeasurementsTable::fromRow)
        .sorted(Comparator.comparing(MeasurementRecord::measuredAt))
        .toList();
  }

  /** Adds measurements in one step; measuring again adds again. */
  public void append(List<MeasurementRecord> measurements) {
    directory.appendOnce(
        measurements.stream().map(MeasurementsTable::toRow).toList(),
        NAME + "/" + UUID.randomUUID(),
        0);
  }

  public static Row toRow(MeasurementRecord m) {
    Map<String, @Nullable Object> cells = new HashMap<>();
    cells.put("study", m.study());
    m.trialId().ifPresent(id -> cells.put("trial_id", id));
    cells.put("model_id", m.modelId());
    cells.put("profile", m.profile().canonicalJson());
    cells.put("profile_id", m.profile().id());
    cells.put("device", m.device());
    cells.put("type", m.settings().type().key());
    cells.put("threads", m.settings().threads());
    cells.put("batch", m.settings().batch());
    cells.put("text_tokens", m.settings().textTokens());
    cells.put("new_tokens", m.settings().newTokens());
    cells.put("warm_ups", m.settings().warmUps());
    cells.put("runs", m.settings().runs());
    put(cells, "ttft_seconds", m.speed().ttftSeconds());
    put(cells, "decode_seconds", m.speed().decodeSeconds());
    cells.put(
        "decode_tokens_per_second", m.settings().batch() / m.speed().decodeSeconds().median());
    cells.put("weight_bytes", m.speed().weightBytes());
    cells.put("kv_bytes", m.speed().kvBytes());
    cells.put("workspace_bytes", m.speed().workspaceBytes());
    if (m.speed().peakBytes() != UNKNOWN) {
      cells.put("peak_bytes", m.speed().peakBytes());
    }
    cells.put("measured_at", m.measuredAt());
    return Cells.row(SCHEMA, cells);
  }

  private static void put(Map<String, @Nullable Object> cells, String column, Spread spread) {
    cells.put(column, spread.median());
    cells.put(column + "_low", spread.low());
    cells.put(column + "_high", spread.high());
  }

  public static MeasurementRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    return new MeasurementRecord(
        cells.text("study"),
        cells.optionalNumber("trial_id"),
        cells.text("model_id"),
        CompressionProfile.parse("measured profile", cells.text("profile")),
        cells.text("device"),
        new SpeedSettings(
            cells.integer("batch"),
            cells.integer("text_tokens"),
            cells.integer("new_tokens"),
            cells.integer("warm_ups"),
            cells.integer("runs"),
            cells.integer("threads"),
            type(cells.text("type"))),
        new ServingSpeed(
            spread(cells, "ttft_seconds"),
            spread(cells, "decode_seconds"),
            cells.number("weight_bytes"),
            cells.number("kv_bytes"),
            cells.number("workspace_bytes"),
            cells.isNull("peak_bytes") ? UNKNOWN : cells.number("peak_bytes")),
        cells.time("measured_at"));
  }

  private static ComputeType type(String key) {
    return Arrays.stream(ComputeType.values())
        .filter(t -> t.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no type is called " + key));
  }

  private static Spread spread(Cells cells, String column) {
    return new Spread(
        cells.real(column + "_low"), cells.real(column), cells.real(column + "_high"));
  }
}
