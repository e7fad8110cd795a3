package io.paretune.jobs.command;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that the user names for a profile. */
final class ProfileFile {
  private static final long MOST_BYTES = 16 << 20;
  private static final String REMEDY = "give a profile's JSON file";

  private ProfileFile() {}

  /**
   * The profile in a file.
   *
   * @throws InvalidInputException if there is none
   */
  static CompressionProfile read(Path file) {
    String where = file.toString();
    try {
      if (Files.isRegularFile(file) && Files.size(file) > MOST_BYTES) {
        throw new InvalidInputException(where, "is larger than 16 MiB", REMEDY);
      }
      return CompressionProfile.parse(where, Files.readString(file));
    } catch (MalformedInputException e) {
      throw new InvalidInputException(where, "is no UTF-8 text");
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(where, "does not exist", REMEDY);
    } catch (IOException e) {
      throw new InvalidInputException(where, "cannot be read: " + e, REMEDY);
    }
  }
}
