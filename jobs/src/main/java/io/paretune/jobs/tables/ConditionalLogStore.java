package io.paretune.jobs.tables;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Delta's log on S3 and on local disks, safe for several drivers. On S3 a version is created by a
 * conditional write (If-None-Match), which the store itself refuses to the second of two writers;
 * Delta's own store for S3 is safe for one driver only. On a disk the second of two links to one
 * name is refused; Delta's own store looks before it renames, and Hadoop starts a dozen processes
 * ({@code chmod}, {@code readlink}) for each commit of it. {@link Sessions} sets it for {@code s3a}
 * and {@code file}.
 */
public final class ConditionalLogStore extends HadoopFileSystemLogStore {

  /** As Delta makes it, by reflection. */
  public ConditionalLogStore(Configuration hadoop) {
    super(hadoop);
  }

  @Override
  public void write(Path path, Iterator<String> actions, Boolean overwrite, Configuration hadoop)
      throws IOException {
    StringBuilder text = new StringBuilder();
    actions.forEachRemaining(action -> text.append(action).append('\n'));
    ExclusiveFile file = new ExclusiveFile(path.getFileSystem(hadoop), path);
    if (overwrite) {
      file.replace(text.toString());
    } else if (!file.create(text.toString())) {
      throw new FileAlreadyExistsException(path.toString());
    }
  }

  @Override
  public Boolean isPartialWriteVisible(Path path, Configuration hadoop) {
    return false; // an object appears when its upload is complete, a file when it is written
  }
}
