package io.paretune.jobs.tables;

/**
 * How much one layer's variable mattered to the score in a run, as a share of all variables.
 *
 * @param study the search
 * @param runId the run whose trials were explained
 * @param method what the share was computed by
 * @param layer index from 0; {@link #NO_LAYER} for the vision tower, the projector and the
 *     criterion
 * @param variable what of the layer, such as {@code ratio} or {@code kv_bits}
 * @param importance the share, in [0, 1]
 * @param low lower end of its 90 % interval
 * @param high upper end
 */
public record LayerImportanceRecord(
    String study,
    String runId,
    ImportanceMethod method,
    int layer,
    String variable,
    double importance,
    double low,
    double high) {
  /** The layer of a variable that is of no one decoder layer; its name says of what. */
  public static final int NO_LAYER = -1;

  public LayerImportanceRecord {
    if (layer < NO_LAYER) {
      throw new IllegalArgumentException(
          "layers are numbered from 0, what is of none has %d, was %d".formatted(NO_LAYER, layer));
    }
    if (!(0 <= low && low <= importance && importance <= high && high <= 1 + 1e-9)) {
      throw new IllegalArgumentException(
          "layer %d, %s: an importance lies in its interval in [0, 1], was %s in [%s, %s]"
              .formatted(layer, variable, importance, low, high));
    }
  }
}
