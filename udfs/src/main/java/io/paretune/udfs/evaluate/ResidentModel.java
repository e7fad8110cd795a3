package io.paretune.udfs.evaluate;

import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.VisionMatrix;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.VisionWeights;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.VisionPlan;
import io.paretune.udfs.prune.FusedLayer;
import io.paretune.udfs.prune.LevelIndex;
import io.paretune.udfs.prune.LevelIndexKey;
import io.paretune.udfs.prune.LevelSource;
import io.paretune.udfs.prune.MatrixPool;
import io.paretune.udfs.prune.MatrixPruning;
import io.paretune.udfs.prune.PrunedLayer;
import io.paretune.udfs.prune.PrunedVision;
import io.paretune.udfs.prune.PruningCriterion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A checkpoint's dense weights, once per process and device, and the pruned layers that candidates
 * run with. Candidates in flight share what they have in common and never overwrite each other: a
 * layer is written before it is lent and not again (DESIGN.md, ResidentModel).
 */
public final class ResidentModel implements AutoCloseable {
  private static final Map<Place, ResidentModel> RESIDENT = new ConcurrentHashMap<>();

  private record Place(Path directory, Device device, long prunedLayerBytes) {}

  private final Checkpoint checkpoint;
  private final MultimodalModel model;
  private final MatrixPool pool;
  private final LendingCache<LayerKey, PrunedLayer> pruned;
  private final LendingCache<UpdatedKey, UpdatedLayers> updated;
  private final LendingCache<VisionKey, PrunedVision> vision;
  private final List<FusedLayer> dense;
  private final Map<String, LevelIndex> indexes = new ConcurrentHashMap<>();

  private ResidentModel(Place place) {
    checkpoint = Checkpoint.open(place.directory());
    model = MultimodalModel.load(checkpoint, place.device());
    pruned = new LendingCache<>(place.prunedLayerBytes(), key -> bytes(key.plan()));
    updated = new LendingCache<>(place.prunedLayerBytes(), UpdatedKey::bytes);
    vision = new LendingCache<>(place.prunedLayerBytes(), VisionKey::bytes);
    dense =
        IntStream.range(0, model.config().text().layers())
            .mapToObj(i -> fused(model.layer(i)))
            .toList();
    // What waits for its next use is beyond the budget: keep it to one layer.
    pool = new MatrixPool(model.newManager(), fp32Bytes(dense.get(0)));
  }

