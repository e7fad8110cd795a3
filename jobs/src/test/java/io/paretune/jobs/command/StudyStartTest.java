package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyStartTest {
  @TempDir Path directory;

  @Test
  void whatAStudyCannotStartFromIsSaid() throws IOException {
    DemoStudies studies = DemoStudies.in(directory, Map.of("train", 16, "val", 8, "test", 8));
    Path broken = Files.writeString(directory.resolve("broken.json"), "{\"format\":1}");
    assertThat(studies.run("tune", "third", "study.warm-start.studies=[nobody, third]"))
        .satisfies(
            ran -> {
              assertThat(ran.status()).isEqualTo(2);
              assertThat(ran.err())
                  .contains("study \"nobody\" has no complete trial in")
                  .contains("\"third\" is this study itself");
            });
    Ran template = studies.run("tune", "third", "study.template=" + broken);
    assertThat(template.status()).isEqualTo(2);
    assertThat(template.err()).contains("\"format\" must be \"paretune-template/1\", was 1");
    Ran none = studies.run("template", "third", "--to", directory.resolve("none.json").toString());
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("study \"third\" has no trial in");
    assertThat(directory.resolve("none.json")).doesNotExist();
    assertThat(studies.trials("third")).isEmpty();
    assertThat(directory.resolve("warehouse/studies/third.json")).doesNotExist();
  }
}
