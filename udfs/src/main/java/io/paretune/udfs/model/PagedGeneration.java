package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.kvcache.KvSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Greedy answers over pages of keys and values: how profiles generate whose keys are grouped by
 * channel, since a group is quantized only when its last token is there. So many prompts run at
 * once; those of an image share the pages of its prefix. An answer does not depend on what is
 * answered beside it.
 */
final class PagedGeneration {
  private final Decoder decoder;
  private final Serving serving;
  private final String profileId;
  private final List<List<OpenPrompt>> prompts;
  private final ImagePrefix prefix;
  private final long[][][] answers;

  /** An image's prefix. */
  record ImagePrefix(long[] before, FeatureRun features) {}

  /** An answer and where it belongs. */
  private record Growing(int image, int number, GrowingAnswer answer, KvSequence sequence) {}

  /**
   * Sets up one generation.
   *
   * @param serving of the candidate, for nothing else meanwhile
   * @param profileId names the candidate in an error
   * @param prompts of each image, after its prefix
   */
  PagedGeneration(
      Decoder decoder,
      Serving serving,
      String profileId,
      List<List<OpenPrompt>> prompts,
      ImagePrefix prefix) {
    this.decoder = decoder;
    this.serving = serving;
    this.profileId = profileId;
    this.prompts = prompts;
    this.prefix = prefix;
    this.answers = prompts.stream().map(p -> new long[p.size()][]).toArray(long[][][]::new);
  }

  /**
   * The answers, as the prompts are.
   *
   * @param slots answers that grow at once, at most
   * @param betweenSteps called before every step; what it throws ends the generation
   */
  List<List<long[]>> run(NDManager owner, int slots, Runnable betweenSteps) {
    if (slots < 1) {
      throw new IllegalArgumentException("generation has a slot at least, were " + slots);
    }
    Map<Integer, KvSequence> prefixes = new LinkedHashMap<>();
    List<Growing> group = new ArrayList<>();
    for (int image = 0; image < prompts.size(); image++) {
      for (int number = 0; number < prompts.get(image).size(); number++) {
        betweenSteps.run();
        KvSequence shared = prefixes.computeIfAbsent(image, i -> prefix(owner, i));
        KvSequence own = serving.pages().fork(shared);
        GrowingAnswer answer = new GrowingAnswer(prompts.get(image).get(number));
        group.add(new Growing(image, number, answer, own));
        if (group.size() == slots) {
          grow(owner, group, betweenSteps);
          closeAllBut(prefixes, image);
        }
      }
    }
    grow(owner, group, betweenSteps);
    closeAllBut(prefixes, prompts.size());
    return Arrays.stream(answers).map(List::of).toList();
  }

  private static void closeAllBut(Map<Integer, KvSequence> prefixes, int image) {
    prefixes
        .entrySet()
        .removeIf(
            entry -> {
              boolean done = entry.getKey() != image;
              if (done) {
                entry.getValue().close();
              }
              return done;
            });
  }

  private KvSequence prefix(NDManager owner, int image) {
    KvSequence sequence = serving.pages().newSequence();
    try (NDManager pass = owner.newSubManager()) {
      serving.prefill(
          List.of(sequence), prefix.before(), prefix.features().run(pass, image, image + 1));
    }
    return sequence;
  }

  /** Answers a group's prompts and empties it. */
  private void grow(NDManager owner, List<Growing> group, Runnable betweenSteps) {
    List<Growing> live = new ArrayList<>();
    for (Growing one : group) { // prompts differ in length
      try (NDManager pass = owner.newSubManager()) {
        NDArray next =
            serving.extend(
                pass, List.of(one.sequence()), List.of(one.answer().prompt().tokens())); // (1, V)
        if (goesOn(one, likeliest(pass, next)[0])) {
          live.add(one);
        }
      }
    }
    while (!live.isEmpty()) {
      betweenSteps.run();
      long[] next;
      try (NDManager pass = owner.newSubManager()) {
        NDArray table =
            serving.decode(
                pass,
                live.stream().map(Growing::sequence).toList(),
                live.stream().mapToLong(g -> g.answer().last()).toArray()); // (B, V)
        next = likeliest(pass, table);
      }
      List<Growing> rest = new ArrayList<>();
      for (int i = 0; i < next.length; i++) {
        if (goesOn(live.get(i), next[i])) {
          rest.add(live.get(i));
        }
      }
      live = rest;
    }
    group.clear();
  }

  private long[] likeliest(NDManager pass, NDArray table) {
    return NonFiniteOutputException.requireTokens(
        profileId, decoder.script().callOne(pass, "likeliest", table).toLongArray());
  }

  /** Takes the next token; an answer that is at its end is kept. */
  private boolean goesOn(Growing one, long token) {
    boolean ended = one.answer().endsWith(token, one.sequence().tokens(), decoder.maxPositions());
    if (ended) {
      answers[one.image()][one.number()] = one.answer().tokens();
      one.sequence().close();
    }
    return !ended;
  }
}
