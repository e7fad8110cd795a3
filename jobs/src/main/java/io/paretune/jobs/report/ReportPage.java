package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.escaped;
import static io.paretune.jobs.report.Markup.format;

import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.udfs.engine.ComputeType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A study's report as one HTML page that needs nothing else: style and pictures are in it, it runs
 * no script and asks no network.
 */
final class ReportPage {
  /** In the order of the page. */
  private static final List<Section> SECTIONS =
      List.of(
          new Section("frontier", "Frontier", FrontierSection::html),
          new Section("budgets", "What to take", BudgetSection::html),
          new Section("changes", "What changed", ChangeSection::html),
          new Section("layers", "Layer by layer", LayerSection::html),
          new Section("history", "How the search went", HistorySection::html),
          new Section("failures", "What failed", FailureSection::html));

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH);

  private ReportPage() {}

  static String html(StudyReport report) {
    String title = "Paretune: " + report.study();
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
    <meta name="color-scheme" content="light dark">
    <title>%s</title>
    <link rel="icon" href="data:,">
    <style>
    %s</style>
    </head>
    <body>
    <a class="skip" href="#frontier">To the frontier</a>
    <header>
    <h1>%s</h1>
    %s</header>
    <nav aria-label="Sections"><ul>%s</ul></nav>
    <main>
    %s</main>
    </body>
    </html>
    """
        .formatted(
            escaped(title), style(), escaped(title), summary(report), links(), sections(report));
  }

  private static String summary(StudyReport report) {
    FrontierRecord any = report.frontier().get(0);
    return format(
        "<p>%s: %d profiles on the frontier, hypervolume %.4f, %d trials. Model %s, benchmark %s,"
            + " workload %s.</p>\n<p>Run <code>%s</code>; model <code>%s</code>, benchmark version"
            + " <code>%s</code>.</p>\n",
        DAY.format(any.runDate()),
        report.frontier().size(),
        any.hypervolume(),
        report.trials().size(),
        escaped(report.modelName().orElse("of the hash below") + type(any.modelId())),
        escaped(report.benchmark()),
        any.workload(),
        escaped(any.runId()),
        escaped(ComputeType.checkpointId(any.modelId())),
        escaped(any.benchmarkVersion()));
  }

  /** What the model computed in, unless it is fp32. */
  private static String type(String modelId) {
    return modelId.substring(ComputeType.checkpointId(modelId).length());
  }

  private static String sections(StudyReport report) {
    StringBuilder out = new StringBuilder();
    for (Section section : SECTIONS) {
      out.append(
          "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n%s</section>\n"
              .formatted(
                  section.id(),
                  section.id(),
                  section.id(),
                  section.title(),
                  section.html().apply(report)));
    }
    return out.toString();
  }

  private record Section(String id, String title, Function<StudyReport, String> html) {}

  private static String links() {
    StringBuilder out = new StringBuilder();
    for (Section s : SECTIONS) {
      out.append("<li><a href=\"#%s\">%s</a></li>".formatted(s.id(), s.title()));
    }
    return out.toString();
  }

  private static String style() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is not beside ReportPage");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
