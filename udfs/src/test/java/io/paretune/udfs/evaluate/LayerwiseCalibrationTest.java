package io.paretune.udfs.evaluate;

import static io.paretune.udfs.evaluate.DemoQuestions.RESIDENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.KvGrouping;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.FusedLayer;
import io.paretune.udfs.prune.Magnitude;
import io.paretune.udfs.prune.PrunedLayer;
import io.paretune.udfs.prune.SparseGpt;
import io.paretune.udfs.prune.StatisticsShape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LayerwiseCalibrationTest {
  private static final MultimodalModel MODEL = RESIDENT.model();
  private static final PreparedShard SHARD = DemoQuestions.shard(DemoQuestions.first("train", 12));

  @Test
  void throughDenseLayersItSeesWhatOnePassSees() {
    ActivationStatistics expected = Calibration.measure(MODEL, SHARD);
    LayerwiseCalibration calibration = LayerwiseCalibration.start(MODEL, SHARD);
    for (int l = 0; l < 8; l++) {
      LayerWeights weights = MODEL.layer(l);
      ActivationStatistics seen = calibration.squares(MODEL, weights);
      for (InputSite site : InputSite.values()) {
        assertThat(seen.tokens(0, site)).isEqualTo(expected.tokens(l, site));
        double[] wanted = expected.sumOfSquares(l, site);
        double[] actual = seen.sumOfSquares(0, site);
        for (int c = 0; c < wanted.length; c++) {
          assertThat(Math.abs(actual[c] - wanted[c]))
              .as("layer %d, %s, channel %d", l, site, c)
              .isLessThanOrEqualTo(1e-4 * wanted[c] + 1e-9);
        }
      }
      calibration = calibration.after(MODEL, weights);
    }
  }

  @Test
  void theSquaresAreTheProductsDiagonal() {
    LayerwiseCalibration calibration = LayerwiseCalibration.start(MODEL, SHARD);
    ActivationStatistics seen = calibration.squares(MODEL, MODEL.layer(0));
    try (var manager = MODEL.newManager()) {
      Map<InputSite, NDArray> products = new EnumMap<>(InputSite.class);
      NDArray zeros = manager.create(new double[512 * 512]).reshape(512, 512);
      products.put(InputSite.MLP_DOWN, zeros);

      long tokens = calibration.addProducts(MODEL, MODEL.layer(0), products);

      assertThat(tokens).isEqualTo(seen.tokens(0, InputSite.MLP_DOWN));
      double[] all = zeros.toDoubleArray();
      double[] diagonal = seen.sumOfSquares(0, InputSite.MLP_DOWN);
      for (int c = 0; c < 512; c++) {
        assertThat(Math.abs(all[513 * c] - diagonal[c])).isLessThan(1e-9 * diagonal[c] + 1e-12);
        assertThat(all[512 * c + 7]).as("symmetric").isEqualTo(all[512 * 7 + c]);
      }
    }
  }

  @Test
  void sparseGptLayersAreSharedAndDependOnTheMaskAfterTheFirst() throws InterruptedException {
    CalibrationQuestions questions = CalibrationQuestions.of(List.of(SHARD));
    CompressionProfile sequential =
        new CompressionProfile(
            CriterionName.SPARSEGPT,
            MaskKind.SEQUENTIAL,
            KvGrouping.TOKEN,
            List.of(
                LayerPlan.of(0, 0.5, 16, 16),
                new LayerPlan(2, Map.of(Projection.DOWN, 0.5), Pattern.TWO_OF_FOUR, 4, 4)));
    List<float[]> firsts = new ArrayList<>();
    List<float[]> seconds = new ArrayList<>();
    for (CompressionProfile profile : List.of(sequential, sequential.withMask(MaskKind.ONE_SHOT))) {
      try (ResidentModel.Candidate one =
              RESIDENT.lendUpdated(profile, "q", () -> questions, () -> false);
          ResidentModel.Candidate same =
              RESIDENT.lendUpdated(
                  profile,
                  "q",
                  () -> {
                    throw new AssertionError("the layers are there");
                  },
                  () -> false)) {
        List<LayerWeights> weights = one.layers().weights();
        assertThat(same.layers().weights().get(2).down()).isSameAs(weights.get(2).down());
        assertThat(weights.get(1)).isSameAs(MODEL.layer(1));
        assertThat(weights.get(2).qkv()).isSameAs(MODEL.layer(2).qkv());
        assertThat(one.layers().profile().layer(2).keyBits()).isEqualTo(4);
        firsts.add(weights.get(0).gateUp().toFloatArray());
        seconds.add(weights.get(2).down().toFloatArray());
      }
    }
    assertThat(firsts.get(0)).isEqualTo(firsts.get(1));
    assertThat(seconds.get(0)).isNotEqualTo(seconds.get(1));
    for (float[] down : seconds) {
      for (int group = 0; group < down.length; group += 4) {
        int zeros = 0;
        for (int i = 0; i < 4; i++) {
          zeros += down[group + i] == 0 ? 1 : 0;
        }
        assertThat(zeros).isGreaterThanOrEqualTo(2);
      }
    }
  }

  @Test
  void updatedWeightsDoNotDependOnTheSharding() {
    CompressionProfile profile =
        CompressionProfile.of(CriterionName.SPARSEGPT, List.of(LayerPlan.of(1, 0.5, 16, 16)));
    List<PreparedShard> apart = new ArrayList<>();
    for (PreparedImage image : SHARD.images()) {
      List<PreparedQuestion> questions = new ArrayList<>(image.questions());
      Collections.reverse(questions);
      apart.add(0, DemoQuestions.shard(apart.size(), List.of(image.asked(questions))));
    }
    try (HostWeights host = HostWeights.of(Goldens.DEMO.toAbsolutePath().normalize());
        LentLayers one =
            UpdatedLayers.of(
                host,
                profile,
                CalibrationQuestions.of(List.of(SHARD)),
                UnaryOperator.identity(),
                () -> false);
        LentLayers other =
            UpdatedLayers.of(
                host,
                profile,
                CalibrationQuestions.of(apart),
                UnaryOperator.identity(),
                () -> false)) {
      assertThat(apart).hasSizeGreaterThan(1);
      for (InputSite site : InputSite.values()) {
        assertThat(one.byIndex().get(1).matrix(site).orElseThrow().toFloatArray())
            .isEqualTo(other.byIndex().get(1).matrix(site).orElseThrow().toFloatArray());
      }
    }
  }

  @Test
  void updatedAndPrunedLayersShareOneBudget() throws InterruptedException {
    List<LayerPlan> half = List.of(LayerPlan.of(0, 0.5, 16, 16));
    CompressionProfile pruned = CompressionProfile.of(CriterionName.MAGNITUDE, half);
    CompressionProfile updated = CompressionProfile.of(CriterionName.SPARSEGPT, half);
    long layer = Float.BYTES * RESIDENT.denseLayers().get(0).weights();
    try (ResidentModel small = ResidentModel.of(Goldens.DEMO, Place.HOST, layer)) {
      List<Long> loaded = new ArrayList<>();
      for (CompressionProfile profile : List.of(pruned, pruned, updated, updated, pruned)) {
        try (ResidentModel.Candidate lent =
            profile.equals(pruned)
                ? small.lend(profile, Magnitude::new, Optional.empty(), () -> false)
                : small.lendUpdated(
                    profile, "q", () -> CalibrationQuestions.of(List.of(SHARD)), () -> false)) {
          loaded.add(lent.loaded().bytes());
        }
      }
      assertThat(loaded).containsExactly(layer, 0L, layer, 0L, layer);
    }
  }

  @Test
  void sparseGptEndsAfterTheLayerThatIsUnderWayWhenItIsCancelled() {
    List<LayerPlan> plans =
        IntStream.range(0, 3).mapToObj(l -> LayerPlan.of(l, 0.5, 16, 16)).toList();
    List<PrunedLayer> placed = new ArrayList<>();
    try (HostWeights host = HostWeights.of(Goldens.DEMO.toAbsolutePath().normalize())) {
      assertThatThrownBy(
              () ->
                  UpdatedLayers.of(
                      host,
                      CompressionProfile.of(CriterionName.SPARSEGPT, plans),
                      CalibrationQuestions.of(List.of(SHARD)),
                      layer -> {
                        placed.add(layer);
                        return layer;
                      },
                      () -> placed.size() == 1))
          .isInstanceOf(CancelledException.class);
    }
    assertThat(placed).hasSize(1);
  }

  @Test
  void sparseGptHoldsTheHessiansOfOneLayerAtATime() {
    List<LayerPlan> plans =
        IntStream.range(0, 3).mapToObj(l -> LayerPlan.of(l, 0.5, 16, 16)).toList();
    List<NDManager> owners = new ArrayList<>();
    List<PrunedLayer> placed = new ArrayList<>();
    try (HostWeights host = HostWeights.of(Goldens.DEMO.toAbsolutePath().normalize());
        NDManager manager = MODEL.newManager();
        LentLayers all =
            UpdatedLayers.of(
                host,
                CompressionProfile.of(CriterionName.SPARSEGPT, plans),
                CalibrationQuestions.of(List.of(SHARD)),
                layer -> {
                  placed.add(layer);
                  return layer;
                },
                () -> false,
                () -> {
                  assertThat(placed).as("earlier layers, brought over").hasSize(owners.size());
                  assertThat(owners).as("of earlier layers").noneMatch(NDManager::isOpen);
                  owners.add(MODEL.newManager());
                  return owners.get(owners.size() - 1);
                })) {
      assertThat(all.byIndex()).hasSize(3);
      assertThat(owners).hasSize(3).noneMatch(NDManager::isOpen);

      Map<InputSite, NDArray> products = new EnumMap<>(InputSite.class);
      long pairs = 0;
      NDManager owner = manager.newSubManager();
      for (InputSite site : InputSite.values()) {
        long channels = host.layers().get(0).fused(site).columns();
        products.put(site, owner.eye((int) channels).toType(DataType.FLOAT64, false));
        pairs += channels * channels;
      }
      owner.getManagedArrays().stream()
          .filter(a -> a.getDataType() != DataType.FLOAT64)
          .forEach(NDArray::close);
      FusedLayer dense = host.layers().get(0);
      PrunedLayer.of(host.pool(), new SparseGpt(owner, products, 1), dense, plans.get(0)).close();
      assertThat(
              owner.getManagedArrays().stream()
                  .mapToLong(a -> a.size() * a.getDataType().getNumOfBytes())
                  .sum())
          .as("of one layer: a Hessian and its factor in fp64 for each of four inputs")
          .isEqualTo(2 * 8 * pairs);
    }
  }

  @Test
  void statisticsOfLayersStackToThoseOfAModel() {
    StatisticsShape shape = Calibration.shape(MODEL.config().text());
    ActivationStatistics first =
        LayerwiseCalibration.start(MODEL, SHARD).squares(MODEL, MODEL.layer(0));

    ActivationStatistics all = ActivationStatistics.ofLayers(shape, List.of(first));

    assertThat(all.shape()).isEqualTo(shape);
    assertThat(all.sumOfSquares(0, InputSite.MLP)).isEqualTo(first.sumOfSquares(0, InputSite.MLP));
    assertThat(all.tokens(1, InputSite.MLP)).isZero();
  }
}
