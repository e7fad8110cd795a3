package io.paretune.udfs.checkpoint;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.UnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.jspecify.annotations.Nullable;

/** What it means that a file which the user named cannot be read or written. */
public final class FileTrouble {
  /** What says that the name or the rights are wrong, on local disk or by Hadoop. */
  private static final List<Class<? extends IOException>> NAMED_WRONGLY =
      List.of(
          FileNotFoundException.class,
          NoSuchFileException.class,
          FileAlreadyExistsException.class,
          org.apache.hadoop.fs.FileAlreadyExistsException.class,
          NotDirectoryException.class,
          ParentNotDirectoryException.class,
          AccessDeniedException.class,
          AccessControlException.class,
          UnsupportedFileSystemException.class);

  /** The same of S3, whose classes are on the path only of who uses it. */
  private static final Set<String> NAMED_WRONGLY_ON_S3 =
      Set.of("UnknownStoreException", "AWSBadRequestException", "AWSRedirectException");

  private FileTrouble() {}

  /** What it says of itself in one line; its kind if it says nothing. */
  public static String firstLine(Throwable trouble) {
    String message = trouble.getMessage();
    return message == null || message.isBlank()
        ? trouble.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }

  /** Whether a store elsewhere did not answer: then nothing is known of the file. */
  public static boolean isUnanswered(Throwable trouble) {
    Set<Throwable> seen = new HashSet<>();
    for (@Nullable Throwable e = trouble; e != null && seen.add(e); e = e.getCause()) {
      if (e instanceof SocketException
          || e instanceof InterruptedIOException
          || e instanceof UnknownHostException
          || e instanceof SSLException
          || (e instanceof IOException io && isOfStore(io))) {
        return true;
      }
    }
    return false;
  }

  /** Of Hadoop's own kinds, such as S3's status 503 and HDFS's missing block, but no damage. */
  private static boolean isOfStore(IOException e) {
    return e.getClass().getName().startsWith("org.apache.hadoop.")
        && !(e instanceof ChecksumException)
        && !isNamedWrongly(e);
  }

  private static boolean isNamedWrongly(Exception e) {
    return e instanceof IllegalArgumentException
        || e instanceof UnsupportedOperationException
        || NAMED_WRONGLY.stream().anyMatch(kind -> kind.isInstance(e))
        || NAMED_WRONGLY_ON_S3.contains(e.getClass().getSimpleName());
  }

  /**
   * The exception to throw: {@link InvalidInputException} where no repetition can help, and {@link
   * UnavailableException} where the store may answer the next time.
   *
   * @param problem as the user is told
   * @param cause of input and output, or one by which Hadoop refuses a name
   */
  public static RuntimeException of(Problem problem, Exception cause) {
    return isNamedWrongly(cause)
        ? new InvalidInputException(List.of(problem))
        : new UnavailableException(problem, cause);
  }
}
