package io.paretune.udfs.evaluate;

import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.VisionMatrix;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.evaluate.LendingCache.Room;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.VisionPlan;
import io.paretune.udfs.prune.FusedLayer;
import io.paretune.udfs.prune.LevelIndex;
import io.paretune.udfs.prune.LevelSource;
import io.paretune.udfs.prune.MatrixPruning;
import io.paretune.udfs.prune.PlacedLevels;
import io.paretune.udfs.prune.PrunedLayer;
import io.paretune.udfs.prune.PrunedVision;
import io.paretune.udfs.prune.PruningCriterion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A checkpoint's dense weights, once per process and place, and the pruned layers that candidates
 * run with. Candidates in flight share what they have in common and never overwrite each other: a
 * layer is written before it is lent and not again.
 *
 * <p>On the host weights are pruned where they are. Elsewhere the host's are pruned by the same
 * code and brought over; masks of ratios that have levels are applied where the model is.
 */
public final class ResidentModel implements AutoCloseable {
  private static final Map<Key, ResidentModel> RESIDENT = new ConcurrentHashMap<>();

  private record Key(Path directory, Place place, long prunedLayerBytes) {}

  /** How many vision towers with their projectors are kept, if all of them is pruned. */
  public static final int VISIONS = 4;

  private final Place place;
  private final HostWeights host;
  private final MultimodalModel model;
  private final LendingCache<LentKey, LentLayers> pruned;
  private final LendingCache<VisionKey, PrunedVision> vision;
  private final LendingCache<LevelsKey, PlacedLevels> levels;

  private ResidentModel(Key key) {
    place = key.place();
    host = HostWeights.of(key.directory());
    model = onHost() ? host.model() : loaded();
    long most = key.prunedLayerBytes();
    pruned =
        new LendingCache<>(
            new Room("pruned layers", most, "raise resident.pruned-layers"), this::bytes);
    // Apart: a candidate asks for them while it holds its layers.
    vision =
        new LendingCache<>(
            new Room(
                "pruned vision weights",
                Math.min(most, VISIONS * visionBytes(m -> true)),
                "raise resident.pruned-layers, which is as much as they may take"),
            VisionKey::bytes);
    levels =
        new LendingCache<>(
            new Room(
                "levels",
                host.layers().stream().mapToLong(FusedLayer::weights).sum(),
                "that is all that one criterion has, and a profile has one criterion"),
            k -> host.layers().get(k.layer()).weights());
  }

  private MultimodalModel loaded() {
    return Undo.unlessDone(host::close, () -> MultimodalModel.load(host.checkpoint(), place));
  }

  private boolean onHost() {
    return place.equals(Place.HOST);
  }

  /**
   * The process's model at that place, loaded by whoever asks first.
   *
   * @param directory a Hugging Face directory on local disk
   * @param place where candidates run
   * @param prunedLayerBytes most memory for pruned layers of the decoder, lent or kept for later,
   *     and as much at most for {@link #VISIONS} pruned vision towers
   */
  public static ResidentModel of(Path directory, Place place, long prunedLayerBytes) {
    return RESIDENT.computeIfAbsent(
        new Key(directory.toAbsolutePath().normalize(), place, prunedLayerBytes),
        ResidentModel::new);
  }

  public Checkpoint checkpoint() {
    return host.checkpoint();
  }

  /** Whether {@link #of} still gives this one. */
  public boolean isOpen() {
    return RESIDENT.containsValue(this);
  }

  /** What names the model in tables: its content's hash, and the type if that is not fp32. */
  public String id() {
    return place.type().modelId(host.checkpoint().modelId());
  }

  public MultimodalModel model() {
    return model;
  }

