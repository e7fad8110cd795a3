package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.kvcache.KvCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Greedy decoding with continuous batching (Orca, OSDI 2022, §4): after every step the slots of
 * answers that ended are given to the prompts that are next, so that a step has all slots at work
 * whatever the answers' lengths. Prompts are taken in the given order, image after image.
 */
final class ContinuousGeneration {
  /** Image prefixes in a forward: enough for full matrix products. */
  private static final int PREFIXES_AT_ONCE = 16;

  private final Decoder decoder;
  private final LayerStack layers;
  private final List<List<OpenPrompt>> prompts;
  private final PrefixRun prefixes;
  private final int slots;
  private final int images;

  private final long[][][] answers;
  private final int[] unanswered;
  private final Map<Integer, Integer> placeOf = new HashMap<>();
  private final TreeSet<Integer> freePlaces = new TreeSet<>();
  private final List<Sequence> live = new ArrayList<>(); // by slot
  private @Nullable GenerationCache cache;
  private int nextImage;
  private int nextPrompt;
  private int nextPrefix;

  /** A prompt on its way to an answer. */
  private static final class Sequence {
    final int image;
    final int number;
    final GrowingAnswer answer;
    int length;

    Sequence(int image, int number, OpenPrompt prompt) {
      this.image = image;
      this.number = number;
      this.answer = new GrowingAnswer(prompt);
      this.length = prompt.tokens().length;
    }
  }

  /**
   * Sets up one generation.
   *
   * @param prompts of each image, after its prefix; every image has some
   * @param slots answers that grow at once, at most
   */
  ContinuousGeneration(
      Decoder decoder,
      LayerStack layers,
      List<List<OpenPrompt>> prompts,
      PrefixRun prefixes,
      int slots) {
    if (slots < 1 || prompts.stream().anyMatch(List::isEmpty)) {
      throw new IllegalArgumentException(
          "generation has a slot at least and every image a prompt, were %d slots"
              .formatted(slots));
    }
    this.decoder = decoder;
    this.layers = layers;
    this.prompts = prompts;
    this.prefixes = prefixes;
    this.answers = prompts.stream().map(p -> new long[p.size()][]).toArray(long[][][]::new);
    this.unanswered = prompts.stream().mapToInt(List::size).toArray();
    int total = Arrays.stream(unanswered).sum();
    this.slots = Math.min(slots, total);
    this.images = places(total);
    for (int place = 0; place < images; place++) {
      freePlaces.add(place);
    }
  }

  /**
   * Prefixes that are held at once: twice those that full slots need on average, since an image
   * stays until its last answer and the next ones are run together; never more than slots.
   */
  private int places(int total) {
    int used = (int) Math.ceil((double) slots * prompts.size() / Math.max(1, total));
    return Math.max(1, Math.min(Math.min(prompts.size(), slots), 2 * used));
  }

  /**
   * The answers, as the prompts are.
   *
   * @param betweenSteps called before every step; what it throws ends the generation
   */
  List<List<long[]>> run(NDManager owner, Runnable betweenSteps) {
    try (NDManager manager = owner.newSubManager()) {
      do {
        betweenSteps.run();
        admit(manager);
        if (!live.isEmpty()) {
          step(manager);
        }
      } while (!live.isEmpty() || nextImage < prompts.size());
    }
    return Arrays.stream(answers).map(List::of).toList();
  }

  /** Fills the free slots; a prompt whose answer ends with its first token leaves its slot free. */
  private void admit(NDManager manager) {
    boolean admitted = true;
    while (admitted && live.size() < slots && nextImage < prompts.size()) {
      Map<Integer, List<Sequence>> group = nextGroup(manager);
      admitted = !group.isEmpty();
      if (admitted) {
        runPrompts(manager, group);
      }
    }
  }

  /** The next prompts that there are slots and places for, by image. */
  private Map<Integer, List<Sequence>> nextGroup(NDManager manager) {
    Map<Integer, List<Sequence>> group = new LinkedHashMap<>();
    int taken = live.size();
    while (taken < slots && nextImage < prompts.size()) {
      if (nextImage == nextPrefix) {
        if (freePlaces.isEmpty()) {
          break;
        }
        runPrefixes(manager);
      }
      List<OpenPrompt> own = prompts.get(nextImage);
      group
          .computeIfAbsent(nextImage, i -> new ArrayList<>())
          .add(new Sequence(nextImage, nextPrompt, own.get(nextPrompt)));
      taken++;
      if (++nextPrompt == own.size()) {
        nextImage++;
        nextPrompt = 0;
      }
    }
    return group;
  }

