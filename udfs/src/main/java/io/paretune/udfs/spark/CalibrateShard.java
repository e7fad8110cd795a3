package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.Calibration;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.ResidentModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Prepared shards of calibration questions to their activation statistics, as bytes.
 *
 * @param source the model
 */
public record CalibrateShard(ModelSource source)
    implements FlatMapFunction<Iterator<PreparedShard>, byte[]> {

  @Override
  public Iterator<byte[]> call(Iterator<PreparedShard> shards) {
    ResidentModel resident = source.resident();
    List<byte[]> statistics = new ArrayList<>();
    while (shards.hasNext()) {
      statistics.add(Calibration.measure(resident.model(), shards.next()).toBytes());
    }
    return statistics.iterator();
  }
}
