package io.paretune.jobs.tune;

import io.paretune.jobs.config.StudyConfig;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.template.Template;
import io.paretune.udfs.checkpoint.FileTrouble;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** What a study tries before its sampler proposes anything. */
final class StartingPoints {
  private final StudyConfig study;
  private final CompressionSpace space;

  StartingPoints(StudyConfig study, CompressionSpace space) {
    this.study = study;
    this.space = space;
  }

  /** The dense model and the profiles that treat every layer alike, by each criterion. */
  List<Point> uniform() {
    Set<Point> points = new LinkedHashSet<>();
    for (CriterionName criterion : study.space().criteria()) {
      points.add(space.point(CompressionProfile.of(criterion, List.of())).orElseThrow());
      for (int bits : study.space().keyValueBits()) {
        for (double ratio : study.uniformBaseline()) {
          space.uniform(criterion, ratio, bits).ifPresent(points::add);
        }
      }
    }
    return List.copyOf(points);
  }

  /**
   * The profiles of {@code study.template}, matched by relative depth, that keep the constraints.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException if the file is no template
   */
  List<Point> template(Configuration hadoop) {
    Optional<Template> template = study.template().map(file -> read(file, hadoop));
    Set<Point> points = new LinkedHashSet<>();
    if (template.isPresent()) {
      for (Template.Point point : template.get().points()) {
        Point nearest = space.nearest(point.profile(), template.get().layers());
        if (space.space().knownConstraints().stream().allMatch(c -> c.isMet(nearest))) {
          points.add(nearest);
        }
      }
    }
    return List.copyOf(points);
  }

  private static Template read(String file, Configuration hadoop) {
    Path path = file.startsWith("/") ? new Path("file", "", file) : new Path(file);
    try (FSDataInputStream in = path.getFileSystem(hadoop).open(path)) {
      return Template.parse(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw FileTrouble.of(
          new Problem(
              "study.template",
              "%s cannot be read: %s".formatted(file, e.getMessage()),
              "name a file that `paretune template` wrote"),
          e);
    }
  }

  /** Those of the points that the study has tried on no questions, today's or others. */
  static List<Point> untried(Study search, List<Point> points) {
    Set<Point> tried = new HashSet<>();
    search.history().running().forEach(t -> tried.add(t.point()));
    search.history().finished().stream()
        .filter(t -> t.id() >= 0) // below are other studies'
        .forEach(t -> tried.add(t.point()));
    return points.stream().filter(p -> !tried.contains(p)).toList();
  }

  /** Starts those of the points that the study has not tried. */
  static void start(Study search, List<Point> points, TrialOrigin origin) {
    List<Trial> known = new ArrayList<>(search.history().finished());
    known.addAll(search.history().running());
    known.removeIf(t -> t.origin().isForeign());
    for (Point point : points) {
      if (known.stream().noneMatch(t -> t.point().equals(point))) {
        known.add(search.start(point, new Trial.Origin(origin.key(), 1)));
      }
    }
  }
}
