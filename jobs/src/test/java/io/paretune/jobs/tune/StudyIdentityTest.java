package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.udfs.problem.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyIdentityTest {
  @TempDir Path directory;

  private static JsonObject identity(String model) {
    JsonObject identity = new JsonObject();
    identity.addProperty("model", model);
    identity.addProperty("study.shards", 8);
    return identity;
  }

  @Test
  void tuneRefusesAnotherTypeAndSaysHowToComeBackToIt() {
    assertThatThrownBy(
            () -> StudyIdentity.refuseDifferences("s", identity("a@bf16"), identity("a"), Set.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "resident.type: the model computes in fp32; the study \"s\" was scored in bf16 — set"
                + " resident.type=bf16, or give tasks GPUs (resident.device=auto); or choose"
                + " another study.name, or run retune, which goes on with it and scores the"
                + " frontier again");
    assertThatThrownBy(
            () -> StudyIdentity.refuseDifferences("s", identity("a"), identity("a@bf16"), Set.of()))
        .hasMessageStartingWith(
            "resident.type: the model computes in bf16; the study \"s\" was scored in fp32 — set"
                + " resident.type=fp32; or choose");
    assertThatThrownBy(
            () -> StudyIdentity.refuseDifferences("s", identity("a@bf16"), identity("b"), Set.of()))
        .hasMessageStartingWith(
            "model: is b; the study \"s\" was scored with a@bf16 — choose another study.name");
  }

  @Test
  void retuneGoesOnInAnotherType() {
    assertThatCode(
            () ->
                StudyIdentity.refuseDifferences(
                    "s", identity("a@bf16"), identity("a"), StudyIdentity.MAY_CHANGE))
        .doesNotThrowAnyException();
  }

  @Test
  void aNightNotesOnlyWhatChangedAndLeavesNoOtherFile() throws Exception {
    Path file = directory.resolve("nightly.json");
    Files.writeString(file, identity("a").toString());
    FileTime longAgo = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
    Files.setLastModifiedTime(file, longAgo);
    var path = new org.apache.hadoop.fs.Path(file.toUri());

    StudyIdentity.renew(new Configuration(), path, identity("a"));
    assertThat(Files.getLastModifiedTime(file)).as("it is not written").isEqualTo(longAgo);

    StudyIdentity.renew(new Configuration(), path, identity("b"));
    assertThat(JsonParser.parseString(Files.readString(file))).isEqualTo(identity("b"));
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }
}
