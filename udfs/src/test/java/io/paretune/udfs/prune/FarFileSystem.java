package io.paretune.udfs.prune;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk under a scheme of its own, {@code far:}. */
public final class FarFileSystem extends RawLocalFileSystem {
  @Override
  public URI getUri() {
    return URI.create("far:///");
  }

  @Override
  public String getScheme() {
    return "far";
  }
}
