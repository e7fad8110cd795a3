package io.paretune.jobs.tables;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Finds out whether a directory can be written to: rights alone do not tell, on any store. */
public final class WriteProbe {
  private WriteProbe() {}

  /**
   * Makes the directory if it is not there, and a file in it that goes at once.
   *
   * @throws IOException if that is not possible
   */
  public static void in(FileSystem files, Path directory) throws IOException {
    if (!files.mkdirs(directory)) {
      throw new FileNotFoundException("the directory cannot be made");
    }
    Path probe = new Path(directory, "." + UUID.randomUUID() + ".probe");
    files.create(probe).close();
    files.delete(probe, false);
  }
}
