package io.paretune.jobs.ingest;

import com.google.gson.Gson;
import io.paretune.jobs.ingest.FileStates.State;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.jobs.tables.WholeFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What earlier screenings found, kept beside the tables for all machines: every command takes its
 * benchmark in, and on most nights its files are those of the night before. A screening is known by
 * all that it depends on: the files' paths, lengths and times of change, how they are taken in, the
 * tokenizer that questions must suit, and Paretune's own code.
 */
final class KnownScreenings {
  private static final Logger LOG = LoggerFactory.getLogger(KnownScreenings.class);

  /** A file that changed so shortly before may change again within one tick of its clock. */
  private static final Duration UNSETTLED = Duration.ofMinutes(1);

  /**
   * What a screening found.
   *
   * @param version of the samples
   * @param accepted questions that can be used
   * @param rejected rows that cannot
   * @param images different images
   * @param shards that hold them
   */
  record Found(String version, long accepted, long rejected, long images, int shards) {}

  /**
   * A screening as it is kept.
   *
   * @param imageFolders directories of the images that rows name
   * @param imageState of the files in them
   */
  private record Kept(Found found, List<String> imageFolders, String imageState) {}

  /**
   * A screening that begins.
   *
   * @param state of what it reads
   * @param begun when
   */
  record Begun(State state, Instant begun) {}

  private final Path directory;
  private final Configuration hadoop;
  private final FileStates files;
  private final Clock clock;

  KnownScreenings(Warehouse warehouse, Configuration hadoop, Clock clock) {
    this.directory = new Path(warehouse.path("screenings"));
    this.hadoop = hadoop;
    this.files = new FileStates(hadoop);
    this.clock = clock;
  }

  /** Looks at what a screening would read; empty if something of it cannot be told. */
  Optional<Begun> begin(Ingest.Request request) {
    Instant begun = clock.instant();
    try {
      return files.of(request).map(state -> new Begun(state, begun));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // the screening says what is wrong
    }
  }

  /** What a screening of exactly this found before. */
  Optional<Found> find(Begun screening) {
    Path file = file(screening.state());
    try (FSDataInputStream in = file.getFileSystem(hadoop).open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Kept kept = new Gson().fromJson(text, Kept.class);
      return files
          .in(kept.imageFolders())
          .filter(state -> state.hash().equals(kept.imageState()))
          .map(state -> kept.found());
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} cannot be read, and the samples are screened again: {}", file, e.toString());
      return Optional.empty();
    }
  }

  /** Keeps what a screening found, unless its files changed meanwhile or may have. */
  void keep(Ingest.Request request, Begun screening, ScreenedSamples screened) {
    Instant settled = screening.begun().minus(UNSETTLED);
    try {
      List<String> folders = screened.imageFolders();
      if (!screening.state().isBefore(settled)
          || !files.of(request).equals(Optional.of(screening.state()))) {
        return;
      }
      Optional<State> images = files.in(folders).filter(s -> s.isBefore(settled));
      if (images.isPresent()) {
        Kept kept = new Kept(screened.found(), folders, images.get().hash());
        byte[] json = new Gson().toJson(kept).getBytes(StandardCharsets.UTF_8);
        WholeFile.replace(hadoop, file(screening.state()), json);
      }
    } catch (IOException | RuntimeException e) { // the samples are in the tables already
      LOG.warn("the next command screens the samples again: {}", e.toString());
    }
  }

  private Path file(State state) {
    return new Path(directory, state.hash() + ".json");
  }
}
