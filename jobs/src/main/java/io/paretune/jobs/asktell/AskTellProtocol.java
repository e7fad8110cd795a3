package io.paretune.jobs.asktell;

import static io.paretune.jobs.asktell.StrictJson.shown;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.Parameter;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialState;
import io.paretune.udfs.problem.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Answers one line of the ask-tell protocol with one line. */
final class AskTellProtocol {
  private static final int MOST_TRIALS_AN_ASK = 10_000;

  private final Study study;
  private final SearchSpace space;

  AskTellProtocol(Study study) {
    this.study = study;
    this.space = study.space();
  }

  /** The answer to a request; a request that cannot be met changes nothing. */
  JsonObject answer(String line) {
    try {
      JsonObject request = StrictJson.object(line);
      String op =
          StrictJson.string(request.get("op"))
              .orElseThrow(() -> new IllegalArgumentException("\"op\" must be ask or tell"));
      return switch (op) {
        case "ask" -> ask(request);
        case "tell" -> tell(request);
        default ->
            throw new IllegalArgumentException(
                "\"op\" must be ask or tell, was " + shown(request.get("op")));
      };
    } catch (JsonParseException | IllegalArgumentException | InvalidInputException e) {
      return error(String.valueOf(e.getMessage()));
    }
  }

  static JsonObject error(String message) {
    JsonObject answer = new JsonObject();
    answer.addProperty("error", message);
    return answer;
  }

  private JsonObject ask(JsonObject request) {
    OptionalLong n = request.has("n") ? StrictJson.whole(request.get("n")) : OptionalLong.of(1);
    if (n.isEmpty() || n.getAsLong() < 1 || n.getAsLong() > MOST_TRIALS_AN_ASK) {
      throw new IllegalArgumentException(
          "\"n\" must be a whole number from 1 to %d, was %s"
              .formatted(MOST_TRIALS_AN_ASK, shown(request.get("n"))));
    }
    JsonArray trials = new JsonArray();
    for (Trial trial : study.ask((int) n.getAsLong())) {
      JsonObject one = new JsonObject();
      one.addProperty("id", trial.id());
      one.add("params", params(trial.point()));
      trials.add(one);
    }
    JsonObject answer = new JsonObject();
    answer.add("trials", trials);
    return answer;
  }

  private JsonObject params(Point point) {
    JsonObject params = new JsonObject();
    space
        .named(point)
        .forEach(
            (name, value) -> {
              if (value instanceof Number number) {
                params.addProperty(name, number);
              } else if (value instanceof Boolean flag) {
                params.addProperty(name, flag);
              } else {
                params.addProperty(name, value.toString());
              }
            });
    return params;
  }

