package io.paretune.jobs.export;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.CheckpointCopy;
import io.paretune.udfs.checkpoint.PackedCheckpoint;
import io.paretune.udfs.cost.VisionMatrix;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.spark.CandidateSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of an exported candidate.
 *
 * @param resident the dense model
 * @param candidate what is done to it
 * @param card its README
 */
record CheckpointExport(ResidentModel resident, CandidateSpec candidate, ModelCard card) {

  /** Writes all of them into an empty local directory. */
  void write(Path directory) throws IOException {
    try (PrunedTensors tensors = new PrunedTensors(resident, candidate)) {
      CheckpointCopy.write(resident.checkpoint(), directory, tensors);
    }
    try (Checkpoint written = Checkpoint.open(directory)) {
      List<VisionMatrix> vision = VisionMatrix.of(written);
      PackedCheckpoint.write(
          written,
          Files.createDirectory(directory.resolve("packed")).resolve("model.safetensors"),
          name -> PrunedTensors.isPruned(candidate.profile(), vision, name));
    }
    writeJson(
        directory.resolve("profile.json"),
        JsonParser.parseString(candidate.profile().canonicalJson()));
    writeJson(
        directory.resolve("kv_cache.json"),
        KvHints.json(candidate.profile(), resident.denseLayers().size()));
    Files.writeString(directory.resolve("README.md"), card.markdown());
  }

  private static void writeJson(Path file, JsonElement json) throws IOException {
    Files.writeString(
        file, new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(json) + "\n");
  }
}
