package io.paretune.jobs.judge;

import com.google.gson.JsonObject;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Suggestion;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, with a request for the list of models and one small judgement, whether an endpoint can
 * judge and which parameters it takes.
 *
 * @param endpoint that is asked
 * @param model that is to judge
 * @param maxTokens of a reply
 */
record CapabilityProbe(ChatEndpoint endpoint, String model, int maxTokens) {
  private static final Logger LOG = LoggerFactory.getLogger(CapabilityProbe.class);

  private static final JudgedAnswer SAMPLE =
      new JudgedAnswer(
          "probe",
          new GenericBenchmark("probe"),
          new Sample("probe", "probe", "What color is the ball?", List.of(), List.of("red"), ""),
          "It is red.");

  /**
   * The parameters that it takes.
   *
   * @throws InvalidInputException if it does not serve the model, or refuses a request for another
   *     reason than a parameter that can be left out
   * @throws EndpointException if it cannot be reached
   */
  Set<Parameter> run() throws InterruptedException {
    List<String> models = served();
    if (!models.isEmpty() && !models.contains(model)) {
      throw new InvalidInputException(
          "judge.model",
          "the endpoint does not serve \"%s\"".formatted(model),
          Suggestion.remedy(
              model, models, "it serves " + JudgePrompt.brief(String.join(", ", models))));
    }
    EnumSet<Parameter> wanted = EnumSet.complementOf(EnumSet.of(Parameter.MAX_COMPLETION_TOKENS));
    while (true) {
      try {
        double score =
            endpoint.complete(
                request(model, SAMPLE, wanted, maxTokens),
                r -> JudgePrompt.score(SAMPLE, r.text()));
        if (score < 0.5) {
          LOG.warn("{} gives {} to an answer that is plainly right", model, score);
        }
        return wanted;
      } catch (RefusedRequestException e) {
        leaveOut(wanted, e);
      }
    }
  }

  /** Empty where nothing can be made of its list: only a request for a judgement tells then. */
  private List<String> served() throws InterruptedException {
    try {
      return endpoint.models();
    } catch (UnreadableException e) {
      LOG.warn("{}", e.getMessage());
      return List.of();
    }
  }

  private static void leaveOut(Set<Parameter> wanted, RefusedRequestException e) {
    String said = String.valueOf(e.getMessage());
    Parameter named =
        wanted.stream()
            .filter(p -> said.matches("(?s).*\\b" + p.key() + "\\b.*"))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "judge.endpoint", "refuses a request for a judgement with " + said));
    LOG.info("the endpoint takes no {}: {}", named.key(), said);
    wanted.remove(named);
    if (named == Parameter.MAX_TOKENS) {
      wanted.add(Parameter.MAX_COMPLETION_TOKENS);
    }
  }

  /** A request for one judgement. */
  static JsonObject request(
      String model, JudgedAnswer answer, Set<Parameter> parameters, int maxTokens) {
    JsonObject request = new JsonObject();
    request.addProperty("model", model);
    request.add("messages", JudgePrompt.messages(answer));
    for (Parameter p : parameters) {
      request.add(p.key(), p.value(maxTokens));
    }
    return request;
  }
}
