package io.paretune.jobs.search;

import io.paretune.udfs.problem.InvalidInputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Ask and tell: numbers the trials, keeps what became of them and asks a sampler for the next. Not
 * safe for use by many threads.
 */
public final class Study {
  private final SearchSpace space;
  private final Sampler sampler;
  private final Feasibility bounds;
  private final List<Trial> finished = new ArrayList<>();
  private final Map<Long, Integer> finishedAt = new HashMap<>();
  private final TreeMap<Long, Trial> running = new TreeMap<>();
  private final History history = new View();
  private long nextId;
  private int revision;

  public Study(SearchSpace space, Sampler sampler) {
    this.space = space;
    this.sampler = sampler;
    this.bounds = Feasibility.exact(space);
  }

  public SearchSpace space() {
    return space;
  }

  /** What the sampler sees; changes as trials are asked and told. */
  public History history() {
    return history;
  }

  /**
   * The next trials to run, numbered in order.
   *
   * @throws IllegalArgumentException if {@code count} is not positive
   * @throws InvalidInputException if no point was found that keeps the known constraints; then no
   *     trial was started
   */
  public List<Trial> ask(int count) {
    if (count <= 0) {
      throw new IllegalArgumentException("must ask for at least one trial, was " + count);
    }
    List<Point> proposed = sampler.propose(history, nextId, count);
    for (Point point : proposed) {
      if (!space.contains(point)) {
        throw new IllegalStateException("the sampler proposed a point outside the space: " + point);
      }
      if (!bounds.isFeasible(point)) {
        throw new InvalidInputException(
            "constraints", "no point was found that keeps " + known(), "widen their bounds");
      }
    }
    List<Trial> asked = new ArrayList<>();
    for (Point point : proposed) {
      asked.add(start(nextId, point, Trial.Origin.SAMPLER));
    }
    return asked;
  }

  /** The known constraints in words. */
  private String known() {
    return space.knownConstraints().stream()
        .map(c -> "%s in [%s, %s]".formatted(c.name(), c.min(), c.max()))
        .collect(Collectors.joining(" and "));
  }

  /** Starts a trial at a point chosen by the caller, such as a uniform profile or an incumbent. */
  public Trial start(Point point, Trial.Origin origin) {
    checkInside(point);
    return start(nextId, point, origin);
  }

  private Trial start(long id, Point point, Trial.Origin origin) {
    Trial trial = new Trial(id, point, TrialState.RUNNING, values(point, Map.of()), 0, origin);
    running.put(id, trial);
    nextId = id + 1;
    return trial;
  }

  /**
   * Says what became of a trial. Telling the same again changes nothing; a stopped trial may be
   * completed later, and a stopped or a complete one told again with more samples.
   *
   * @throws IllegalArgumentException if the id is unknown, the trial already ended otherwise, or a
   *     complete trial lacks an objective's value
   */
  public Trial tell(long id, Outcome outcome) {
    Trial started = running.get(id);
    if (started != null) {
      Trial ended = ended(id, started.point(), outcome, started.origin());
      running.remove(id);
      return append(ended);
    }
    Integer at = finishedAt.get(id);
    if (at == null) {
      throw new IllegalArgumentException("there is no trial " + id);
    }
    Trial before = finished.get(at);
    Trial again = ended(id, before.point(), outcome, before.origin());
    if (again.equals(before)) {
      return before;
    }
    boolean completesStopped = before.state() == TrialState.STOPPED && again.isComplete();
    boolean sharpens = before.state() == again.state() && again.samples() > before.samples();
    if (!completesStopped && !sharpens) {
      throw new IllegalArgumentException(
          "trial %d was told before with another outcome, state %s"
              .formatted(id, before.state().key()));
    }
    finished.set(at, again);
    revision++;
    sampler.told(history);
    return again;
  }

  /**
   * Adds a trial that ran elsewhere.
   *
   * @throws IllegalArgumentException if the point is not of this space or a value is missing
   */
  public Trial add(Point point, Outcome outcome, Trial.Origin origin) {
    checkInside(point);
    Trial added = append(ended(nextId, point, outcome, origin));
    nextId++;
    return added;
  }

  /** Finished trials of this study itself: evidence from elsewhere is not counted. */
  public int counted() {
    return (int) finished.stream().filter(t -> !t.origin().isForeign()).count();
  }

  /**
   * Puts back a trial as it was recorded, when a study is resumed; also takes in evidence from
   * elsewhere under a number of its own, which may be negative so that the study's own trials are
   * numbered as they would be without it.
   */
  public void replay(Trial trial) {
    checkInside(trial.point());
    if (finishedAt.containsKey(trial.id())) {
      throw new IllegalArgumentException("trial " + trial.id() + " is replayed twice");
    }
    nextId = Math.max(nextId, trial.id() + 1);
    if (trial.state() == TrialState.RUNNING) {
      running.put(trial.id(), trial);
    } else {
      running.remove(trial.id());
      append(trial);
    }
  }

  /** Takes a number that a trial outside this space has. */
  public void reserve(long id) {
    nextId = Math.max(nextId, id + 1);
  }

  /** Complete trials that no other complete trial beats, and that keep every constraint. */
  public List<Trial> front() {
    return ParetoFront.of(space, finished);
  }

  private Trial append(Trial trial) {
    finishedAt.put(trial.id(), finished.size());
    finished.add(trial);
    sampler.told(history);
    return trial;
  }

  private void checkInside(Point point) {
    if (!space.contains(point)) {
      throw new IllegalArgumentException("the point is not in the search space: " + point);
    }
  }

  private Trial ended(long id, Point point, Outcome outcome, Trial.Origin origin) {
    List<Double> values = values(point, outcome.values());
    if (outcome.state() == TrialState.COMPLETE) {
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i).isNaN()) {
          throw new IllegalArgumentException(
              "no value for objective " + space.objectives().get(i).name());
        }
      }
    }
    return new Trial(id, point, outcome.state(), values, outcome.samples(), origin);
  }

  private List<Double> values(Point point, Map<String, Double> told) {
    List<Double> values = new ArrayList<>();
    for (Objective objective : space.objectives()) {
      Double value = told.get(objective.name());
      values.add(
          objective.known().isPresent()
              ? Double.valueOf(objective.known().get().of(point))
              : value == null ? Double.valueOf(Double.NaN) : value);
    }
    return values;
  }

  private final class View implements History {
    @Override
    public SearchSpace space() {
      return space;
    }

    @Override
    public List<Trial> finished() {
      return Collections.unmodifiableList(finished);
    }

    @Override
    public Collection<Trial> running() {
      return Collections.unmodifiableCollection(running.values());
    }

    @Override
    public int revision() {
      return revision;
    }
  }
}
