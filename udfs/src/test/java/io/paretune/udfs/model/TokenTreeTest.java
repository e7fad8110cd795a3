package io.paretune.udfs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TokenTreeTest {
  @Provide
  Arbitrary<List<long[]>> sequences() {
    return Arbitraries.longs()
        .between(0, 2)
        .array(long[].class)
        .ofMinSize(2)
        .ofMaxSize(6)
        .list()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  @Property(tries = 300)
  void pathsSpellTheSequencesAndEveryBeginningIsOneNode(@ForAll("sequences") List<long[]> all) {
    TokenTree tree = TokenTree.whole(all);
    for (int s = 0; s < all.size(); s++) {
      assertThat(path(tree, tree.lastNode(s))).containsExactly(all.get(s));
    }
    long distinct =
        all.stream()
            .flatMap(
                s ->
                    IntStream.rangeClosed(1, s.length)
                        .mapToObj(n -> Arrays.toString(Arrays.copyOf(s, n))))
            .distinct()
            .count();
    assertThat((long) tree.size()).isEqualTo(distinct);
    assertThat(IntStream.range(0, tree.size()).map(tree::multiplicity).sum())
        .isEqualTo(all.stream().mapToInt(s -> s.length).sum());
    for (int node = 0; node < tree.size(); node++) {
      assertThat(tree.parent(node)).isLessThan(node);
      assertThat(tree.depth(node)).isEqualTo(path(tree, node).length - 1);
    }
  }

  @Property(tries = 300)
  void scoringReadsEachScoredTokenAfterWhatPrecedesIt(@ForAll("sequences") List<long[]> all) {
    TokenTree tree =
        TokenTree.scoring(all.stream().map(s -> new Continuation(s, s.length / 2)).toList());
    int read = 0;
    for (int s = 0; s < all.size(); s++) {
      long[] tokens = all.get(s);
      for (int i = tokens.length / 2; i < tokens.length; i++) {
        TokenTree.Read found = tree.reads().get(read++);
        assertThat(found.sequence()).isEqualTo(s);
        assertThat(found.token()).isEqualTo(tokens[i]);
        assertThat(path(tree, found.node())).containsExactly(Arrays.copyOf(tokens, i));
        assertThat(tree.readNodes()).contains(found.node());
      }
    }
    assertThat(tree.reads()).hasSize(read);
  }

  @Test
  void refusesWhatCannotBeScored() {
    assertThatThrownBy(() -> new Continuation(new long[] {1, 2}, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scoredFrom must be in [1, 2), was 0");
    assertThatThrownBy(() -> TokenTree.whole(List.of(new long[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sequence 0 is empty");
    assertThatThrownBy(() -> TokenTree.scoring(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a tree needs at least one sequence");
  }

  private static long[] path(TokenTree tree, int node) {
    List<Long> tokens = new ArrayList<>();
    for (int n = node; n != TokenTree.PREFIX; n = tree.parent(n)) {
      tokens.add(0, tree.token(n));
    }
    return tokens.stream().mapToLong(Long::longValue).toArray();
  }
}
