package io.paretune.udfs.hash;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of bytes and of texts in UTF-8, in lower-case hexadecimal digits. */
public final class Sha256 {
  private static final int NAME_BYTES = 8;

  private Sha256() {}

  /** An empty digest, for what is hashed piece by piece. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** All 64 digits. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  /** All 64 digits. */
  public static String hex(String text) {
    return hex(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The first 16 digits: long enough to tell apart what one warehouse or cache holds. */
  public static String name(byte[] bytes) {
    return first(digest().digest(bytes));
  }

  /** The first 16 digits. */
  public static String name(String text) {
    return name(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The first 16 digits of what a digest was given. */
  public static String name(MessageDigest digest) {
    return first(digest.digest());
  }

  private static String first(byte[] hash) {
    return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
  }
}
