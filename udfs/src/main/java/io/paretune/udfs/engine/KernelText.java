package io.paretune.udfs.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * TorchScript functions as text, each written {@code def name(self: Kernels, …)} without
 * indentation. Texts that are compiled together call one another by {@code (self).name(…)}.
 *
 * @param name where the text is from, for messages
 * @param text the functions
 */
public record KernelText(String name, String text) {
  public KernelText {
    if (!text.startsWith("def ") && !text.contains("\ndef ")) {
      throw new IllegalArgumentException(name + " defines no function");
    }
  }

  /** Reads a resource that lies beside {@code owner}'s class. */
  public static KernelText resource(Class<?> owner, String file) {
    String name = owner.getPackageName().replace('.', '/') + "/" + file;
    try (InputStream in = owner.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks its resource " + name);
      }
      return new KernelText(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("could not read the resource " + name, e);
    }
  }
}
