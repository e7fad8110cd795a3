package io.paretune.udfs.benchmark;

import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * MMBench (arXiv 2307.06281): one option, named by its letter; a question is right only if it is
 * answered right with its options in every rotation ("circular"). A sample's group is the number of
 * the question, its id the number of the rotation.
 *
 * @param name the name in configuration and tables
 * @param protocol whose prompt is used
 */
public record MmBench(String name, Protocol protocol) implements Benchmark {
  private static final String UNROTATED = "unrotated";

  @Override
  public String question(Sample sample) {
    boolean hinted = !PythonText.isMissing(sample.hint());
    String options = Prompts.lettered(sample.options());
    return switch (protocol) {
      case LLAVA ->
          (hinted ? sample.hint() + "\n" : "")
              + sample.question()
              + "\n"
              + options
              + Prompts.LETTER;
      case LMMS_EVAL ->
          (hinted ? sample.hint() + " " : "")
              + sample.question()
              + " There are several options:\n"
              + options
              + "\n"
              + Prompts.LETTER;
    };
  }

  @Override
  public List<String> choices(Sample sample) {
    return Prompts.letters(sample.options().size());
  }

  @Override
  public boolean asksWhichOption(Sample sample) {
    return true;
  }

  @Override
  public Grouping grouping(Sample sample) {
    return Grouping.ONLY_TOGETHER;
  }

  @Override
  public GenerationRules generation(Sample sample) {
    return switch (protocol) {
      case LLAVA -> Prompts.LLAVA_LETTER;
      case LMMS_EVAL -> new GenerationRules(1024, List.of("ASSISTANT:"));
    };
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    String letter = OptionInText.letter(text, sample.options());
    return Verdict.of(letter, letter.equals(sample.answers().get(0)));
  }

  @Override
  public String label(Sample sample, Verdict verdict) {
    return sample.sampleId().equals(sample.group()) ? UNROTATED : "";
  }

  /** All rotations must be guessed right; there are as many as options. */
  @Override
  public double chance(Sample sample) {
    int options = sample.options().size();
    return options == 0 ? 0 : Math.pow(1.0 / options, options);
  }

  @Override
  public RatioSum ratios(Tally tally) {
    return Groups.of(tally).isEmpty()
        ? new RatioSum()
        : new RatioSum().with("circular", 1, circular(tally));
  }

  private static RatioSum.Sums circular(Tally tally) {
    Map<String, Boolean> unrotated = new HashMap<>();
    tally
        .cells()
        .keySet()
        .forEach(c -> unrotated.merge(c.group(), c.label().equals(UNROTATED), Boolean::logicalOr));
    RatioSum.Sums sums = new RatioSum.Sums();
    for (Groups.Group group : Groups.of(tally)) {
      // A question of which only rotations were asked is none of the benchmark's.
      if (Boolean.TRUE.equals(unrotated.get(group.id()))) {
        sums.add(group.imageId(), group.allRight() ? 1 : 0, 1);
      }
    }
    return sums;
  }

  @Override
  public JsonObject report(Tally tally) {
    JsonObject report = new JsonObject();
    report.addProperty("accuracy", circular(tally).value());
    report.addProperty("vanilla_accuracy", Means.of(tally.where(c -> c.label().equals(UNROTATED))));
    return report;
  }
}
