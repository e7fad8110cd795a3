package io.paretune.jobs.report;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A headless Chromium with one page, driven by the DevTools protocol
 * (https://chromedevtools.github.io/devtools-protocol). Needs Debian's package {@code chromium}.
 */
final class Chromium implements AutoCloseable {
  private static final int LIMIT_SECONDS = 60;

  private final Process process;
  private final WebSocket socket;
  private final Map<Integer, CompletableFuture<JsonObject>> replies = new ConcurrentHashMap<>();
  private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
  private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();
  private int calls;

  /**
   * Starts a browser.
   *
   * @param directory for its profile
   */
  Chromium(Path directory) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "chromium",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--remote-debugging-port=0",
            "--user-data-dir=" + directory.resolve("chromium"),
            "about:blank");
    builder.redirectErrorStream(true).redirectOutput(directory.resolve("browser.log").toFile());
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new IOException("this test needs chromium: apt-get install chromium", e);
    }
    HttpClient http = HttpClient.newHttpClient();
    URI page = page(http, directory.resolve("chromium/DevToolsActivePort"));
    socket = http.newWebSocketBuilder().buildAsync(page, new Listener()).join();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", Map.of());
    }
  }

  private static URI page(HttpClient http, Path port) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (System.nanoTime() < end) {
      if (Files.exists(port) && Files.readAllLines(port).size() >= 2) {
        URI list = URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list");
        String targets =
            http.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        for (JsonElement t : JsonParser.parseString(targets).getAsJsonArray()) {
          if (t.getAsJsonObject().get("type").getAsString().equals("page")) {
            return URI.create(t.getAsJsonObject().get("webSocketDebuggerUrl").getAsString());
          }
        }
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("chromium did not open its port within " + LIMIT_SECONDS + " s");
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        JsonObject message = JsonParser.parseString(text.toString()).getAsJsonObject();
        text.setLength(0);
        received(message);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  private void received(JsonObject message) {
    if (message.has("id")) {
      replies.remove(message.get("id").getAsInt()).complete(message);
      return;
    }
    switch (message.get("method").getAsString()) {
      case "Page.loadEventFired" -> loaded.complete(null);
      case "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled" ->
          complaints.add(message.get("params").toString());
      case "Network.requestWillBeSent" -> {
        String url =
            message.getAsJsonObject("params").getAsJsonObject("request").get("url").getAsString();
        if (!url.startsWith("file:") && !url.startsWith("data:") && !url.equals("about:blank")) {
          complaints.add("asked the network for " + url);
        }
      }
      default -> {}
    }
  }

  private JsonObject call(String method, Map<String, ?> parameters) {
    int id = ++calls;
    CompletableFuture<JsonObject> reply = new CompletableFuture<>();
    replies.put(id, reply);
    String text = new Gson().toJson(Map.of("id", id, "method", method, "params", parameters));
    socket.sendText(text, true).join();
    JsonObject message = reply.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    if (message.has("error")) {
      throw new AssertionError(method + ": " + message.get("error"));
    }
    return message.getAsJsonObject("result");
  }

  /** Opens a file and waits until it is loaded. */
  void open(Path file) {
    loaded = new CompletableFuture<>();
    call("Page.navigate", Map.of("url", file.toUri().toString()));
    loaded.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Shows the page as a reader has it: {@code light} or {@code dark}, {@code screen} or print. */
  void show(String colours, String medium, int width, int height) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            medium,
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** The value of a JavaScript expression. */
  JsonElement value(String expression) {
    JsonObject result =
        call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(result.get("exceptionDetails").toString());
    }
    return result.getAsJsonObject("result").get("value");
  }

  /** The names of the images in the accessibility tree, as a screen reader gets them. */
  List<String> imageNames() {
    JsonArray nodes = call("Accessibility.getFullAXTree", Map.of()).getAsJsonArray("nodes");
    List<String> names = new ArrayList<>();
    for (JsonElement n : nodes) {
      JsonObject node = n.getAsJsonObject();
      if (node.has("role")
          && node.getAsJsonObject("role").get("value").getAsString().equals("image")) {
        names.add(node.getAsJsonObject("name").get("value").getAsString());
      }
    }
    return names;
  }

  void press(String key) {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", 9));
    }
  }

  /** The page as a PNG image. */
  byte[] screenshot() {
    return Base64.getDecoder()
        .decode(call("Page.captureScreenshot", Map.of()).get("data").getAsString());
  }

  /** The page as it is printed, a PDF whose outline is the headings. */
  byte[] pdf() {
    Map<String, Boolean> settings =
        Map.of(
            "printBackground", false, "generateTaggedPDF", true, "generateDocumentOutline", true);
    return Base64.getDecoder().decode(call("Page.printToPDF", settings).get("data").getAsString());
  }

  /** What the console said, exceptions, and requests that left the machine. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() {
    socket.abort();
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
