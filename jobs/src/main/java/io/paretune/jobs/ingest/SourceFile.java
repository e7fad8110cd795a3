package io.paretune.jobs.ingest;

/**
 * A readable file of samples.
 *
 * @param path its URI
 * @param kind how it is read
 * @param columns its schema in its own words: files that agree are read together, as all JSON Lines
 *     are, whose columns show only when they are read
 * @param firstPosition rows in the files before it
 * @param rows rows in it
 */
record SourceFile(String path, Kind kind, String columns, long firstPosition, long rows) {

  /** How a file is read. */
  enum Kind {
    PARQUET,
    /** One JSON object a line. */
    JSON_LINES;

    static Kind of(String name) {
      return name.endsWith(".jsonl") || name.endsWith(".json") ? JSON_LINES : PARQUET;
    }
  }

  SourceFile startingAt(long position, long count) {
    return new SourceFile(path, kind, columns, position, count);
  }
}
