package io.paretune.udfs.benchmark;

import java.util.List;

/** Questions that yes or no answers. */
final class YesNo {
  static final String YES = "yes";
  static final String NO = "no";

  /** As models are trained to say it. */
  static final List<String> CHOICES = List.of("Yes", "No");

  private YesNo() {}

  /** The right answer in lower case, without full stops: files have "Yes." too. */
  static String right(Sample sample) {
    return PythonText.strip(PythonText.lower(sample.answers().get(0))).replace(".", "");
  }

  /** The right answer as models are trained to say it. */
  static String target(Sample sample) {
    return PythonText.capitalize(right(sample));
  }

  static String other(String answer) {
    return answer.equals(YES) ? NO : YES;
  }
}
