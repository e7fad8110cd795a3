package io.paretune.udfs.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Short answers compared as the VQA challenge does (visualqa.org/evaluation), and as the EvalAI
 * processor of M4C does, which LLaVA and lmms-eval use for TextVQA. Both are followed to their
 * oddities, on which published numbers depend.
 */
final class VqaAnswers {
  private static final String PUNCTUATION = ";/[]\"{}()=+\\_-><@`,?!";

  /** The official pattern has an idle look-behind: a full stop stays only before a digit. */
  private static final Pattern FULL_STOP = Pattern.compile("\\.(?!\\p{Nd})");

  /** EvalAI's: any number of commas between digits; the official one wants a single one. */
  private static final Pattern DIGITS_WITH_COMMAS = Pattern.compile("\\p{Nd},+(?=\\p{Nd})");

  private static final Map<String, String> NUMBERS =
      Map.ofEntries(
          Map.entry("none", "0"),
          Map.entry("zero", "0"),
          Map.entry("one", "1"),
          Map.entry("two", "2"),
          Map.entry("three", "3"),
          Map.entry("four", "4"),
          Map.entry("five", "5"),
          Map.entry("six", "6"),
          Map.entry("seven", "7"),
          Map.entry("eight", "8"),
          Map.entry("nine", "9"),
          Map.entry("ten", "10"));

  private static final Set<String> ARTICLES = Set.of("a", "an", "the");

  /**
   * What a word without one of its apostrophes stands for. The published tables have I'd've, I'm
   * and I've too, with a capital that no lower-case word can match.
   */
  private static final String CONTRACTIONS =
      """
      ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't
      haven't he'd he'd've he's how'd how'll how's isn't it'd it'd've it'll ma'am mightn't
      mightn't've might've mustn't must've needn't not've o'clock oughtn't 'ow's'at shan't she'd've
      should've shouldn't shouldn't've somebody'd've somebody'll somebody's someone'd someone'd've
      someone'll someone's something'd something'd've something'll that's there'd there'd've
      there're there's they'd they'd've they'll they're they've 'twas wasn't we'd've we've weren't
      what'll what're what's what've when's where'd where's where've who'd who'd've who'll who's
      who've why'll why're why's won't would've wouldn't wouldn't've y'all y'all'll y'all'd've you'd
      you'd've you'll you're you've
      """;

  private static final Map<String, String> EXPANDED = expanded();

  private VqaAnswers() {}

  /** Each contraction under every spelling that lacks one apostrophe. */
  private static Map<String, String> expanded() {
    Map<String, String> spellings = new HashMap<>();
    for (String word : PythonText.words(CONTRACTIONS)) {
      for (int at = word.indexOf('\''); at >= 0; at = word.indexOf('\'', at + 1)) {
        spellings.put(word.substring(0, at) + word.substring(at + 1), word);
      }
    }
    spellings.put("somebody'd", "somebodyd"); // the wrong way round in the published tables
    return Map.copyOf(spellings);
  }

  /** The spellings that stand for something else. */
  static Set<String> contractions() {
    return EXPANDED.keySet();
  }

  /** The EvalAI processor: lower case, no commas and question marks, "'s" apart, then the rest. */
  static String normalized(String answer) {
    String words = PythonText.lower(answer).replace(",", "").replace("?", "").replace("'s", " 's");
    return processed(oneLine(words));
  }

  /** The official evaluation's last step: punctuation, numbers in words, articles, contractions. */
  static String processed(String answer) {
    List<String> kept = new ArrayList<>();
    for (String word : PythonText.words(PythonText.lower(withoutPunctuation(answer)))) {
      String digit = NUMBERS.getOrDefault(word, word);
      if (!ARTICLES.contains(digit)) {
        kept.add(EXPANDED.getOrDefault(digit, digit));
      }
    }
    return String.join(" ", kept);
  }

  /** Line breaks and tabs as spaces, none around. */
  static String oneLine(String answer) {
    return PythonText.strip(PythonText.strip(answer).replace('\n', ' ').replace('\t', ' '));
  }

  private static String withoutPunctuation(String answer) {
    boolean thousands = DIGITS_WITH_COMMAS.matcher(answer).find();
    String text = answer;
    for (int i = 0; i < PUNCTUATION.length(); i++) {
      String mark = PUNCTUATION.substring(i, i + 1);
      boolean atWordBorder = answer.contains(mark + " ") || answer.contains(" " + mark);
      text = text.replace(mark, atWordBorder || thousands ? "" : " ");
    }
    return FULL_STOP.matcher(text).replaceAll("");
  }

  /**
   * Mean over leaving each annotator out of min(matching others / 3, 1).
   *
   * @param answers of the annotators, in the same form as {@code given}
   */
  static double agreement(String given, List<String> answers) {
    int all = answers.size();
    int same = (int) answers.stream().filter(given::equals).count();
    int leavingSame = Math.min(Math.max(same - 1, 0), 3);
    int leavingOther = Math.min(same, 3);
    return (same * leavingSame + (all - same) * leavingOther) / (3.0 * all);
  }

  /** The most frequent answer; the first of several. */
  static String mostFrequent(List<String> answers) {
    String best = answers.get(0);
    int most = 0;
    for (String answer : answers) {
      int times = (int) answers.stream().filter(answer::equals).count();
      if (times > most) {
        best = answer;
        most = times;
      }
    }
    return best;
  }
}