  /**
   * Lends a candidate's layers, pruning those that are not there yet; waits while others hold the
   * memory for it.
   *
   * @param criterionIfPruned the profile's, with its calibration; asked only if something is pruned
   * @param source of levels of the ratios that are asked for again and again; others are ranked
   *     anew
   * @param cancelled asked before each layer and while waiting
   * @throws CancelledException if it became true
   * @throws io.paretune.udfs.problem.InvalidInputException if the profile does not fit the model
   * @throws InterruptedException if interrupted while waiting
   */
  public Candidate lend(
      CompressionProfile profile,
      Supplier<PruningCriterion> criterionIfPruned,
      Optional<LevelSource> source,
      BooleanSupplier cancelled)
      throws InterruptedException {
    LayerStack unpruned = new LayerStack(model.dense().weights(), profile); // checks the profile
    List<LayerPlan> plans = profile.layers().stream().filter(LayerPlan::isPruned).toList();
    if (plans.isEmpty()) {
      return new Candidate(unpruned, LoadedLayers.NONE, () -> {});
    }
    PruningCriterion criterion = criterionIfPruned.get();
    List<LentKey> keys =
        plans.stream()
            .<LentKey>map(plan -> LayerKey.of(plan, criterion.name(), criterion.calibrationId()))
            .toList();
    MatrixPruning pruning = new MatrixPruning(criterion, source.map(l -> index(criterion, l)));
    LendingCache<LentKey, LentLayers>.Loan loan =
        borrow(
            keys,
            key -> {
              LayerPlan plan = ((LayerKey) key).plan();
              return new LentLayers(Map.of(plan.layer(), prune(pruning, plan, cancelled)));
            },
            cancelled);
    LoadedLayers loaded =
        new LoadedLayers(loan.built().size(), loan.built().stream().mapToLong(this::bytes).sum());
    return candidate(profile, keys, loan, loaded);
  }

  /** Layers that are put out give their memory to those that are built in their place. */
  private LendingCache<LentKey, LentLayers>.Loan borrow(
      List<LentKey> keys, Function<LentKey, LentLayers> build, BooleanSupplier cancelled)
      throws InterruptedException {
    try {
      return pruned.borrow(keys, build, cancelled);
    } finally {
      host.pool().trim();
    }
  }

  private Candidate candidate(
      CompressionProfile profile,
      List<LentKey> keys,
      LendingCache<LentKey, LentLayers>.Loan loan,
      LoadedLayers loaded) {
    List<LayerWeights> weights = new ArrayList<>(model.dense().weights());
    for (LentKey key : keys) {
      loan.value(key).byIndex().forEach((l, p) -> weights.set(l, with(weights.get(l), p)));
    }
    return new Candidate(new LayerStack(weights, profile), loaded, loan::close);
  }

  private PrunedLayer prune(MatrixPruning pruning, LayerPlan plan, BooleanSupplier cancelled) {
    FusedLayer dense = host.layers().get(plan.layer());
    if (onHost()) {
      return PrunedLayer.of(host.pool(), pruning, dense, plan);
    }
    Optional<LevelIndex> index = pruning.index().filter(i -> PrunedLayer.isOnGrid(i, plan));
    return index.isPresent()
        ? byLevels(index.get(), plan, cancelled)
        : PrunedLayer.of(host.pool(), pruning, dense, plan).placed(model.place());
  }

