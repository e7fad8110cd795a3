package io.paretune.jobs.command;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.DefaultConfiguration;

/** Logs go to standard error: ours from INFO on, everyone else's from WARN on. */
final class Logs {
  private static final String OURS = "log4j2.properties";

  /** How much is logged. */
  enum Detail {
    USUAL,
    ALL
  }

  private Logs() {}

  /**
   * Puts our configuration in the place of Spark's default: spark-submit configures logging before
   * it has our jar. A configuration that the user chose stays.
   */
  static void configure(Detail detail) {
    if (LogManager.getContext(false) instanceof LoggerContext context && isNobodysChoice(context)) {
      context.setConfigLocation(ours());
    }
    if (detail == Detail.ALL) {
      Configurator.setLevel("io.paretune", Level.DEBUG);
      Configurator.setRootLevel(Level.INFO);
    }
  }

  /** Nothing more is logged. */
  static void silence() {
    Configurator.setRootLevel(Level.OFF);
  }

  private static boolean isNobodysChoice(LoggerContext context) {
    String location = context.getConfiguration().getConfigurationSource().getLocation();
    return context.getConfiguration() instanceof DefaultConfiguration
        || (location != null && location.contains("org/apache/spark/log4j2-defaults"));
  }

  private static URI ours() {
    URL url = Logs.class.getResource("/" + OURS);
    if (url == null) {
      throw new IllegalStateException("the jar lacks " + OURS);
    }
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a resource has an URI: " + url, e);
    }
  }
}
