package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.CancelledException;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import java.util.List;
import org.apache.spark.TaskContext$;
import org.apache.spark.TaskContextImpl;
import org.junit.jupiter.api.Test;

class EvaluateShardTest {
  @Test
  void aTaskThatIsCancelledBeforeItHasItsProfilePrunesNothing() throws Exception {
    ModelSource source =
        new ModelSource(
            Goldens.DEMO.toString(), null, DevicePolicy.CPU, TypePolicy.AUTO, (32 << 20) + 2);
    CandidateSpec candidate =
        CandidateSpec.of(CompressionProfile.uniform(CriterionName.MAGNITUDE, 8, 0.5, 16, 16));
    EvaluateShard task =
        new EvaluateShard(
            source,
            new GenericBenchmark("demo"),
            candidate,
            Answering.of(EvaluationMode.OPTIONS),
            1);
    TaskContextImpl context = TaskContext$.MODULE$.empty();
    context.markInterrupted("the trial was stopped");
    TaskContext$.MODULE$.setTaskContext(context);
    try {
      assertThatThrownBy(
              () -> task.call(List.of(new PreparedShard(0, new long[0], List.of())).iterator()))
          .isInstanceOf(CancelledException.class);
    } finally {
      TaskContext$.MODULE$.unset();
    }
    ResidentModel resident = source.resident();
    try (ResidentModel.Candidate after = candidate.borrow(resident)) {
      assertThat(after.loaded().layers()).as("all are still to be pruned").isEqualTo(8);
    }
    resident.close();
  }
}
