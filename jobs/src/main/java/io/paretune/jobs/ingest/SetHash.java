package io.paretune.jobs.ingest;

import io.paretune.udfs.hash.Sha256;
import java.math.BigInteger;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.ReduceFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * A hash of a set: the sum of its members' hashes modulo 2²⁵⁶, which depends neither on their order
 * nor on how they are spread over executors (AdHash, Bellare and Micciancio, EUROCRYPT 1997).
 */
final class SetHash {
  private static final int BYTES = 32;

  private SetHash() {}

  /**
   * The set's hash, 16 hexadecimal digits.
   *
   * @param members at least one row of one binary column: the members' SHA-256
   */
  static String of(Dataset<Row> members) {
    byte[] sum =
        members
            .map((MapFunction<Row, byte[]>) row -> row.getAs(0), Encoders.BINARY())
            .reduce((ReduceFunction<byte[]>) SetHash::sum);
    return Sha256.name(sum);
  }

  static byte[] sum(byte[] a, byte[] b) {
    byte[] sum = new BigInteger(1, a).add(new BigInteger(1, b)).toByteArray();
    byte[] modulo = new byte[BYTES];
    int length = Math.min(BYTES, sum.length);
    System.arraycopy(sum, sum.length - length, modulo, BYTES - length, length);
    return modulo;
  }
}
