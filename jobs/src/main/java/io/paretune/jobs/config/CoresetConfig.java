package io.paretune.jobs.config;

import java.util.Locale;

/**
 * The part of the search split that a search asks.
 *
 * @param questions how many, about; 0 for all
 * @param by what it represents in its true proportions
 */
public record CoresetConfig(int questions, By by) {

  /** What a coreset represents in its true proportions. */
  public enum By {
    /** The questions' categories. */
    CATEGORY,
    /** Groups of images that look alike to the model (k-means over their features). */
    IMAGES;

    /** The name in configuration. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
