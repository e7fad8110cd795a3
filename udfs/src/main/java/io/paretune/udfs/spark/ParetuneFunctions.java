package io.paretune.udfs.spark;

import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.api.java.UDF3;
import org.apache.spark.sql.api.java.UDF4;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * SQL functions over Paretune's tables. {@link #register} puts them into a session; {@code
 * spark.sql.extensions=io.paretune.udfs.spark.ParetuneExtensions} puts them into every session.
 *
 * <ul>
 *   <li>{@code paretune_layers(profile, layers)}: what a profile does to each of that many layers
 *   <li>{@code paretune_memory_bytes(profile, model, workload)}: weights and KV cache in bytes
 *   <li>{@code paretune_is_dominated(memory, score, other_memory, other_score)}: whether the other
 *       is at least as small and as accurate, and better in one
 *   <li>{@code paretune_hypervolume(memory, score, dense_memory, chance_score)}: an aggregate, the
 *       dominated share of the rectangle between (dense memory, chance) and (0, 1)
 * </ul>
 *
 * <p>Each is null where an argument is.
 */
public final class ParetuneFunctions {
  private static final StructType LAYER =
      new StructType()
          .add("layer", IntegerType, false)
          .add("pruning_ratio", DataTypes.createMapType(StringType, DoubleType, false), false)
          .add("key_bits", IntegerType, false)
          .add("value_bits", IntegerType, false);

  /** A model's sizes are read once in each process. */
  private static final Map<String, DecoderShape> SHAPES = new ConcurrentHashMap<>();

  private ParetuneFunctions() {}

  /** Registers every function; from Python, {@code spark._jvm.….register(spark._jsparkSession)}. */
  public static void register(SparkSession spark) {
    all().forEach((name, function) -> spark.udf().register(name, function));
  }

  /** Every function by its name. */
  static Map<String, UserDefinedFunction> all() {
    return Map.of(
        "paretune_layers",
        functions.udf(
            (UDF2<@Nullable String, @Nullable Number, @Nullable List<Row>>)
                ParetuneFunctions::layers,
            DataTypes.createArrayType(LAYER, false)),
        "paretune_memory_bytes",
        functions.udf(
            (UDF3<@Nullable String, @Nullable String, @Nullable String, @Nullable Long>)
                ParetuneFunctions::memoryBytes,
            LongType),
        "paretune_is_dominated",
        functions.udf(
            (UDF4<
                    @Nullable Number,
                    @Nullable Number,
                    @Nullable Number,
                    @Nullable Number,
                    @Nullable Boolean>)
                ParetuneFunctions::isDominated,
            BooleanType),
        "paretune_hypervolume",
        functions.udaf(new HypervolumeAggregate(), HypervolumeAggregate.inputEncoder()));
  }

  private static @Nullable List<Row> layers(@Nullable String profile, @Nullable Number layers) {
    if (profile == null || layers == null) {
      return null;
    }
    CompressionProfile parsed = CompressionProfile.parse("paretune_layers", profile);
    return IntStream.range(0, layers.intValue())
        .mapToObj(parsed::layer)
        .map(
            plan -> RowFactory.create(plan.layer(), ratios(plan), plan.keyBits(), plan.valueBits()))
        .toList();
  }

  private static scala.collection.immutable.Map<String, Double> ratios(LayerPlan plan) {
    Map<String, Double> ratios = new java.util.TreeMap<>();
    for (Projection p : Projection.values()) {
      ratios.put(p.key(), plan.pruningRatio(p));
    }
    return scala.collection.immutable.Map$.MODULE$.from(
        scala.jdk.javaapi.CollectionConverters.asScala(ratios));
  }

  private static @Nullable Long memoryBytes(
      @Nullable String profile, @Nullable String model, @Nullable String workload) {
    if (profile == null || model == null || workload == null) {
      return null;
    }
    DecoderShape shape = SHAPES.computeIfAbsent(model, ParetuneFunctions::shape);
    return new MemoryFootprint(shape, Workload.parse("paretune_memory_bytes", workload))
        .totalBytes(CompressionProfile.parse("paretune_memory_bytes", profile));
  }

  private static DecoderShape shape(String model) {
    try (Checkpoint checkpoint = Checkpoint.open(Models.directory(model))) {
      return DecoderShape.of(checkpoint);
    }
  }

  private static @Nullable Boolean isDominated(
      @Nullable Number memory,
      @Nullable Number score,
      @Nullable Number otherMemory,
      @Nullable Number otherScore) {
    if (memory == null || score == null || otherMemory == null || otherScore == null) {
      return null;
    }
    int smaller = Double.compare(memory.doubleValue(), otherMemory.doubleValue());
    int better = Double.compare(otherScore.doubleValue(), score.doubleValue());
    return smaller >= 0 && better >= 0 && smaller + better > 0;
  }
}
