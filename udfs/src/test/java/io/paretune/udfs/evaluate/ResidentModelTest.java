package io.paretune.udfs.evaluate;

import static io.paretune.udfs.evaluate.DemoQuestions.BENCHMARK;
import static io.paretune.udfs.evaluate.DemoQuestions.RESIDENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.prune.Magnitude;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ResidentModelTest {
  private static final PreparedShard SHARD = DemoQuestions.shard(DemoQuestions.first("val", 60));
  private static final CompressionProfile FIRST =
      Candidates.pruned(0.5, 0.7, 0.3, 0.5, 0.5, 0.7, 0.7, 0.7);
  private static final CompressionProfile SECOND =
      Candidates.pruned(0.3, 0.7, 0.7, 0.5, 0, 0.7, 0.3, 0.7);

  private static List<Outcome> answers(CompressionProfile profile) throws InterruptedException {
    try (ResidentModel.Candidate candidate = Candidates.lend(profile)) {
      return new ShardEvaluation(RESIDENT.model(), BENCHMARK, 16)
          .run(candidate.layers(), SHARD, () -> false);
    }
  }

  @Test
  void candidatesInFlightAnswerAsTheyDoAlone() throws Exception {
    List<Outcome> first = answers(FIRST);
    List<Outcome> second = answers(SECOND);
    assertThat(first).isNotEqualTo(second);

    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<List<Outcome>>> runs = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        CompressionProfile profile = i % 2 == 0 ? FIRST : SECOND;
        Callable<List<Outcome>> run = () -> answers(profile);
        runs.add(pool.submit(run));
      }
      for (int i = 0; i < runs.size(); i++) {
        assertThat(runs.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(i % 2 == 0 ? first : second);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aSwitchTouchesOnlyTheLayersThatDiffer() throws InterruptedException {
    List<LayerWeights> before;
    try (ResidentModel.Candidate first = Candidates.lend(FIRST)) {
      before = first.layers().weights();
    }
    try (ResidentModel.Candidate second = Candidates.lend(SECOND)) {
      List<LayerWeights> after = second.layers().weights();
      for (int layer = 0; layer < 8; layer++) {
        boolean same = FIRST.layer(layer).equals(SECOND.layer(layer));
        assertThat(after.get(layer).qkv() == before.get(layer).qkv()).isEqualTo(same);
        assertThat(after.get(layer).down() == before.get(layer).down()).isEqualTo(same);
      }
      assertThat(after.get(4)).as("dense there").isSameAs(RESIDENT.model().layer(4));
    }
  }

  @Test
  void aPrunedCandidateAsksForItsCriterionAndADenseOneDoesNot() throws InterruptedException {
    try (ResidentModel.Candidate dense =
        RESIDENT.lend(
            CompressionProfile.dense(),
            () -> {
              throw new AssertionError("nothing is pruned");
            },
            Optional.empty(),
            () -> false)) {
      assertThat(dense.layers().weights()).isEqualTo(RESIDENT.model().dense().weights());
    }
    assertThatThrownBy(
            () ->
                RESIDENT.lend(
                    FIRST,
                    () -> {
                      throw new IllegalStateException("not calibrated");
                    },
                    Optional.empty(),
                    () -> false))
        .hasMessage("not calibrated");
  }

  /** As a trial does that is beaten while its tasks still switch to its profile. */
  @Test
  void switchingToAProfileEndsAfterTheLayerThatIsUnderWay() throws InterruptedException {
    ResidentModel own = ResidentModel.of(Goldens.DEMO, Place.HOST, (32 << 20) + 1);
    AtomicInteger asked = new AtomicInteger();

    assertThatThrownBy(
            () ->
                own.lend(
                    FIRST, Magnitude::new, Optional.empty(), () -> asked.incrementAndGet() == 4))
        .isInstanceOf(CancelledException.class);

    try (ResidentModel.Candidate again =
        own.lend(FIRST, Magnitude::new, Optional.empty(), () -> false)) {
      assertThat(again.loaded().layers()).as("all but those it had come to").isEqualTo(8 - 3);
    }
    own.close();
  }

  @Test
  void refusesAProfileOfMoreLayersThanTheModelHas() {
    CompressionProfile nine = Candidates.pruned(0, 0, 0, 0, 0, 0, 0, 0, 0.5);

    assertThatThrownBy(() -> Candidates.lend(nine))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "profile %s: plans layer 8, but the model has 8 layers — layers count from 0"
                .formatted(nine.id()));
  }

  @Test
  void isLoadedOncePerPlaceAndNotClosedWhileACandidateRuns() throws InterruptedException {
    ResidentModel own = ResidentModel.of(Goldens.DEMO, Place.HOST, 32 << 20);
    assertThat(ResidentModel.of(Goldens.DEMO, Place.HOST, 32 << 20)).isSameAs(own);
    try (ResidentModel.Candidate running =
        own.lend(FIRST, Magnitude::new, Optional.empty(), () -> false)) {
      assertThat(running.layers().size()).isEqualTo(8);
      assertThat(running.loaded().layers()).isEqualTo(8);
      assertThat(running.loaded().bytes()).isPositive().isLessThanOrEqualTo(32 << 20);
      try (ResidentModel.Candidate beside =
          own.lend(FIRST, Magnitude::new, Optional.empty(), () -> false)) {
        assertThat(beside.loaded()).isEqualTo(LoadedLayers.NONE);
      }
      assertThatThrownBy(own::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("1 candidates still run on this model");
    }
    own.close();
    ResidentModel again = ResidentModel.of(Goldens.DEMO, Place.HOST, 32 << 20);
    assertThat(again).isNotSameAs(own);
    again.close();
  }
}
