package io.paretune.jobs.ingest;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Images whose questions are judged together belong in one shard and one split. Mostly such
 * questions share one image; where they do not, images that are linked have one anchor.
 */
final class Connected {
  private final Map<String, String> parent = new HashMap<>();

  /**
   * Links images.
   *
   * @param groups the images of each group
   */
  static Connected of(Collection<List<String>> groups) {
    Connected connected = new Connected();
    for (List<String> images : groups) {
      images.forEach(image -> connected.link(images.get(0), image));
    }
    return connected;
  }

  private void link(String a, String b) {
    String first = anchor(a);
    String second = anchor(b);
    // The smallest id stands for all, whatever the order of the groups.
    if (first.compareTo(second) < 0) {
      parent.put(second, first);
    } else if (first.compareTo(second) > 0) {
      parent.put(first, second);
    }
  }

  /** The image that stands for this one and all that are linked to it. */
  String anchor(String image) {
    String at = image;
    String above = parent.get(at);
    while (above != null) {
      at = above;
      above = parent.get(at);
    }
    return at;
  }
}
