package io.paretune.jobs.subset;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.subset.Coreset.Unit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CoresetTest {
  private static List<Unit> units(int... sizes) {
    List<Unit> units = new ArrayList<>();
    for (int stratum = 0; stratum < sizes.length; stratum++) {
      for (int i = 0; i < sizes[stratum]; i++) {
        units.add(new Unit("u" + stratum + "-" + i, "s" + stratum, 1));
      }
    }
    return units;
  }

  @Property(tries = 100)
  void everyStratumHasItsShareWithinOneQuestionWhateverTheOrder(
      @ForAll @IntRange(min = 1, max = 60) int a,
      @ForAll @IntRange(min = 1, max = 60) int b,
      @ForAll @IntRange(min = 1, max = 60) int c,
      @ForAll @IntRange(min = 1, max = 180) int questions,
      @ForAll long seed) {
    List<Unit> units = units(a, b, c);
    Set<String> chosen = Coreset.of(units, questions);
    Collections.shuffle(units, new Random(seed));

    assertThat(Coreset.of(units, questions)).isEqualTo(chosen);
    assertThat(chosen).hasSize(Math.min(questions, a + b + c));
    Map<String, Long> byStratum =
        chosen.stream()
            .collect(Collectors.groupingBy(id -> id.substring(0, 2), Collectors.counting()));
    double share = Math.min(1, (double) questions / (a + b + c));
    List<Integer> sizes = List.of(a, b, c);
    for (int s = 0; s < 3; s++) {
      assertThat((double) byStratum.getOrDefault("u" + s, 0L))
          .isBetween(Math.floor(share * sizes.get(s)), Math.ceil(share * sizes.get(s)));
    }
  }

  @Test
  void questionsJudgedTogetherComeTogether() {
    List<Unit> pairs = IntStream.range(0, 20).mapToObj(i -> new Unit("pair" + i, "s", 2)).toList();

    assertThat(Coreset.of(pairs, 9)).hasSize(5);
  }

  @Test
  void moreThanThereAreIsAll() {
    assertThat(Coreset.of(units(3, 4), 100)).hasSize(7);
  }
}
