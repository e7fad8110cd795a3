package io.paretune.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.gate.GateLoad;
import io.paretune.jobs.tables.Change;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.HeldOut;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.evaluate.ServingSpeed;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.evaluate.Spread;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report as readers have it: in a browser, on a phone, in the dark, printed, by keyboard. */
class ReportPageTest {
  private static final int WIDTH = 1200;
  private static final int PHONE = 360;
  private static final int HEIGHT = 6000;

  /** 190 of A4's 210 mm in CSS pixels: what margins of 1 cm leave. */
  private static final int SHEET = 718;

  // As Chromium writes them: every object is there as text.
  private static final Pattern OUTLINE = Pattern.compile("/Title \\(([^)]*)\\)");
  private static final Pattern PAGE = Pattern.compile("/Type /Page\\b");

  @TempDir static Path directory;
  private static Path page;
  private static Chromium browser;

  @BeforeAll
  static void openTheReport() throws Exception {
    page = Files.writeString(directory.resolve("report.html"), ReportPage.html(twoNights()));
    browser = new Chromium(directory);
    browser.open(page);
  }

  @AfterAll
  static void close() throws InterruptedException {
    browser.close();
  }

  /** Four points on Monday; on Tuesday one of them is beaten, and a trial fails. */
  private static StudyReport twoNights() {
    List<TrialRecord> trials = new ArrayList<>();
    trials.add(Trials.complete("monday", 0, 0.0, 1000, 0.9).confirmed(HeldOut.ofOptions(0.91)));
    HeldOut generated = new HeldOut(0.79, Answering.of(EvaluationMode.GENERATE), 0.81);
    trials.add(Trials.complete("monday", 1, 0.5, 600, 0.8).confirmed(generated));
    trials.add(Trials.complete("monday", 2, 0.7, 400, 0.6));
    trials.add(Trials.complete("monday", 3, 0.6, 500, 0.7));
    List<FrontierRecord> monday =
        new FrontierBuilder("a <study>", "monday", LocalDate.of(2026, 11, 23))
            .build(Yardstick.of(trials.get(0)), trials, List.of());
    trials.add(Trials.complete("tuesday", 4, 0.8, 380, 0.65));
    trials.add(
        Trials.running("study", "tuesday", 5, 0.9, 100)
            .failed("layer 3: log-probabilities are not <finite>", Instant.EPOCH, 1));
    List<FrontierRecord> points = new ArrayList<>(monday);
    points.addAll(
        new FrontierBuilder("a <study>", "tuesday", LocalDate.of(2026, 11, 24))
            .build(Yardstick.of(trials.get(0)), trials, monday));
    return StudyReport.of(
            "a <study>",
            modelId -> Optional.of("small & " + modelId),
            points,
            trials,
            List.of(tuesday(trials)),
            List.of(
                measured(1, 1.23456, Instant.EPOCH), measured(4, 9, Instant.EPOCH.plusSeconds(9))),
            new GateLoad(1))
        .orElseThrow();
  }

  /** Trial 3 on a processor. */
  private static MeasurementRecord measured(int batch, double seconds, Instant at) {
    TrialRecord trial = Trials.complete("monday", 3, 0.6, 500, 0.7);
    Spread second = new Spread(0.9 * seconds, seconds, 1.1 * seconds);
    return new MeasurementRecord(
        "a <study>",
        OptionalLong.of(3),
        trial.modelId(),
        trial.profile(),
        "cpu <x>",
        new SpeedSettings(batch, 32, 2, 0, 1, 1, ComputeType.FP32),
        new ServingSpeed(second, second, 1, 1, 1, 1),
        at);
  }

  private static NightRecord tuesday(List<TrialRecord> trials) {
    return new NightRecord(
        "a <study>",
        "tuesday",
        LocalDate.of(2026, 11, 24),
        Yardstick.of(trials.get(0)),
        "monday",
        4,
        2,
        new NightRecord.Questions(100, 7, 3, 2),
        Optional.of(new Change(-0.021, -0.03, -0.012)),
        Optional.of(new Change(0.001, -0.01, 0.012)),
        Instant.EPOCH,
        Instant.EPOCH);
  }

