package io.paretune.udfs.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
  private static final List<String> KNOWN = List.of("tune", "retune", "frontier", "evaluate");

  @Test
  void findsWhatWasMeant() {
    assertThat(Suggestion.nearest("tnue", KNOWN)).contains("tune");
    assertThat(Suggestion.nearest("fronteir", KNOWN)).contains("frontier");
    assertThat(Suggestion.nearest("eval", KNOWN)).isEmpty();
    assertThat(Suggestion.nearest("tune", KNOWN)).contains("tune");
  }

  @Test
  void saysNothingAboutWhatIsNearNothing() {
    assertThat(Suggestion.remedy("xyz", KNOWN, "see --help")).isEqualTo("see --help");
    assertThat(Suggestion.remedy("tun", KNOWN, "see --help")).isEqualTo("did you mean \"tune\"?");
  }

  @Test
  void namesAllThereAre() {
    List<String> splits = List.of("test", "train", "val");
    assertThat(Suggestion.among("vla", splits))
        .isEqualTo("did you mean \"val\"? there are test, train, val");
    assertThat(Suggestion.among("evaluation", splits)).isEqualTo("there are test, train, val");
    assertThat(Suggestion.among("val", List.of())).isEqualTo("there are none");
  }

  @Test
  void countsEdits() {
    assertThat(Suggestion.distance("", "abc")).isEqualTo(3);
    assertThat(Suggestion.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Suggestion.distance("ab", "ba")).isEqualTo(1);
  }
}
