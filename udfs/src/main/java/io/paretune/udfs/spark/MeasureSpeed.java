package io.paretune.udfs.spark;

import io.paretune.udfs.engine.Device;
import io.paretune.udfs.evaluate.LentVision;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.evaluate.ServingSpeed;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.Function;

/**
 * Measures candidates, one after another, on the device that the task was given.
 *
 * @param source the model
 * @param settings what is measured
 */
public record MeasureSpeed(ModelSource source, SpeedSettings settings)
    implements Function<CandidateSpec, MeasureSpeed.Measured> {

  /**
   * A measurement and where it was made.
   *
   * @param device the processor by its name, or the GPU by its number
   */
  public record Measured(ServingSpeed speed, String device) implements Serializable {}

  @Override
  public Measured call(CandidateSpec candidate) throws InterruptedException {
    Device device = source.place().device();
    if (!settings.type().isFastOn(device)) {
      throw new InvalidInputException(
          "--type",
          settings.type().key() + " is slow on this processor, which has no instructions for it",
          "leave --type out");
    }
    ResidentModel resident = source.onHost(source.place().type());
    try (ResidentModel.Candidate borrowed = candidate.borrow(resident);
        LentVision sight = candidate.borrowVision(resident)) {
      return new Measured(
          ServingSpeed.measure(resident, device, borrowed.layers(), sight.weights(), settings),
          name(device));
    }
  }

  private static String name(Device device) {
    Path cpu = Path.of("/proc/cpuinfo");
    if (!device.isCpu() || !Files.isReadable(cpu)) {
      return device.toString();
    }
    try (Stream<String> lines = Files.lines(cpu)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> "cpu: " + line.substring(line.indexOf(':') + 1).strip())
          .orElse(device.toString());
    } catch (IOException e) {
      return device.toString();
    }
  }
}
