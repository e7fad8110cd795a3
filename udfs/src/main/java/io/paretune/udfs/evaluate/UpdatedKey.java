package io.paretune.udfs.evaluate;

import java.util.Comparator;

/**
 * What a candidate's updated weights depend on, and their bytes.
 *
 * @param pruningId of the profile without bits
 * @param questionsId of the calibration questions
 * @param bytes of all its layers
 */
record UpdatedKey(String pruningId, String questionsId, long bytes) implements LentKey {
  static final Comparator<UpdatedKey> ORDER =
      Comparator.comparing(UpdatedKey::pruningId).thenComparing(UpdatedKey::questionsId);
}
