package io.paretune.jobs.search;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All that a sampler may look at. Finished trials stand in the order in which they were told and
 * are never changed or removed, so what was computed from the first of them stays valid, except
 * that {@link #revision} counts the replacements of a trial by a better-known one.
 */
public interface History {
  SearchSpace space();

  /** Complete, stopped and failed trials in the order told. */
  List<Trial> finished();

  /** Trials asked for and not told yet, by id. */
  Collection<Trial> running();

  /**
   * The points of this study's own trials, running ones among them. One that only evidence from
   * elsewhere speaks of is not tried here yet.
   */
  default Set<Point> tried() {
    Set<Point> tried = new HashSet<>();
    running().forEach(t -> tried.add(t.point()));
    finished().stream().filter(t -> !t.origin().isForeign()).forEach(t -> tried.add(t.point()));
    return tried;
  }

  /** How often a finished trial was replaced, such as a stopped one that was completed later. */
  int revision();
}