  private PrunedLayer byLevels(LevelIndex index, LayerPlan plan, BooleanSupplier cancelled) {
    LevelsKey key = new LevelsKey(index.key().id(), plan.layer());
    try (LendingCache<LevelsKey, PlacedLevels>.Loan loan =
        levels.borrow(
            List.of(key), k -> PlacedLevels.of(model.place(), index, k.layer()), cancelled)) {
      return PrunedLayer.ofLevels(
          model.place(),
          index,
          loan.value(key),
          model.layer(plan.layer()),
          host.layers().get(plan.layer()),
          plan);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
  }

  /**
   * Lends the layers of a candidate whose criterion updates weights. All of them are computed
   * together from the questions, since a layer's depend on those before it; tasks of one candidate
   * share them. They are computed on the host, so that they are the same wherever the model runs.
   *
   * @param profile of such a criterion
   * @param questionsId what tells these questions from others
   * @param questions that calibrate; asked only if something is pruned and not there yet
   * @param cancelled asked before each layer and while waiting
   * @throws CancelledException if it became true
   * @throws io.paretune.udfs.problem.InvalidInputException if the profile does not fit the model
   * @throws InterruptedException if interrupted while waiting
   */
  public Candidate lendUpdated(
      CompressionProfile profile,
      String questionsId,
      Supplier<CalibrationQuestions> questions,
      BooleanSupplier cancelled)
      throws InterruptedException {
    LayerStack unpruned = new LayerStack(model.dense().weights(), profile); // checks the profile
    if (!profile.isPruned()) {
      return new Candidate(unpruned, LoadedLayers.NONE, () -> {});
    }
    CompressionProfile pruning = profile.pruningOnly();
    long bytes = pruning.layers().stream().mapToLong(this::bytes).sum();
    UpdatedKey key = new UpdatedKey(pruning.id(), questionsId, bytes);
    LendingCache<LentKey, LentLayers>.Loan loan =
        borrow(
            List.of(key),
            k ->
                UpdatedLayers.of(
                    host,
                    pruning,
                    questions.get(),
                    made -> onHost() ? made : made.placed(model.place()),
                    cancelled),
            cancelled);
    LoadedLayers loaded =
        loan.built().isEmpty()
            ? LoadedLayers.NONE
            : new LoadedLayers(loan.value(key).byIndex().size(), bytes);
    return candidate(profile, List.of(key), loan, loaded);
  }

  /**
   * Lends vision tower and projector as a plan prunes them; what is not there yet is pruned.
   *
   * @param tower the profile's criterion with the tower's calibration; asked only if something goes
   * @param projector the same with the projector's
   * @param cancelled asked before each layer and while waiting
   * @throws CancelledException if it became true
   * @throws InterruptedException if interrupted while others hold the memory
   */
  public LentVision lendVision(
      VisionPlan plan,
      Supplier<PruningCriterion> tower,
      Supplier<PruningCriterion> projector,
      BooleanSupplier cancelled)
      throws InterruptedException {
    if (plan.isDense()) {
      return new LentVision(model.vision(), () -> {});
    }
    PruningCriterion one = tower.get();
    PruningCriterion other = projector.get();
    long bytes = visionBytes(m -> m.part().ratio(plan) > 0);
    VisionKey key =
        new VisionKey(one.name(), one.calibrationId() + other.calibrationId(), plan, bytes);
    LendingCache<VisionKey, PrunedVision>.Loan loan =
        vision.borrow(
            List.of(key),
            k -> {
              MultimodalModel own = host.model();
              PrunedVision made =
                  PrunedVision.of(
                      own.newManager(),
                      own.vision(),
                      plan,
                      one,
                      other,
                      () -> CancelledException.throwIf(cancelled));
              return onHost() ? made : made.placed(model.place(), model.vision());
            },
            cancelled);
    return new LentVision(loan.value(key).weights(), loan::close);
  }

  private long visionBytes(Predicate<VisionMatrix> which) {
    return VisionMatrix.of(host.checkpoint()).stream()
        .filter(which)
        .mapToLong(m -> (long) m.rows() * m.columns() * elementBytes())
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
  public LevelIndex index(PruningCriterion criterion, LevelSource from) {
    return host.index(criterion, from);
  }

  /** The dense matrices of the decoder's layers in fp32 on the host, in order. */
  public List<FusedLayer> denseLayers() {
    return host.layers();
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

  private int elementBytes() {
    return place.type().dtype().bytes();
  }

  private long bytes(LentKey key) {
    return key instanceof UpdatedKey updated ? updated.bytes() : bytes(((LayerKey) key).plan());
  }

  private long bytes(LayerPlan plan) {
    FusedLayer dense = host.layers().get(plan.layer());
    return Arrays.stream(InputSite.values())
        .filter(site -> site.projections().stream().anyMatch(p -> plan.pruningRatio(p) > 0))
        .mapToLong(site -> dense.fused(site).size() * elementBytes())
        .sum();
  }

  /**
   * Frees everything; a later {@link #of} loads anew.
   *
   * @throws IllegalStateException if a candidate still runs
   */
  @Override
  public void close() {
    pruned.close();
    vision.close();
    levels.close();
    RESIDENT.values().remove(this);
    if (!onHost()) {
      model.close();
    }
    host.close();
  }
}
