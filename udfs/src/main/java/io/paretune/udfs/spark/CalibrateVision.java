package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.evaluate.VisionCalibration;
import io.paretune.udfs.model.ImageProcessor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Shards of calibration questions, prepared with their images' files, to what their images look
 * like to vision tower and projector, as bytes.
 *
 * @param source the model
 */
public record CalibrateVision(ModelSource source)
    implements FlatMapFunction<Iterator<PreparedShard>, byte[]> {

  @Override
  public Iterator<byte[]> call(Iterator<PreparedShard> shards) {
    ResidentModel resident = source.resident();
    ImageProcessor processor = new ImageProcessor(resident.checkpoint().imageProcessor());
    List<byte[]> statistics = new ArrayList<>();
    while (shards.hasNext()) {
      statistics.add(
          VisionCalibration.measure(resident.model(), processor, shards.next()).toBytes());
    }
    return statistics.iterator();
  }
}
