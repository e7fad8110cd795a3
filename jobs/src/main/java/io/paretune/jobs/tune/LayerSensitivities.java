package io.paretune.jobs.tune;

import io.paretune.jobs.frontier.TextTable;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.LayerSensitivity;
import io.paretune.udfs.prune.LevelIndex;
import io.paretune.udfs.prune.RatioGrid;
import io.paretune.udfs.prune.Wanda;
import io.paretune.udfs.spark.Levels;
import io.paretune.udfs.spark.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How much each decoder layer's linear outputs lose at each ratio, by calibration alone. */
final class LayerSensitivities {
  private LayerSensitivities() {}

  /** One line a layer, one column a ratio: mean relative squared error of its projections. */
  static String text(StudyInputs inputs, ActivationStatistics statistics, Levels levels) {
    RatioGrid grid = new RatioGrid(levels.ratios());
    ResidentModel resident =
        ResidentModel.of(
            Models.directory(inputs.source().location()),
            Device.cpu(),
            inputs.source().prunedLayerBytes());
    LevelIndex index = resident.index(new Wanda(statistics), levels.source());
    List<List<String>> cells = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("layer"));
    grid.ratios().forEach(r -> header.add(Math.round(100 * r) + " %"));
    cells.add(header);
    for (int layer = 0; layer < index.layers(); layer++) {
      LayerSensitivity sensitivity =
          LayerSensitivity.of(layer, resident.denseLayers().get(layer), index, statistics);
      List<String> line = new ArrayList<>(List.of("layer " + layer));
      for (int i = 0; i < grid.size(); i++) {
        line.add(String.format(Locale.ROOT, "%.4f", sensitivity.error(i)));
      }
      cells.add(line);
    }
    return "Relative squared error of the layers' outputs by pruning ratio\n" + TextTable.of(cells);
  }
}
