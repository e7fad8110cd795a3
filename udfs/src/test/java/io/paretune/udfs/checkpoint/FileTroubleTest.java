package io.paretune.udfs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.UnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileTroubleTest {
  private static final Problem PROBLEM =
      new Problem("warehouse", "s3a://b/w cannot be reached", "");

  static Exception[] wrong() {
    return new Exception[] {
      new FileNotFoundException("/data/x (Permission denied)"),
      new AccessDeniedException("s3a://b/w", null, "403"),
      new AccessControlException("user=nobody, access=WRITE"),
      new UnsupportedFileSystemException("No FileSystem for scheme \"s4\""),
      new IllegalArgumentException("Wrong FS: hdfs://b/w"),
    };
  }

  static IOException[] passing() {
    return new IOException[] {
      new SocketTimeoutException("connect timed out"),
      new IOException("No space left on device"),
      new FileSystemException("/cache", null, "3 bytes are free, 4 are needed"),
    };
  }

  @Test
  void aStoreThatDoesNotAnswerIsToldFromADamagedFile() {
    Exception damaged = new IOException("Could not read footer", new IOException("bad magic"));
    Exception silent =
        new IllegalStateException("read failed", new SocketTimeoutException("Read timed out"));

    assertThat(FileTrouble.isUnanswered(damaged)).isFalse();
    assertThat(FileTrouble.isUnanswered(new ChecksumException("/data/x", 3))).isFalse();
    assertThat(FileTrouble.isUnanswered(silent)).isTrue();
    assertThat(FileTrouble.isUnanswered(new IOException(new RemoteException("Standby", "try"))))
        .isTrue();
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void whatWasNamedWronglyIsTheUsersToMend(Exception cause) {
    assertThat(FileTrouble.of(PROBLEM, cause))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("warehouse: s3a://b/w cannot be reached");
  }

  @ParameterizedTest
  @MethodSource("passing")
  void whatMayBeOtherwiseTheNextTimeMayBeTriedAgain(IOException cause) {
    assertThat(FileTrouble.of(PROBLEM, cause))
        .isInstanceOf(UnavailableException.class)
        .hasMessage("warehouse: s3a://b/w cannot be reached")
        .hasCause(cause);
  }
}
