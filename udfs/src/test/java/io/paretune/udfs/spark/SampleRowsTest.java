package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

class SampleRowsTest {
  private static final StructType SCHEMA =
      new StructType().add("features", DataTypes.BinaryType, false);

  @Property
  void featuresAreLittleEndianFloatsTokenAfterToken(@ForAll float a, @ForAll float b) {
    byte[] bytes = SampleRows.bytes(new float[] {a, 1f, b, -2f});

    assertThat(bytes[7]).isEqualTo((byte) 0x3f); // 1f is 0x3f800000
    assertThat(bytes[6]).isEqualTo((byte) 0x80);
    assertThat(SampleRows.features(new GenericRowWithSchema(new Object[] {bytes}, SCHEMA)))
        .containsExactly(a, 1f, b, -2f);
  }
}
