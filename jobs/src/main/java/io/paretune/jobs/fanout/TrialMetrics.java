package io.paretune.jobs.fanout;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.paretune.jobs.search.TrialState;
import io.paretune.udfs.spark.ShardAnswers;
import io.paretune.udfs.spark.Slots;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * A search's figures among Spark's own metrics, under {@code trials}: how many trials are in each
 * state, questions answered, how often an executor went over to a candidate whose layers it did not
 * have and the bytes it wrote for that, and the share of the slots' time in which tasks ran since
 * the search began.
 */
final class TrialMetrics extends SparkListener implements Source, AutoCloseable {
  private final MetricRegistry registry = new MetricRegistry();
  private final Map<TrialState, AtomicInteger> trials = new EnumMap<>(TrialState.class);
  private final Meter questions = registry.meter("questions");
  private final Counter switches = registry.counter("model.switches");
  private final Counter bytesLoaded = registry.counter("bytes.loaded");
  private final LongAdder busyMillis = new LongAdder();
  private final SlotTime slots;
  private final SparkContext spark;

  /** Registers itself with a context. */
  TrialMetrics(SparkContext spark) {
    this.spark = spark;
    this.slots = new SlotTime(() -> Slots.now(spark), System::nanoTime);
    for (TrialState state : TrialState.values()) {
      AtomicInteger count = new AtomicInteger();
      trials.put(state, count);
      registry.register(state.name().toLowerCase(Locale.ROOT), (Gauge<Integer>) count::get);
    }
    registry.register("slots.utilisation", (Gauge<Double>) this::utilisation);
    spark.addSparkListener(this);
    SparkEnv.get().metricsSystem().registerSource(this);
  }

  void started() {
    count(TrialState.RUNNING).incrementAndGet();
  }

  void ended(TrialState state) {
    count(TrialState.RUNNING).decrementAndGet();
    count(state).incrementAndGet();
  }

  void answered(ShardAnswers shard) {
    questions.mark(shard.outcomes().size());
    switches.inc(shard.loaded().layers() > 0 ? 1 : 0);
    bytesLoaded.inc(shard.loaded().bytes());
  }

  private AtomicInteger count(TrialState state) {
    AtomicInteger count = trials.get(state);
    if (count == null) {
      throw new IllegalStateException("no count of " + state);
    }
    return count;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    busyMillis.add(task.taskInfo().duration());
  }

  private double utilisation() {
    return busyMillis.sum() / Math.max(1, 1e3 * slots.seconds());
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded executor) {
    slots.look();
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved executor) {
    slots.look();
  }

  @Override
  public String sourceName() {
    return "trials";
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
    SparkEnv environment = SparkEnv.get();
    if (environment != null) {
      environment.metricsSystem().removeSource(this);
    }
  }
}
