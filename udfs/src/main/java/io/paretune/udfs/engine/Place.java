package io.paretune.udfs.engine;

/**
 * Where a model computes.
 *
 * @param device whose memory holds it
 * @param type of its hidden states and weights
 */
public record Place(Device device, ComputeType type) {
  /** fp32 in CPU memory, where weights can be pruned. */
  public static final Place HOST = new Place(Device.cpu(), ComputeType.FP32);

  @Override
  public String toString() {
    return type.key() + " on " + device;
  }
}