  /** Runs the next images' prefixes, as many as there are places for. */
  private void runPrefixes(NDManager manager) {
    int count =
        Math.min(PREFIXES_AT_ONCE, Math.min(freePlaces.size(), prompts.size() - nextPrefix));
    long[] places = new long[count];
    for (int i = 0; i < count; i++) {
      int place = freePlaces.first();
      freePlaces.remove(place);
      placeOf.put(nextPrefix + i, place);
      places[i] = place;
    }
    try (NDManager pass = manager.newSubManager();
        KvCache run = prefixes.run(pass, nextPrefix, nextPrefix + count)) {
      if (cache == null) {
        cache = decoder.generationCache(manager, run, images, slots);
      }
      cache.place(run, places);
    }
    nextPrefix += count;
  }

  /** Runs whole prompts, as trees where those of an image begin alike. */
  private void runPrompts(NDManager manager, Map<Integer, List<Sequence>> group) {
    GenerationCache own = cache();
    Map<Integer, List<Sequence>> byPlace = new HashMap<>();
    group.forEach((image, sequences) -> byPlace.put(place(image), sequences));
    List<TokenTree> trees = new ArrayList<>();
    for (int place = 0; place < images; place++) {
      List<long[]> tokens =
          byPlace.getOrDefault(place, List.of()).stream()
              .map(s -> s.answer.prompt().tokens())
              .toList();
      trees.add(tokens.isEmpty() ? TokenTree.NONE : TokenTree.whole(tokens));
    }
    TokenForest forest = new TokenForest(trees);
    List<int[]> paths = new ArrayList<>();
    List<Integer> given = new ArrayList<>();
    try (NDManager pass = manager.newSubManager()) {
      TreeKeys kept = TreeKeys.keptBy(pass);
      int[] reads = forest.reads();
      NDArray x = decoder.trees(pass, layers, own.prefixes(), forest, kept, SquareSums.unwanted());
      long[] next = likeliest(pass, x);
      for (Map.Entry<Integer, List<Sequence>> entry : byPlace.entrySet()) {
        for (int s = 0; s < entry.getValue().size(); s++) {
          Sequence sequence = entry.getValue().get(s);
          int row = forest.rowOf(entry.getKey(), trees.get(entry.getKey()).lastNode(s));
          if (goesOn(sequence, next[Arrays.binarySearch(reads, row)])) {
            paths.add(forest.pathTo(row));
            given.add(live.size());
            live.add(sequence);
          }
        }
      }
      if (!given.isEmpty()) {
        own.admit(kept, paths, given.stream().mapToInt(Integer::intValue).toArray());
      }
    }
  }

  /** One more token of every live sequence. */
  private void step(NDManager manager) {
    GenerationCache own = cache();
    live.forEach(s -> s.length++);
    GenerationStep step =
        new GenerationStep(
            live.stream().mapToLong(s -> s.answer.last()).toArray(),
            live.stream().mapToInt(s -> s.length).toArray(),
            live.stream().mapToInt(s -> place(s.image)).toArray());
    own.ensure(step.longest());
    long[] next;
    try (NDManager pass = manager.newSubManager()) {
      next = likeliest(pass, decoder.decode(pass, layers, own, step));
    }
    for (int slot = live.size() - 1; slot >= 0; slot--) {
      if (!goesOn(live.get(slot), next[slot])) {
        int last = live.size() - 1;
        if (slot < last) {
          own.move(slot, last);
          live.set(slot, live.get(last));
        }
        live.remove(last);
      }
    }
  }

  private long[] likeliest(NDManager pass, NDArray x) {
    return NonFiniteOutputException.requireTokens(
        layers.profile().id(), decoder.likeliest(pass, x));
  }

  /**
   * Takes the next token; an answer that is at its end is kept, and its image if it was the last.
   */
  private boolean goesOn(Sequence sequence, long token) {
    long positions = cache().prefixes().tokens() + sequence.length;
    boolean ended = sequence.answer.endsWith(token, positions, decoder.maxPositions());
    if (ended) {
      answers[sequence.image][sequence.number] = sequence.answer.tokens();
      if (--unanswered[sequence.image] == 0) {
        freePlaces.add(place(sequence.image));
        placeOf.remove(sequence.image);
      }
    }
    return !ended;
  }

  private int place(int image) {
    Integer place = placeOf.get(image);
    if (place == null) {
      throw new IllegalStateException("image " + image + " is not resident");
    }
    return place;
  }

  private GenerationCache cache() {
    if (cache == null) {
      throw new IllegalStateException("no prefix was run");
    }
    return cache;
  }
}