  private JsonObject tell(JsonObject request) {
    if (request.has("id") == request.has("params")) {
      throw new IllegalArgumentException("a tell needs either \"id\" or \"params\"");
    }
    Optional<Outcome> outcome = outcome(request);
    JsonObject answer = new JsonObject();
    answer.addProperty("ok", true);
    if (request.has("id")) {
      long id =
          StrictJson.whole(request.get("id"))
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "\"id\" must be a whole number, was " + shown(request.get("id"))));
      if (outcome.isPresent()) {
        study.tell(id, outcome.get());
      } else if (study.history().running().stream().noneMatch(t -> t.id() == id)) {
        throw new IllegalArgumentException("trial " + id + " is not running");
      }
    } else {
      Point point = point(request.get("params"));
      Trial trial =
          outcome.isPresent()
              ? study.add(point, outcome.get(), origin(request))
              : study.start(point, origin(request));
      answer.addProperty("id", trial.id());
    }
    return answer;
  }

  private static Trial.Origin origin(JsonObject request) {
    if (!request.has("weight")) {
      return Trial.Origin.TOLD;
    }
    double weight = StrictJson.number(request.get("weight")).orElse(Double.NaN);
    return new Trial.Origin("told", weight);
  }

  /** What became of the trial; empty if it is said to be running still. */
  private Optional<Outcome> outcome(JsonObject request) {
    String state =
        request.has("state") ? StrictJson.string(request.get("state")).orElse("?") : "complete";
    Map<String, Double> values = values(request);
    long samples = samples(request);
    if (samples > 0) {
      checkShares(values);
    }
    String reason = StrictJson.string(request.get("reason")).orElse("");
    return switch (state) {
      case "complete" -> {
        if (!request.has("values") && !space.unknownObjectives().isEmpty()) {
          throw new IllegalArgumentException("a tell needs \"values\", or \"state\":\"failed\"");
        }
        yield Optional.of(new Outcome(TrialState.COMPLETE, values, samples, reason));
      }
      case "stopped" -> Optional.of(Outcome.stopped(values, samples, reason));
      case "failed" -> Optional.of(Outcome.failed(reason));
      case "running" -> Optional.empty();
      default ->
          throw new IllegalArgumentException(
              "\"state\" must be complete, stopped, failed or running, was "
                  + shown(request.get("state")));
    };
  }

  private Map<String, Double> values(JsonObject request) {
    Map<String, Double> values = new HashMap<>();
    if (!request.has("values")) {
      return values;
    }
    if (!(request.get("values") instanceof JsonObject given)) {
      throw new IllegalArgumentException(
          "\"values\" must be an object, was " + shown(request.get("values")));
    }
    for (Map.Entry<String, JsonElement> entry : given.entrySet()) {
      if (space.objectiveIndex(entry.getKey()).isEmpty()) {
        continue; // an evaluator may measure more than the search asks for
      }
      OptionalDouble value = StrictJson.number(entry.getValue());
      if (value.isEmpty()) {
        throw new IllegalArgumentException(
            "value of \"%s\" must be a finite number, was %s; tell \"state\":\"failed\" if there is none"
                .formatted(entry.getKey(), shown(entry.getValue())));
      }
      values.put(entry.getKey(), value.getAsDouble());
    }
    return values;
  }

  /**
   * A mean of right-or-wrong answers is a share; taken for one, 71.0 would be without any noise.
   */
  private void checkShares(Map<String, Double> values) {
    for (int objective : space.unknownObjectives()) {
      String name = space.objectives().get(objective).name();
      double value = values.getOrDefault(name, 0.0);
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException(
            "with \"samples\", the value of \"%s\" must be a share from 0 to 1, was %s; leave \"samples\" out if it is no share of right answers"
                .formatted(name, value));
      }
    }
  }

  private static long samples(JsonObject request) {
    if (!request.has("samples")) {
      return 0;
    }
    OptionalLong samples = StrictJson.whole(request.get("samples"));
    if (samples.isEmpty() || samples.getAsLong() < 0) {
      throw new IllegalArgumentException(
          "\"samples\" must be a whole number, at least 0, was " + shown(request.get("samples")));
    }
    return samples.getAsLong();
  }

  private Point point(JsonElement params) {
    if (!(params instanceof JsonObject given)) {
      throw new IllegalArgumentException("\"params\" must be an object, was " + shown(params));
    }
    double[] at = new double[space.dimensions()];
    for (int i = 0; i < at.length; i++) {
      Parameter parameter = space.parameter(i);
      JsonElement value = given.get(parameter.name());
      if (value == null) {
        throw new IllegalArgumentException("no value for parameter \"" + parameter.name() + "\"");
      }
      at[i] = coordinate(parameter, value);
    }
    for (String name : given.keySet()) {
      if (space.parameters().stream().noneMatch(p -> p.name().equals(name))) {
        throw new IllegalArgumentException("there is no parameter \"" + name + "\"");
      }
    }
    return Point.of(at);
  }

  private static double coordinate(Parameter parameter, JsonElement value) {
    if (parameter instanceof Parameter.Choice choice) {
      for (int k = 0; k < choice.choices().size(); k++) {
        if (SpaceJson.isChoice(choice.choices().get(k), value)) {
          return k;
        }
      }
      throw new IllegalArgumentException(
          "%s is not among the choices of \"%s\"".formatted(shown(value), parameter.name()));
    }
    double coordinate = StrictJson.number(value).orElse(Double.NaN);
    if (!parameter.contains(coordinate)) {
      throw new IllegalArgumentException(
          "\"%s\" must be a%s number from %s to %s, was %s"
              .formatted(
                  parameter.name(),
                  parameter.isDiscrete() ? " whole" : "",
                  parameter.lowest(),
                  parameter.highest(),
                  shown(value)));
    }
    return coordinate;
  }
}
