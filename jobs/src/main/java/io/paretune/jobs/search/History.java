package io.paretune.jobs.search;

import java.util.Collection;
import java.util.List;

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

  /** How often a finished trial was replaced, such as a stopped one that was completed later. */
  int revision();
}
