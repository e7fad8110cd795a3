package io.paretune.udfs.checkpoint;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.UnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The first look at an object store: whoever begins wants to hear soon that nobody answers, while a
 * run that is under way had better wait. Hadoop's own patience, minutes for each request, is left
 * as it is for all that comes after.
 */
public final class FirstContact {
  private static final String OBJECT_STORE = "s3a";
  private static final String ENDPOINT = "fs.s3a.endpoint";

  /** Of Hadoop's S3A, whose classes are on the path only of who uses it. */
  private static final Set<String> NO_CREDENTIALS =
      Set.of("NoAuthWithAWSException", "NoAwsCredentialsException");

  /**
   * One request, which the client may repeat within 15 s, the least that Hadoop lets one take. The
   * keys are in Hadoop's documentation of S3A, "Performance".
   */
  private static final Map<String, String> SOON =
      Map.of(
          "fs.s3a.attempts.maximum", "2",
          "fs.s3a.retry.limit", "0",
          "fs.s3a.connection.establish.timeout", "15s",
          "fs.s3a.connection.timeout", "15s",
          "fs.s3a.connection.request.timeout", "15s");

  private static final Set<String> ANSWERED = ConcurrentHashMap.newKeySet();

  private FirstContact() {}

  /**
   * Makes sure, once a process, that an object store answers, whatever it answers; with other file
   * systems nothing is done.
   *
   * @param hadoop how it is reached; what is set there of how long to wait is kept to
   * @throws InvalidInputException if there are no credentials for it
   * @throws UnavailableException if it does not answer
   */
  public static void require(Path path, Configuration hadoop) {
    String store = path.toUri().getScheme() + "://" + path.toUri().getAuthority();
    String contact = store + " at " + hadoop.get(ENDPOINT, "");
    if (!OBJECT_STORE.equals(path.toUri().getScheme()) || ANSWERED.contains(contact)) {
      return;
    }
    try (FileSystem files = FileSystem.newInstance(path.toUri(), soon(hadoop))) {
      files.exists(path);
    } catch (IOException e) {
      refuse(store, hadoop.get(ENDPOINT, ""), e);
    }
    ANSWERED.add(contact);
  }

  private static Configuration soon(Configuration hadoop) {
    Configuration soon = new Configuration(hadoop);
    SOON.forEach(
        (key, value) -> {
          if (!isChosen(hadoop, key)) {
            soon.set(key, value);
          }
        });
    return soon;
  }

  /** Whether somebody set it: Hadoop's defaults have a file of their own, and some are in code. */
  private static boolean isChosen(Configuration hadoop, String key) {
    String @Nullable [] sources = hadoop.getPropertySources(key);
    return sources != null
        && Arrays.stream(sources).anyMatch(source -> !source.endsWith("core-default.xml"));
  }

  /** A refusal is an answer: what asks for something there says what was refused. */
  private static void refuse(String store, String endpoint, IOException e) {
    if (causes(e).stream().anyMatch(c -> NO_CREDENTIALS.contains(c.getClass().getSimpleName()))) {
      throw new InvalidInputException(
          store,
          "no credentials for it are found",
          "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what else"
              + " fs.s3a.aws.credentials.provider names");
    }
    if (FileTrouble.isUnanswered(e)) {
      List<Throwable> causes = causes(e);
      throw new UnavailableException(
          new Problem(
              store,
              "%s does not answer: %s"
                  .formatted(
                      endpoint.isEmpty() ? "S3" : endpoint,
                      FileTrouble.firstLine(causes.get(causes.size() - 1))),
              "check spark.hadoop.fs.s3a.endpoint and the network, then try again"),
          e);
    }
  }

  private static List<Throwable> causes(Throwable trouble) {
    Set<Throwable> seen = new HashSet<>();
    List<Throwable> causes = new ArrayList<>();
    for (@Nullable Throwable e = trouble; e != null && seen.add(e); e = e.getCause()) {
      causes.add(e);
    }
    return causes;
  }
}
