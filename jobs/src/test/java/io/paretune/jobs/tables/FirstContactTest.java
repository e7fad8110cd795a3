package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.checkpoint.FirstContact;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.UnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

/** Beside the warehouse, since the classes of S3 are here. */
class FirstContactTest {
  private static final Path BUCKET = new Path("s3a://bucket/warehouse");

  @Test
  void whereNobodyAnswersIsSaidSoon() throws IOException {
    Configuration hadoop = nobody();
    hadoop.set("fs.s3a.access.key", "id");
    hadoop.set("fs.s3a.secret.key", "secret");
    Instant begun = Instant.now();

    assertThatThrownBy(() -> FirstContact.require(BUCKET, hadoop))
        .isInstanceOf(UnavailableException.class)
        .hasMessage(
            "s3a://bucket: %s does not answer: Connection refused — check"
                    .formatted(hadoop.get("fs.s3a.endpoint"))
                + " spark.hadoop.fs.s3a.endpoint and the network, then try again");
    assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void thatNoCredentialsAreThereIsTheUsersToMend() throws IOException {
    Configuration hadoop = nobody();

    assertThatThrownBy(() -> FirstContact.require(BUCKET, hadoop))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "s3a://bucket: no credentials for it are found — set AWS_ACCESS_KEY_ID and"
                + " AWS_SECRET_ACCESS_KEY, or what else fs.s3a.aws.credentials.provider names");
  }

  @Test
  void otherFileSystemsAreNotAsked() {
    FirstContact.require(new Path("hdfs://nobody:1/warehouse"), new Configuration());
    FirstContact.require(new Path("/warehouse"), new Configuration());
  }

  /** Where nobody listens any more. */
  private static Configuration nobody() throws IOException {
    Configuration hadoop = new Configuration();
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      hadoop.set("fs.s3a.endpoint", "http://127.0.0.1:" + gone.getLocalPort());
    }
    hadoop.set("fs.s3a.endpoint.region", "us-east-1");
    hadoop.set("fs.s3a.path.style.access", "true");
    hadoop.set(
        "fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
    return hadoop;
  }
}
