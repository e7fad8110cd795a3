package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.CalibrationQuestions;
import io.paretune.udfs.prune.ActivationStatistics;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;

/** What a candidate's weights are pruned by besides themselves; sent to each executor once. */
public sealed interface Evidence extends Serializable {

  /** Nothing: no weight goes, or by its magnitude. */
  record None() implements Evidence {}

  /**
   * Activation statistics.
   *
   * @param id of the statistics
   * @param bytes as {@link ActivationStatistics#toBytes} made them
   */
  record Statistics(String id, Broadcast<byte[]> bytes) implements Evidence {
    /** Sequential masks have statistics of their own, so that there can be many in a study. */
    private static final int MOST_KEPT = 8;

    private static final Map<String, ActivationStatistics> READ =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, ActivationStatistics> eldest) {
            return size() > MOST_KEPT;
          }
        };

    ActivationStatistics statistics() {
      synchronized (READ) {
        return READ.computeIfAbsent(
            id, key -> ActivationStatistics.fromBytes("calibration " + id, bytes.value()));
      }
    }
  }

  /**
   * The calibration questions themselves.
   *
   * @param id what tells them from others
   */
  record Questions(String id, Broadcast<CalibrationQuestions> questions) implements Evidence {}
}