  @ParameterizedTest
  @CsvSource({"light,screen", "dark,screen", "light,print", "dark,print"})
  void everyTextStandsOutFromWhatIsBehindIt(String colours, String medium) throws IOException {
    browser.show(colours, medium, WIDTH, HEIGHT);

    assertThat(browser.value(script("contrast.js")).getAsString())
        .as("texts with a contrast below 4.5 to 1 (WCAG 2.2, 1.4.3)")
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"light," + WIDTH, "dark," + WIDTH, "light," + PHONE})
  void everyPictureIsDrawn(String colours, int width) throws IOException {
    browser.show(colours, "screen", width, HEIGHT);
    BufferedImage shown = ImageIO.read(new ByteArrayInputStream(browser.screenshot()));
    String[] boxes =
        browser
            .value(
                "[...document.querySelectorAll('figure > svg')].map(s =>"
                    + " s.getBoundingClientRect()).map(b => [b.x, b.y, b.width,"
                    + " b.height].map(Math.round).join(' ')).join(',')")
            .getAsString()
            .split(",");

    assertThat(boxes).as("frontier, ratios, bits, history").hasSize(4);
    for (String box : boxes) {
      int[] b = java.util.Arrays.stream(box.split(" ")).mapToInt(Integer::parseInt).toArray();
      assertThat(b[0] + b[2]).as("right edge").isLessThanOrEqualTo(width);
      Set<Integer> seen = new HashSet<>();
      int drawn = 0;
      int behind = shown.getRGB(1, 1);
      for (int y = b[1]; y < b[1] + b[3]; y++) {
        for (int x = b[0]; x < b[0] + b[2]; x++) {
          seen.add(shown.getRGB(x, y));
          drawn += shown.getRGB(x, y) == behind ? 0 : 1;
        }
      }
      assertThat(seen).as("colours in " + box).hasSizeGreaterThan(20);
      assertThat(drawn).as("pixels drawn in " + box).isGreaterThan(b[2] * b[3] / 50);
    }
  }

  @Test
  void nothingIsCutOffOnAPhone() {
    browser.show("light", "screen", PHONE, 800);

    assertThat(browser.value("document.documentElement.scrollWidth").getAsInt())
        .isLessThanOrEqualTo(PHONE);
  }

  @Test
  void theConsoleIsSilentAndTheNetworkIsLeftAlone() {
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.value("performance.getEntriesByType('resource').length").getAsInt())
        .isZero();
  }

  @Test
  void aKeyboardReachesEveryLinkAndEveryTable() throws IOException {
    browser.show("light", "screen", PHONE, 800);
    browser.open(page);
    int expected =
        browser
            .value(
                "document.querySelectorAll('a[href], summary, .scroll:not(details"
                    + " .scroll)').length")
            .getAsInt();
    Set<String> reached = new HashSet<>();
    for (int i = 0; i < expected; i++) {
      browser.press("Tab");
      reached.add(
          browser
              .value(
                  "document.activeElement.getAttribute('href') ||"
                      + " document.activeElement.getAttribute('aria-label') ||"
                      + " document.activeElement.textContent")
              .getAsString());
      if (i == 0) {
        assertThat(reached).as("first, a way past the links").containsExactly("#frontier");
        assertThat(browser.value("document.activeElement.className").getAsString())
            .isEqualTo("skip");
      }
    }
    assertThat(reached)
        .contains(
            "#budgets",
            "#failures",
            "The frontier's points",
            "The most accurate profile within each memory budget",
            "Pruned share and bits of each layer, as a table",
            "1 trial failed")
        .doesNotContain("");
  }

  @Test
  void aScreenReaderGetsNamesForPicturesAndTables() {
    assertThat(browser.imageNames())
        .contains(
            "Memory and accuracy of a <study>: 4 profiles from 38 to 100 percent of the dense"
                + " model's memory, accuracy 0.650 to 0.900",
            "Hypervolume of the frontier after each of 5 trials, ending at 0.4300")
        .allMatch(name -> !name.isBlank());
    assertThat(
            browser
                .value(
                    "[...document.querySelectorAll('table')].every(t => t.caption &&"
                        + " t.querySelectorAll('tbody tr').length ==="
                        + " t.querySelectorAll('tbody th[scope=row]').length)")
                .getAsBoolean())
        .isTrue();
    assertThat(browser.value("document.documentElement.lang").getAsString()).isEqualTo("en");
  }

  @Test
  void saysWhatChangedWhatToTakeAndWhatFailed() {
    String text = browser.value("document.body.innerText").getAsString();

    assertThat(text)
        .contains("24 November 2026: 4 profiles on the frontier, hypervolume 0.4300, 6 trials.")
        .contains("Model small & model, benchmark toy, workload 1x10.")
        .contains("Run tuesday; model model, benchmark version version.")
        .contains("Since 2026-11-23: 1 new, 3 kept, 1 dropped; hypervolume 0.4300")
        .contains(
            "Benchmark: 98 questions as before, 7 new, 3 gone, 2 edited.",
            "Dense model: accuracy -2.10 points (95 % interval -3.00 to -1.20), drifted.",
            "interval -1.00 to +1.20), no drift that is certain.",
            "Trial 3: not judged yet.")
        .contains("layer 3: log-probabilities are not <finite>")
        .contains(
            "that makes a difference of -1.0 points on average", "1\tgenerate\t0.790\t0.810\t-2.0")
        .contains("50 % of dense, 500 B\t3\tno\t500 B\t0.700")
        .contains("1.23 s", "not measured")
        .contains("first token: 1 request of 32 text tokens on cpu <x> in fp32, 1 thread.");
  }

  @Test
  void threeNumbersForABudget() {
    StudyReport report = twoNights();

    assertThat(BudgetText.of(report, 599))
        .isEqualTo(
            "Within 599 B: trial 3 takes 500 B of memory, 1.23 s to the first token of 1 request of"
                + " 32 text tokens on cpu <x> in fp32, 1 thread, accuracy 0.700 on the search's own"
                + " questions (dense: 1000 B, accuracy 0.910 on held-out questions)");
    assertThat(BudgetText.of(report, 1000))
        .contains("latency not measured", "accuracy 0.910 on held-out questions (dense");
    assertThat(BudgetText.of(report, 379))
        .isEqualTo("Within 379 B: no profile was found that fits");
  }

  @Test
  void itPrintsOnPaper() {
    browser.show("light", "print", WIDTH, HEIGHT);
    String headings =
        browser
            .value("[...document.querySelectorAll('h1, h2')].map(h => h.textContent).join('\\n')")
            .getAsString();
    String paper = new String(browser.pdf(), StandardCharsets.ISO_8859_1);

    // A heading that is not printed is not in the outline.
    assertThat(OUTLINE.matcher(paper).results().map(found -> found.group(1)))
        .as("headings on paper")
        .startsWith(headings.split("\n"))
        .contains("What to take", "What failed");
    assertThat(PAGE.matcher(paper).results().count()).as("pages").isBetween(2L, 4L);
  }

  @Test
  void nothingReachesBeyondTheSheet() {
    browser.show("light", "print", SHEET, HEIGHT);

    assertThat(
            browser
                .value(
                    "[...document.body.querySelectorAll('*')].filter(e =>"
                        + " e.getBoundingClientRect().right > innerWidth + 1).map(e =>"
                        + " e.tagName + ' ' + e.textContent.trim().slice(0, 40)).join('\\n')")
                .getAsString())
        .as("elements that are wider than what A4 leaves between its margins")
        .isEmpty();
  }

  @Test
  void theRecommendedPointIsTheMostAccurateThatFits() {
    List<FrontierRecord> points = twoNights().frontier();

    assertThat(BudgetSection.recommended(points, 1000))
        .map(FrontierRecord::trialId)
        .isEqualTo(Optional.of(0L));
    assertThat(BudgetSection.recommended(points, 599))
        .map(FrontierRecord::trialId)
        .isEqualTo(Optional.of(3L));
    assertThat(BudgetSection.recommended(points, 379)).isEmpty();
  }

  private static String script(String name) throws IOException {
    try (InputStream in = ReportPageTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
