package io.paretune.jobs.config;

import java.time.Duration;
import java.util.Optional;

/**
 * The language model that grades free answers. Its key is not among this: it is in the environment
 * alone.
 *
 * @param endpointIfSet an endpoint of the OpenAI chat protocol, up to {@code /v1}
 * @param modelIfSet the model that judges, as the endpoint names it
 * @param apiKeyVariable environment variable that holds the key
 * @param requestsPerMinute most requests a minute, repeated ones counted
 * @param concurrency requests in flight at once
 * @param timeout of one request
 * @param attempts of a request, the first among them
 * @param maxTokens of a reply
 */
public record JudgeConfig(
    Optional<String> endpointIfSet,
    Optional<String> modelIfSet,
    String apiKeyVariable,
    int requestsPerMinute,
    int concurrency,
    Duration timeout,
    int attempts,
    int maxTokens) {

  static JudgeConfig of(Values values) {
    return new JudgeConfig(
        values.get(Keys.JUDGE_ENDPOINT),
        values.get(Keys.JUDGE_MODEL),
        values.get(Keys.JUDGE_API_KEY_VARIABLE),
        values.get(Keys.JUDGE_REQUESTS_PER_MINUTE),
        values.get(Keys.JUDGE_CONCURRENCY),
        values.get(Keys.JUDGE_TIMEOUT),
        values.get(Keys.JUDGE_ATTEMPTS),
        values.get(Keys.JUDGE_MAX_TOKENS));
  }

  /** The endpoint, for commands that require {@code judge.endpoint}. */
  public String endpoint() {
    return endpointIfSet.orElseThrow(() -> ParetuneConfig.notRequired("judge.endpoint"));
  }

  /** The model, for commands that require {@code judge.model}. */
  public String model() {
    return modelIfSet.orElseThrow(() -> ParetuneConfig.notRequired("judge.model"));
  }
}
