package io.paretune.jobs.tune;

import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.problem.Problem;

/**
 * Another model than the one that something was scored with: another checkpoint, or the same in
 * another type.
 *
 * @param now its name in tables
 * @param then the name of what was scored with
 */
public record OtherModel(String now, String then) {

  public OtherModel {
    if (now.equals(then)) {
      throw new IllegalArgumentException(now + " is no other model");
    }
  }

  /**
   * What to tell the user.
   *
   * @param whose what was scored, as a message calls it
   * @param remedy where a checkpoint is another; where only the type is, the way back to it is said
   *     first
   */
  public Problem problem(String whose, String remedy) {
    if (!ComputeType.checkpointId(now).equals(ComputeType.checkpointId(then))) {
      return new Problem(
          "model", "is %s; %s was scored with %s".formatted(now, whose, then), remedy);
    }
    ComputeType wanted = ComputeType.ofModelId(then);
    return new Problem(
        "resident.type",
        "the model computes in %s; %s was scored in %s"
            .formatted(ComputeType.ofModelId(now).key(), whose, wanted.key()),
        "set resident.type=%s%s; or %s"
            .formatted(
                wanted.key(),
                wanted == ComputeType.BF16 ? ", or give tasks GPUs (resident.device=auto)" : "",
                remedy));
  }
}
