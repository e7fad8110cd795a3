package io.paretune.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class FrontierPlotTest {
  private static final PlotPoint DENSE = new PlotPoint("dense", 1000, 0.9, 0.88, 0.92);

  @Test
  void drawsEveryPointInsideThePicture() throws Exception {
    FrontierPlot plot =
        new FrontierPlot(
            "a <model> & its \"frontier\"",
            "accuracy",
            1000,
            Optional.of(DENSE),
            List.of(
                new PlotPoint("t2", 700, 0.89, 0.87, 0.91),
                new PlotPoint("t1", 400, 0.8, 0.77, 0.83)),
            List.of(new PlotPoint("uniform 50 %", 600, 0.7, 0.66, 0.74)));
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(plot.svg())));
    assertThat(svg.getDocumentElement().getAttribute("aria-label"))
        .isEqualTo("a <model> & its \"frontier\"");
    var circles = svg.getElementsByTagName("circle");
    assertThat(circles.getLength()).isEqualTo(3 + 2); // points and legend
    assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(1 + 1);
    for (int i = 0; i < circles.getLength(); i++) {
      Element c = (Element) circles.item(i);
      assertThat(Double.parseDouble(c.getAttribute("cx"))).isBetween(56.0, 740.0);
      assertThat(Double.parseDouble(c.getAttribute("cy"))).isBetween(48.0, 410.0);
    }
    assertThat(plot.svg()).contains("t1: 40.0 % of dense memory, accuracy 0.800");
  }

  @Test
  void onePointIsAPictureToo() {
    String svg =
        new FrontierPlot("dense only", "accuracy", 1000, Optional.of(DENSE), List.of(), List.of())
            .svg();
    assertThat(svg).contains("dense: 100.0 % of dense memory, accuracy 0.900");
  }

  @Test
  void refusesAScoreOutsideItsInterval() {
    assertThatThrownBy(() -> new PlotPoint("p", 1, 0.5, 0.6, 0.7))
        .hasMessage("p: a score lies in its interval, was 0.5 in [0.6, 0.7]");
  }
}
