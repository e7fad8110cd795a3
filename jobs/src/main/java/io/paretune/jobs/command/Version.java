package io.paretune.jobs.command;

import io.paretune.jobs.ingest.OwnCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The text of {@code --version}. */
final class Version {
  /** Written by the build, from the versions in pom.xml. */
  private static final String BUILT_WITH = "/io/paretune/jobs/command/version.properties";

  /** Spark's own, of the Spark that is there: a user's may be another patch release. */
  private static final String SPARK = "/spark-version-info.properties";

  private Version() {}

  static String text() {
    Properties built = read(BUILT_WITH);
    return """
    Paretune %s, code %s
    Spark %s, Delta %s, DJL %s, PyTorch %s, Java %s
    """
        .formatted(
            built.getProperty("paretune"),
            OwnCode.hash().substring(0, 12),
            read(SPARK).getProperty("version"),
            built.getProperty("delta"),
            built.getProperty("djl"),
            built.getProperty("pytorch"),
            Runtime.version());
  }

  private static Properties read(String resource) {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the class path lacks " + resource);
      }
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
