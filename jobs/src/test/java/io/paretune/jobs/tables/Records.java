package io.paretune.jobs.tables;

import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.ShardResultRecord.Outcome;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.evaluate.ServingSpeed;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.evaluate.Spread;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;

/** Arbitrary sound records out of a seed. */
public final class Records {
  private final Random random;

  public Records(long seed) {
    random = new Random(seed);
  }

  private String text() {
    String alphabet = "abcz09 _'\"\\/-äß漢🙂\n";
    int[] points = alphabet.codePoints().toArray();
    StringBuilder text = new StringBuilder("x");
    for (int i = random.nextInt(6); i > 0; i--) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  private ByteBuffer bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private List<String> texts(int least) {
    return IntStream.range(0, least + random.nextInt(3)).mapToObj(i -> text()).toList();
  }

  private OptionalDouble maybe() {
    return random.nextBoolean() ? OptionalDouble.of(random.nextDouble()) : OptionalDouble.empty();
  }

  private <T> T any(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private Instant time() {
    return Instant.ofEpochSecond(random.nextInt(2_000_000_000))
        .plusNanos(random.nextInt(1000000000));
  }

  private Workload workload() {
    return new Workload(1 + random.nextInt(32), 1 + random.nextInt(8192));
  }

  private CompressionProfile profile() {
    return CompressionProfile.uniform(
        any(CriterionName.values()),
        random.nextInt(4),
        random.nextInt(10) / 10.0,
        any(new Integer[] {16, 8, 6, 4, 3, 2}),
        any(new Integer[] {16, 8, 6, 4, 3, 2}));
  }

  private TrialCost cost() {
    return new TrialCost(
        random.nextInt(1 << 30),
        random.nextInt(1 << 30),
        1L << 32,
        random.nextDouble(),
        2 + 14 * random.nextDouble());
  }

  public SampleRecord sample() {
    return new SampleRecord(
        text(),
        text(),
        random.nextInt(1000),
        text(),
        text(),
        bytes(random.nextInt(20)),
        text(),
        text(),
        texts(0),
        texts(1),
        text(),
        text(),
        text(),
        text(),
        random.nextInt(8));
  }

  public RejectedSampleRecord rejectedSample() {
    return new RejectedSampleRecord(
        text(), text(), text(), random.nextLong(1L << 40), text(), text());
  }

  private TrialScore score() {
    double score = random.nextDouble();
    return new TrialScore(
        score,
        score * random.nextDouble(),
        score + (1 - score) * random.nextDouble(),
        Map.of("pope", random.nextDouble(), text(), random.nextDouble()),
        1 + random.nextInt(10_000));
  }

  public TrialRecord trial() {
    TrialState state = any(TrialState.values());
    boolean scored =
        state == TrialState.COMPLETE || state == TrialState.STOPPED || random.nextBoolean();
    return new TrialRecord(
        text(),
        random.nextInt(1000),
        text(),
        any(TrialOrigin.values()),
        text(),
        text(),
        workload(),
        profile(),
        cost(),
        random.nextDouble(),
        scored ? Optional.of(score()) : Optional.empty(),
        random.nextBoolean() ? Optional.of(heldOut()) : Optional.empty(),
        state,
        text(),
        time(),
        state == TrialState.RUNNING ? Optional.empty() : Optional.of(time()),
        random.nextDouble() * 1000,
        random.nextLong());
  }

  private HeldOut heldOut() {
    return new HeldOut(random.nextDouble(), answering(), random.nextDouble());
  }

  public ShardResultRecord shardResult() {
    List<Outcome> outcomes =
        IntStream.range(0, random.nextInt(4))
            .mapToObj(i -> new Outcome(text(), text(), random.nextDouble()))
            .toList();
    return new ShardResultRecord(
        text(),
        random.nextInt(1000),
        random.nextInt(4),
        random.nextInt(8),
        text(),
        answering(),
        random.nextInt(outcomes.size() + 1),
        outcomes,
        random.nextDouble(),
        text(),
        random.nextInt(3));
  }

  public JudgementRecord judgement() {
    return new JudgementRecord(
        text(),
        text(),
        text(),
        text(),
        text(),
        text(),
        texts(1),
        text(),
        random.nextDouble(),
        text(),
        random.nextInt(1000),
        random.nextInt(1000),
        time());
  }

  public FrontierRecord frontierPoint() {
    double score = random.nextDouble();
    return new FrontierRecord(
        text(),
        text(),
        LocalDate.of(2026, 1, 1).plus(random.nextInt(400), ChronoUnit.DAYS),
        random.nextInt(1000),
        text(),
        text(),
        workload(),
        cost(),
        score,
        score / 2,
        (1 + score) / 2,
        random.nextDouble(),
        maybe(),
        profile(),
        random.nextDouble(),
        any(FrontierStatus.values()),
        random.nextBoolean() ? "" : text());
  }

  private Spread spread() {
    double low = random.nextDouble();
    double median = low + random.nextDouble();
    return new Spread(low, median, median + random.nextDouble());
  }

  public MeasurementRecord measurement() {
    return new MeasurementRecord(
        text(),
        random.nextBoolean() ? OptionalLong.of(random.nextInt(1000)) : OptionalLong.empty(),
        text(),
        profile(),
        text(),
        new SpeedSettings(
            1 + random.nextInt(32),
            1 + random.nextInt(99),
            2 + random.nextInt(99),
            random.nextInt(3),
            1 + random.nextInt(9),
            1 + random.nextInt(64),
            any(ComputeType.values())),
        new ServingSpeed(
            spread(),
            spread(),
            random.nextInt(1 << 30),
            random.nextInt(1 << 30),
            random.nextInt(1 << 30),
            random.nextBoolean() ? -1 : random.nextInt(1 << 30)),
        time());
  }

  public LayerImportanceRecord layerImportance() {
    double importance = random.nextDouble();
    return new LayerImportanceRecord(
        text(),
        text(),
        any(ImportanceMethod.values()),
        random.nextInt(100),
        text(),
        importance,
        importance / 2,
        (1 + importance) / 2);
  }

  private Answering answering() {
    return random.nextBoolean()
        ? Answering.of(any(EvaluationMode.values()))
        : Answering.ofKey("a=options,b=" + any(EvaluationMode.values()).key());
  }
}
