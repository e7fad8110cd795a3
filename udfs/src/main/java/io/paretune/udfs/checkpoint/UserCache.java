package io.paretune.udfs.checkpoint;

import java.nio.file.Path;

/** Where this user's copies and logs lie on this machine; all of it may be deleted at any time. */
public final class UserCache {
  private UserCache() {}

  /** {@code $XDG_CACHE_HOME/paretune}, without that variable {@code ~/.cache/paretune}. */
  public static Path directory() {
    String given = System.getenv("XDG_CACHE_HOME");
    Path base =
        given == null || given.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(given);
    return base.resolve("paretune");
  }
}
