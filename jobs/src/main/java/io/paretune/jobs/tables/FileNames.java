package io.paretune.jobs.tables;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Names that users choose, such as a study's or a split's, as parts of file names. */
public final class FileNames {
  private FileNames() {}

  /** Different names give different parts, none of which leads elsewhere. */
  public static String of(String name) {
    String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("*", "%2A");
    return encoded.startsWith(".") ? "%2E" + encoded.substring(1) : encoded;
  }
}