  /**
   * The process's model at that place, loaded by whoever asks first.
   *
   * @param directory a Hugging Face directory on local disk
   * @param prunedLayerBytes most memory for pruned layers, lent or kept for later
   */
  public static ResidentModel of(Path directory, Device device, long prunedLayerBytes) {
    return RESIDENT.computeIfAbsent(
        new Place(directory.toAbsolutePath().normalize(), device, prunedLayerBytes),
        ResidentModel::new);
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  public MultimodalModel model() {
    return model;
  }

  /**
   * Lends a candidate's layers, pruning those that are not there yet; waits while others hold the
   * memory for it.
   *
   * @param criterionIfPruned the profile's, with its calibration; asked only if something is pruned
   * @param levels of the ratios that are asked for again and again; others are ranked anew
   * @throws io.paretune.udfs.problem.InvalidInputException if the profile does not fit the model
   * @throws InterruptedException if interrupted while waiting
   */
  public Candidate lend(
      CompressionProfile profile,
      Supplier<PruningCriterion> criterionIfPruned,
      Optional<LevelSource> levels)
      throws InterruptedException {
    LayerStack unpruned = new LayerStack(model.dense().weights(), profile); // checks the profile
    List<LayerPlan> plans = profile.layers().stream().filter(LayerPlan::isPruned).toList();
    if (plans.isEmpty()) {
      return new Candidate(unpruned, LoadedLayers.NONE, () -> {});
    }
    PruningCriterion criterion = criterionIfPruned.get();
    List<LayerKey> keys =
        plans.stream()
            .map(plan -> LayerKey.of(plan, criterion.name(), criterion.calibrationId()))
            .toList();
    MatrixPruning pruning = new MatrixPruning(criterion, levels.map(l -> index(criterion, l)));
    LendingCache<LayerKey, PrunedLayer>.Loan loan =
        pruned.borrow(
            keys, key -> PrunedLayer.of(pool, pruning, dense.get(key.layer()), key.plan()));
    List<LayerWeights> weights = new ArrayList<>(model.dense().weights());
    for (LayerKey key : keys) {
      weights.set(key.layer(), with(weights.get(key.layer()), loan.value(key)));
    }
    LoadedLayers loaded =
        new LoadedLayers(
            loan.built().size(), loan.built().stream().mapToLong(k -> bytes(k.plan())).sum());
    return new Candidate(new LayerStack(weights, profile), loaded, loan::close);
  }

  /**
   * Lends the layers of a candidate whose criterion updates weights. All of them are computed
   * together from the questions, since a layer's depend on those before it; tasks of one candidate
   * share them.
   *
   * @param profile of such a criterion
   * @param questionsId what tells these questions from others
   * @param questions that calibrate; asked only if something is pruned and not there yet
   * @throws io.paretune.udfs.problem.InvalidInputException if the profile does not fit the model
   * @throws InterruptedException if interrupted while waiting
   */
  public Candidate lendUpdated(
      CompressionProfile profile, String questionsId, Supplier<CalibrationQuestions> questions)
      throws InterruptedException {
    LayerStack unpruned = new LayerStack(model.dense().weights(), profile); // checks the profile
    if (!profile.isPruned()) {
      return new Candidate(unpruned, LoadedLayers.NONE, () -> {});
    }
    CompressionProfile pruning = profile.pruningOnly();
    long bytes = pruning.layers().stream().mapToLong(this::bytes).sum();
    UpdatedKey key = new UpdatedKey(pruning.id(), questionsId, bytes);
    LendingCache<UpdatedKey, UpdatedLayers>.Loan loan =
        updated.borrow(
            List.of(key), k -> UpdatedLayers.of(model, dense, pool, pruning, questions.get()));
    List<LayerWeights> weights = new ArrayList<>(model.dense().weights());
    loan.value(key).layers().forEach((l, p) -> weights.set(l, with(weights.get(l), p)));
    LoadedLayers loaded =
        loan.built().isEmpty()
            ? LoadedLayers.NONE
            : new LoadedLayers(loan.value(key).layers().size(), bytes);
    return new Candidate(new LayerStack(weights, profile), loaded, loan::close);
  }

  /** What a candidate's updated weights depend on, and their bytes. */
  private record UpdatedKey(String pruningId, String questionsId, long bytes)
      implements Comparable<UpdatedKey> {
    @Override
    public int compareTo(UpdatedKey other) {
      return Comparator.comparing(UpdatedKey::pruningId)
          .thenComparing(UpdatedKey::questionsId)
          .compare(this, other);
    }
  }

  /** What pruned vision weights depend on, and their bytes. */
  private record VisionKey(
      CriterionName criterion, String calibrationId, VisionPlan plan, long bytes)
      implements Comparable<VisionKey> {
    @Override
    public int compareTo(VisionKey other) {
      return Comparator.comparing(VisionKey::criterion)
          .thenComparing(VisionKey::calibrationId)
          .thenComparing(k -> k.plan().towerRatio())
          .thenComparing(k -> k.plan().projectorRatio())
          .compare(this, other);
    }
  }

  /** Vision tower and projector of a candidate, until closed. */
  public static final class LentVision implements AutoCloseable {
    private final VisionWeights weights;
    private final Runnable giveBack;

    private LentVision(VisionWeights weights, Runnable giveBack) {
      this.weights = weights;
      this.giveBack = giveBack;
    }

    public VisionWeights weights() {
      return weights;
    }

    @Override
    public void close() {
      giveBack.run();
    }
  }

  /**
   * Lends vision tower and projector as a plan prunes them; what is not there yet is pruned.
   *
   * @param tower the profile's criterion with the tower's calibration; asked only if something goes
   * @param projector the same with the projector's
   * @throws InterruptedException if interrupted while others hold the memory
   */
  public LentVision lendVision(
      VisionPlan plan, Supplier<PruningCriterion> tower, Supplier<PruningCriterion> projector)
      throws InterruptedException {
    if (plan.isDense()) {
      return new LentVision(model.vision(), () -> {});
    }
    PruningCriterion one = tower.get();
    PruningCriterion other = projector.get();
    VisionKey key =
        new VisionKey(
            one.name(), one.calibrationId() + other.calibrationId(), plan, visionBytes(plan));
    LendingCache<VisionKey, PrunedVision>.Loan loan =
        vision.borrow(
            List.of(key),
            k -> PrunedVision.of(model.newManager(), model.vision(), plan, one, other));
    return new LentVision(loan.value(key).weights(), loan::close);
  }

  private long visionBytes(VisionPlan plan) {
    return VisionMatrix.of(checkpoint).stream()
        .filter(m -> m.part().ratio(plan) > 0)
        .mapToLong(m -> (long) m.rows() * m.columns() * Float.BYTES)
        .sum();
  }

  /** A candidate's layers, until closed. */
  public static final class Candidate implements AutoCloseable {
    private final LayerStack layers;
    private final LoadedLayers loaded;
    private final Runnable giveBack;

    private Candidate(LayerStack layers, LoadedLayers loaded, Runnable giveBack) {
      this.layers = layers;
      this.loaded = loaded;
      this.giveBack = giveBack;
    }

    public LayerStack layers() {
      return layers;
    }

    /** What was not there when it was lent. */
    public LoadedLayers loaded() {
      return loaded;
    }

    @Override
    public void close() {
      giveBack.run();
    }
  }

  /** The levels of the whole decoder; opened once, by whoever needs them first. */
  public LevelIndex index(PruningCriterion criterion, LevelSource levels) {
    LevelIndexKey key = LevelIndexKey.of(checkpoint.modelId(), criterion, levels.grid());
    return indexes.computeIfAbsent(
        key.id(), id -> levels.store().open(checkpoint.modelId(), criterion, levels.grid(), dense));
  }

  /** The dense matrices of the decoder's layers, in order. */
  public List<FusedLayer> denseLayers() {
    return dense;
  }

  private static FusedLayer fused(LayerWeights layer) {
    return FusedLayer.of(layer.qkv(), layer.output(), layer.gateUp(), layer.down());
  }

  static LayerWeights with(LayerWeights dense, PrunedLayer pruned) {
    return new LayerWeights(
        dense.inputNorm(),
        pruned.matrix(InputSite.ATTENTION).orElse(dense.qkv()),
        pruned.matrix(InputSite.ATTENTION_OUTPUT).orElse(dense.output()),
        dense.postNorm(),
        pruned.matrix(InputSite.MLP).orElse(dense.gateUp()),
        pruned.matrix(InputSite.MLP_DOWN).orElse(dense.down()));
  }

  private static long fp32Bytes(FusedLayer layer) {
    long weights = 0;
    for (InputSite site : InputSite.values()) {
      weights += (long) layer.fused(site).rows() * layer.fused(site).columns();
    }
    return weights * Float.BYTES;
  }

  private long bytes(LayerPlan plan) {
    long bytes = 0;
    for (InputSite site : InputSite.values()) {
      if (site.projections().stream().anyMatch(p -> plan.pruningRatio(p) > 0)) {
        var matrix = dense.get(plan.layer()).fused(site);
        bytes += (long) matrix.rows() * matrix.columns() * Float.BYTES;
      }
    }
    return bytes;
  }

  /**
   * Frees everything; a later {@link #of} loads anew.
   *
   * @throws IllegalStateException if a candidate still runs
   */
  @Override
  public void close() {
    pruned.close();
    updated.close();
    vision.close();
    RESIDENT.values().remove(this);
    pool.close();
    model.close();
    checkpoint.close();
  }
}
