package io.paretune.jobs.ingest;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.hash.Sha256;
import io.paretune.udfs.problem.Problems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Tells by their directories' entries, without reading them, whether files are those of another
 * time.
 */
record FileStates(Configuration hadoop) {

  /** Directories of images that are looked at; those of more are not told. */
  private static final int MOST_FOLDERS = 1000;

  /**
   * Files as they were at a time.
   *
   * @param hash of paths, lengths, times of change and, where the store has them, entity tags
   * @param latestChange of any of them; the epoch if there is none
   */
  record State(String hash, Instant latestChange) {
    boolean isBefore(Instant time) {
      return latestChange.isBefore(time);
    }
  }

  /**
   * All that the screening of a benchmark depends on, but for the images that its rows name by
   * their paths.
   *
   * @return empty if a file is missing, or a store tells no times
   */
  Optional<State> of(Ingest.Request request) throws IOException {
    Intake intake = request.intake();
    Problems problems = new Problems();
    // In their order: of two rows with one id the first counts.
    List<FileStatus> files =
        new ArrayList<>(SamplesFiles.statuses(request.paths(), hadoop, problems));
    if (intake.format() == BenchmarkFormat.GQA && !intake.images().isEmpty()) {
      files.addAll(SamplesFiles.statuses(List.of(intake.images()), hadoop, new Problems()));
    }
    if (!intake.prompts().isNone()) {
      files.addAll(textsOf(intake.prompts().model()));
    }
    return problems.isEmpty() ? state(intake + "\n" + OwnCode.hash(), files) : Optional.empty();
  }

  /** What a tokenizer and its template are read from: the small files of a model. */
  private List<FileStatus> textsOf(String model) throws IOException {
    Path named = new Path(model);
    Path directory =
        named.toUri().getScheme() == null
            ? new Path(java.nio.file.Path.of(model).toUri()) // a model without a scheme is local
            : named;
    return inOrder(
        directory
            .getFileSystem(hadoop)
            .listStatus(directory, file -> file.getName().matches(".*\\.(json|jinja)")));
  }

  private static List<FileStatus> inOrder(FileStatus[] files) {
    return Arrays.stream(files).sorted(Comparator.comparing(FileStatus::getPath)).toList();
  }

  /**
   * All files in some folders, without those in folders below, and the folders' own time: it shows
   * that a file came which brought an old time along.
   *
   * @return empty if there are very many, or a store tells no times
   */
  Optional<State> in(List<String> folders) throws IOException {
    if (folders.size() > MOST_FOLDERS) {
      return Optional.empty();
    }
    List<FileStatus> files = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String folder : folders) {
      Path path = new Path(folder);
      FileSystem system = path.getFileSystem(hadoop);
      try {
        FileStatus own = system.getFileStatus(path);
        if (!(own instanceof EtagSource)) { // an object store has no folders that could tell
          files.add(own);
        }
        inOrder(system.listStatus(path)).stream().filter(FileStatus::isFile).forEach(files::add);
      } catch (FileNotFoundException e) {
        missing.add(folder);
      }
    }
    return state(missing.toString(), files);
  }

  private static Optional<State> state(String how, List<FileStatus> files) {
    Instant latest = Instant.EPOCH;
    List<String> lines = new ArrayList<>();
    for (FileStatus file : files) {
      if (file.getModificationTime() <= 0) {
        return Optional.empty();
      }
      Instant changed = Instant.ofEpochMilli(file.getModificationTime());
      latest = changed.isAfter(latest) ? changed : latest;
      lines.add(
          "%s\t%d\t%d\t%s"
              .formatted(
                  file.getPath(),
                  file.getLen(),
                  file.getModificationTime(),
                  file instanceof EtagSource tagged ? tagged.getEtag() : ""));
    }
    String all = how + "\n" + String.join("\n", lines);
    return Optional.of(new State(Sha256.hex(all), latest));
  }
}
