package io.paretune.jobs.judge;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.paretune.jobs.config.JudgeConfig;
import io.paretune.jobs.tables.JudgementRecord;
import io.paretune.jobs.tables.JudgementsTable;
import io.paretune.udfs.hash.Sha256;
import io.paretune.udfs.problem.InvalidInputException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Grades answers: those that were graded before come from the table, the others from the endpoint,
 * and only what the table holds counts. What was graded before a failure stays, so that the next
 * run goes on there.
 */
final class Judging {
  private static final Logger LOG = LoggerFactory.getLogger(Judging.class);

  /** Judgements in a write: a kill loses at most so many. */
  private static final int BATCH = 50;

  /** Answers that could not be judged which an error lists. */
  private static final int LISTED = 10;

  private final JudgeConfig config;
  private final ChatEndpoint endpoint;
  private final JudgementsTable table;
  private final Clock clock;
  private final String run = UUID.randomUUID().toString();
  private final List<JudgementRecord> unwritten = new ArrayList<>();
  private final Set<String> judgedHere = new HashSet<>();
  private @Nullable Set<Parameter> parameters;
  private long batches;

  /**
   * What came out.
   *
   * @param judgements one an answer, in their order
   * @param fromTable different answers that had been graded before this object was there
   * @param judged different answers that were graded now
   */
  record Result(List<JudgementRecord> judgements, int fromTable, int judged) {}

  Judging(JudgeConfig config, ChatEndpoint endpoint, JudgementsTable table, Clock clock) {
    this.config = config;
    this.endpoint = endpoint;
    this.table = table;
    this.clock = clock;
  }

  /**
   * Grades answers; nothing is asked of the endpoint if all were graded before. May be called again
   * for others; only the first time finds out what the endpoint takes.
   *
   * @throws InvalidInputException if the endpoint cannot judge with this configuration
   * @throws EndpointException if it fails for good, or some replies cannot be read
   */
  Result run(List<JudgedAnswer> answers) throws InterruptedException {
    Map<String, JudgedAnswer> byHash = new LinkedHashMap<>();
    answers.forEach(a -> byHash.putIfAbsent(hash(a), a));
    Map<String, JudgementRecord> known = table.byHash(byHash.keySet());
    Map<String, JudgedAnswer> open = new LinkedHashMap<>(byHash);
    open.keySet().removeAll(known.keySet());
    if (!open.isEmpty()) {
      LOG.info("{} answers to judge, {} were judged before", open.size(), known.size());
      if (parameters == null) {
        parameters = new CapabilityProbe(endpoint, config.model(), config.maxTokens()).run();
      }
      ask(open, parameters);
    }
    int before = (int) known.keySet().stream().filter(h -> !judgedHere.contains(h)).count();
    judgedHere.addAll(open.keySet());
    Map<String, JudgementRecord> all =
        open.isEmpty() ? known : table.byHash(byHash.keySet()); // what counts is what is written
    return new Result(answers.stream().map(a -> all.get(hash(a))).toList(), before, open.size());
  }

  /** Of the judge, everything that it is told about an answer, and what is right. */
  String hash(JudgedAnswer answer) {
    JsonObject told = new JsonObject();
    told.addProperty("model", config.model());
    told.addProperty("prompt_version", JudgePrompt.VERSION);
    told.add("messages", JudgePrompt.messages(answer));
    if (answer.asksWhichOption()) {
      told.add("right", new Gson().toJsonTree(answer.answers()));
    }
    return Sha256.hex(told.toString());
  }

  private void ask(Map<String, JudgedAnswer> open, Set<Parameter> parameters)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(config.concurrency());
    CompletionService<JudgementRecord> done = new ExecutorCompletionService<>(threads);
    List<String> failures = new ArrayList<>();
    try {
      open.forEach((hash, answer) -> done.submit(() -> judge(hash, answer, parameters)));
      for (int i = 1; i <= open.size(); i++) {
        take(done.take(), failures);
        if (unwritten.size() >= BATCH) {
          write();
          LOG.info("{} of {} answers judged", i, open.size());
        }
      }
    } finally {
      threads.shutdownNow();
      keep(done);
      write();
    }
    if (!failures.isEmpty()) {
      throw new EndpointException(
          "%d of %d answers could not be judged; the others are kept, and the same command goes on with these: %s%s"
              .formatted(
                  failures.size(),
                  open.size(),
                  String.join("; ", failures.subList(0, Math.min(LISTED, failures.size()))),
                  failures.size() > LISTED ? "; …" : ""));
    }
  }

  /** One answer's failure is noted; an endpoint's or the configuration's ends the run. */
  private void take(Future<JudgementRecord> done, List<String> failures)
      throws InterruptedException {
    try {
      unwritten.add(done.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnjudgedException unjudged) {
        failures.add(String.valueOf(unjudged.getMessage()));
      } else if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      } else {
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** Replies that came in behind one that ended the run: they are paid for. */
  private void keep(CompletionService<JudgementRecord> done) throws InterruptedException {
    for (Future<JudgementRecord> next = done.poll(); next != null; next = done.poll()) {
      try {
        unwritten.add(next.get());
      } catch (ExecutionException e) {
        LOG.info("another answer failed too: {}", String.valueOf(e.getCause()));
      }
    }
  }

  private JudgementRecord judge(String hash, JudgedAnswer answer, Set<Parameter> parameters)
      throws InterruptedException {
    try {
      return endpoint.complete(
          CapabilityProbe.request(config.model(), answer, parameters, config.maxTokens()),
          reply ->
              new JudgementRecord(
                  hash,
                  config.model(),
                  reply.model(),
                  config.endpoint(),
                  JudgePrompt.VERSION,
                  answer.question(),
                  answer.answers(),
                  answer.prediction(),
                  JudgePrompt.score(answer, reply.text()),
                  reply.text(),
                  reply.promptTokens(),
                  reply.completionTokens(),
                  clock.instant()));
    } catch (RefusedRequestException | UnreadableException e) {
      throw new UnjudgedException("sample " + answer.id() + ": " + e.getMessage());
    }
  }

  private void write() {
    if (!unwritten.isEmpty()) {
      table.append(run, batches++, List.copyOf(unwritten));
      unwritten.clear();
    }
  }

  /** One answer that this judge cannot grade; the others may still be. */
  private static final class UnjudgedException extends RuntimeException {
    UnjudgedException(String message) {
      super(message);
    }
  }
}
