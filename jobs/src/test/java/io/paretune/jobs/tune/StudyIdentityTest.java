package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
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
