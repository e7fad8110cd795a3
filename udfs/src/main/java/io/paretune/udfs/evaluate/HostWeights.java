package io.paretune.udfs.evaluate;

import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.prune.FusedLayer;
import io.paretune.udfs.prune.LevelIndex;
import io.paretune.udfs.prune.LevelIndexKey;
import io.paretune.udfs.prune.LevelSource;
import io.paretune.udfs.prune.MatrixPool;
import io.paretune.udfs.prune.PruningCriterion;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * A checkpoint's dense weights in fp32 in CPU memory, once per process whatever devices it runs on:
 * weights are ranked and pruned here.
 */
final class HostWeights implements AutoCloseable {
  private static final Map<Path, HostWeights> LOADED = new HashMap<>();

  private final Path directory;
  private final Checkpoint checkpoint;
  private final MultimodalModel model;
  private final List<FusedLayer> layers;
  private final MatrixPool pool;
  private final Map<String, LevelIndex> indexes = new ConcurrentHashMap<>();
  private int users;

  private HostWeights(Path directory, Checkpoint checkpoint, MultimodalModel model) {
    this.directory = directory;
    this.checkpoint = checkpoint;
    this.model = model;
    layers =
        IntStream.range(0, model.config().text().layers())
            .mapToObj(i -> fused(model.layer(i)))
            .toList();
    // What waits for its next use is beyond the budget: between candidates keep it to one layer.
    pool = new MatrixPool(model.newManager(), layers.get(0).weights() * Float.BYTES);
  }

  private static HostWeights load(Path directory) {
    Checkpoint checkpoint = Checkpoint.open(directory);
    return Undo.unlessDone(checkpoint::close, () -> of(directory, checkpoint));
  }

  private static HostWeights of(Path directory, Checkpoint checkpoint) {
    MultimodalModel model = MultimodalModel.load(checkpoint, Place.HOST);
    return Undo.unlessDone(model::close, () -> new HostWeights(directory, checkpoint, model));
  }

  /** Those of a directory, loaded by whoever asks first; each closes what it asked for. */
  static HostWeights of(Path directory) {
    synchronized (LOADED) {
      HostWeights host = LOADED.computeIfAbsent(directory, HostWeights::load);
      host.users++;
      return host;
    }
  }

  private static FusedLayer fused(LayerWeights layer) {
    return FusedLayer.of(layer.qkv(), layer.output(), layer.gateUp(), layer.down());
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  /** The model that computes here. */
  MultimodalModel model() {
    return model;
  }

  /** The matrices of the decoder's layers, in order. */
  List<FusedLayer> layers() {
    return layers;
  }

  /** For matrices that are being pruned. */
  MatrixPool pool() {
    return pool;
  }

  /** The levels of the whole decoder; opened once, by whoever needs them first. */
  LevelIndex index(PruningCriterion criterion, LevelSource levels) {
    LevelIndexKey key = LevelIndexKey.of(checkpoint.modelId(), criterion, levels.grid());
    return indexes.computeIfAbsent(
        key.id(),
        id -> levels.store().open(checkpoint.modelId(), criterion, levels.grid(), layers));
  }

  /** Frees everything if nobody else uses it. */
  @Override
  public void close() {
    synchronized (LOADED) {
      users--;
      if (users == 0) {
        LOADED.remove(directory);
        pool.close();
        model.close();
        checkpoint.close();
      }
    }
  }
}
