package io.paretune.jobs.command;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Small studies of the demo model in one warehouse: three uniform trials and three more unless a
 * test says otherwise, one at a time.
 *
 * @param directory of the warehouse, the samples and the logs
 * @param samples some of the demo's
 */
record DemoStudies(Path directory, String samples, Warehouse warehouse) {
  static final int SHARDS = 2;

  /** With the first questions of each split. */
  static DemoStudies in(Path directory, Map<String, Integer> questions) {
    return new DemoStudies(
        directory,
        DemoSamples.first(SharedSpark.session(), directory.resolve("s.parquet"), questions),
        Warehouse.at("warehouse", directory.resolve("warehouse").toString()));
  }

  Ran run(String command, String study, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                command,
                "warehouse=" + directory.resolve("warehouse"),
                "model=" + DemoSamples.MODEL,
                "workload=16x128",
                "benchmark.name=demo",
                "benchmark.samples=[\"" + samples + "\"]",
                "calibration.samples=16",
                "study.name=" + study,
                "study.trials=3",
                "study.shards=" + SHARDS,
                "study.concurrency=1",
                "study.racing.confidence=null",
                "study.uniform-baseline=[0.5]",
                "study.space.pruning-ratios=[0.0,0.3,0.5,0.7]",
                "study.space.key-value-bits=[16,4]"));
    words.addAll(List.of(more));
    return Ran.command(directory.resolve("logs"), words.toArray(String[]::new));
  }

  List<TrialRecord> trials(String study) {
    return new TrialsTable(SharedSpark.session(), warehouse).ofStudy(study);
  }

  List<ShardResultRecord> answers(String study) {
    return new ShardResultsTable(SharedSpark.session(), warehouse).ofStudy(study);
  }

  List<FrontierRecord> frontier(String study) {
    return new FrontierTable(SharedSpark.session(), warehouse).ofStudy(study);
  }

  /** Another study with the trials of this one, without its answers. */
  void copyTrials(String study, String copy) {
    new TrialsTable(SharedSpark.session(), warehouse)
        .upsert(trials(study).stream().map(t -> CopiedStudy.trial(t, copy, true)).toList());
  }
}
