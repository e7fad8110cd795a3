package io.paretune.jobs.ingest;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.hash.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Paretune's own code: another version of it may find something else. Jars that are built from one
 * commit are the same, and so is their hash.
 */
public final class OwnCode {
  private OwnCode() {}

  /** Made when it is first asked for. */
  private static final class Hashed {
    static final String ONCE = compute();
  }

  /** Hash of the jar that this code is from, or of the classes where they are in directories. */
  public static String hash() {
    return Hashed.ONCE;
  }

  private static String compute() {
    MessageDigest digest = Sha256.digest();
    TreeSet<Path> places = new TreeSet<>(List.of(of(OwnCode.class), of(Benchmark.class)));
    try {
      for (Path place : places) {
        try (Stream<Path> below = Files.walk(place)) {
          for (Path file : below.filter(Files::isRegularFile).sorted().toList()) {
            digest.update(Files.readAllBytes(file));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the classes in " + places + " cannot be read", e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Path of(Class<?> one) {
    @Nullable CodeSource source = one.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IllegalStateException(one + " does not say where it is from");
    }
    try {
      return Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(source.getLocation() + " is no URI", e);
    }
  }
}
