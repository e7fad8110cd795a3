package io.paretune.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.ingest.ShardAssignment.Load;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ShardAssignmentTest {
  private static List<Load> loads(Random random, int images) {
    List<Load> loads = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      loads.add(new Load("i" + i, i % 3 == 0 ? "val" : "test", 1 + random.nextInt(9)));
      if (random.nextInt(10) == 0) {
        loads.add(new Load("i" + i, "train", 1 + random.nextInt(9)));
      }
    }
    return loads;
  }

  @Property(tries = 100)
  void everyImageHasAShardWhateverTheOrder(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int shards) {
    List<Load> loads = loads(new Random(seed), 50);
    Map<String, Integer> assigned = ShardAssignment.of(loads, shards);

    assertThat(assigned).hasSize(50);
    assertThat(assigned.values()).allMatch(shard -> shard >= 0 && shard < shards);
    List<Load> shuffled = new ArrayList<>(loads);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(ShardAssignment.of(shuffled, shards)).isEqualTo(assigned);
  }

  @Property(tries = 100)
  void shardsOfASplitDifferByOneImageAtMost(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int shards) {
    Random random = new Random(seed);
    List<Load> loads = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      loads.add(new Load("i" + i, i % 2 == 0 ? "val" : "test", 1 + random.nextInt(9)));
    }
    Map<String, Integer> assigned = ShardAssignment.of(loads, shards);

    for (String split : List.of("val", "test")) {
      Map<Integer, Long> questions = new HashMap<>();
      loads.stream()
          .filter(load -> load.split().equals(split))
          .forEach(
              load -> questions.merge(assigned.get(load.imageId()), load.questions(), Long::sum));
      assertThat(questions).hasSize(shards);
      // With the largest first, no shard leads another by more than one image of nine questions.
      assertThat(Collections.max(questions.values()) - Collections.min(questions.values()))
          .isLessThanOrEqualTo(9);
    }
  }
}
