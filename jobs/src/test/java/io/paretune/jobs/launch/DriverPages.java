package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a driver shows while it runs.
 *
 * @param port of Spark's UI
 */
record DriverPages(int port) {

  /** At a port that was free a moment ago. */
  static DriverPages atAFreePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new DriverPages(socket.getLocalPort());
    }
  }

  /** Of spark-submit, so that the pages are there. */
  List<String> options() {
    return List.of("--conf", "spark.ui.enabled=true", "--conf", "spark.ui.port=" + port);
  }

  /** The text of a page. */
  String page(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return answer.body();
  }

  /** A figure among metrics in Prometheus's format, by how its name ends or goes on. */
  static double figure(String metrics, String name) {
    Matcher line =
        Pattern.compile("(?m)^\\w*_" + name + "\\w*\\{[^}]*\\} (\\S+)$").matcher(metrics);
    assertThat(line.find()).as(name + " is among " + metrics).isTrue();
    return Double.parseDouble(line.group(1));
  }
}
