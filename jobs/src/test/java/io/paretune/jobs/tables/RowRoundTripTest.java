package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class RowRoundTripTest {
  private static <T> void comesBack(
      T record, StructType schema, Function<T, Row> toRow, Function<Row, T> fromRow) {
    Row row = toRow.apply(record);
    assertThat(row.schema()).isEqualTo(schema);
    for (int i = 0; i < schema.length(); i++) {
      assertThat(row.isNullAt(i) && !schema.fields()[i].nullable())
          .as("%s is null", schema.fields()[i].name())
          .isFalse();
    }
    assertThat(fromRow.apply(row)).isEqualTo(record);
  }

  @Property(tries = 200)
  void everyTablesRecordsComeBackFromTheirRows(@ForAll long seed) {
    Records records = new Records(seed);
    comesBack(records.sample(), SamplesTable.SCHEMA, SampleRecord::toRow, SampleRecord::fromRow);
    comesBack(
        records.rejectedSample(),
        RejectedSamplesTable.SCHEMA,
        RejectedSampleRecord::toRow,
        RejectedSampleRecord::fromRow);
    comesBack(records.trial(), TrialsTable.SCHEMA, TrialsTable::toRow, TrialsTable::fromRow);
    comesBack(
        records.shardResult(),
        ShardResultsTable.SCHEMA,
        ShardResultsTable::toRow,
        ShardResultsTable::fromRow);
    comesBack(
        records.frontierPoint(),
        FrontierTable.SCHEMA,
        FrontierTable::toRow,
        FrontierTable::fromRow);
    comesBack(
        records.judgement(),
        JudgementsTable.SCHEMA,
        JudgementsTable::toRow,
        JudgementsTable::fromRow);
    comesBack(
        records.measurement(),
        MeasurementsTable.SCHEMA,
        MeasurementsTable::toRow,
        MeasurementsTable::fromRow);
    comesBack(
        records.layerImportance(),
        LayerImportanceTable.SCHEMA,
        LayerImportanceTable::toRow,
        LayerImportanceTable::fromRow);
  }

  @Test
  void everyColumnIsInSnakeCaseAndExplained() {
    for (StructType schema :
        List.of(
            SamplesTable.SCHEMA,
            RejectedSamplesTable.SCHEMA,
            ImageFeaturesTable.SCHEMA,
            TrialsTable.SCHEMA,
            ShardResultsTable.SCHEMA,
            FrontierTable.SCHEMA,
            JudgementsTable.SCHEMA,
            MeasurementsTable.SCHEMA,
            LayerImportanceTable.SCHEMA)) {
      assertThat(Arrays.asList(schema.fields()))
          .allSatisfy(
              field -> {
                assertThat(field.name()).matches("[a-z]+(_[a-z]+)*");
                assertThat(field.getComment().isDefined()).as(field.name()).isTrue();
              });
    }
  }
}
