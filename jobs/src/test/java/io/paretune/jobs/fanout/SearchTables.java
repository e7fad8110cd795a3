package io.paretune.jobs.fanout;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** The tables that a search writes, in a warehouse of their own. */
record SearchTables(Warehouse warehouse, TrialsTable trials, ShardResultsTable results) {

  /** Creates them. */
  static SearchTables in(Path folder) {
    Warehouse warehouse = Warehouse.at("warehouse", folder.toString());
    warehouse.createTables(SharedSpark.session());
    SparkSession few = Sessions.forFewRows(SharedSpark.session());
    return new SearchTables(
        warehouse, new TrialsTable(few, warehouse), new ShardResultsTable(few, warehouse));
  }
}
