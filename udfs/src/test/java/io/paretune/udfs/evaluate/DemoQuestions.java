package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.hash.Sha256;
import io.paretune.udfs.model.ImageProcessor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** The embedded benchmark's questions on the embedded model, without Spark. */
final class DemoQuestions {
  static final GenericBenchmark BENCHMARK = new GenericBenchmark("demo");

  /** The one resident model of these tests, for as long as the JVM lives. */
  static final ResidentModel RESIDENT = ResidentModel.of(Goldens.DEMO, Place.HOST, 64 << 20);

  private static final QuestionTokenizer TOKENIZER =
      new QuestionTokenizer(BENCHMARK, RESIDENT.checkpoint());
  private static final Map<String, byte[]> FILES = new HashMap<>();
  private static final Map<String, List<Sample>> BY_SPLIT = read();
  private static final Map<String, float[]> FEATURES = new HashMap<>();

  private DemoQuestions() {}

  /** The first questions of a split, in file order. */
  static List<Sample> first(String split, int count) {
    return BY_SPLIT.get(split).subList(0, count);
  }

  /** One shard of all of these. */
  static PreparedShard shard(List<Sample> samples) {
    return shard(0, prepared(samples));
  }

  static PreparedShard shard(int number, List<PreparedImage> images) {
    return new PreparedShard(number, TOKENIZER.textBefore(), images);
  }

  /** The images of these questions, in the order of their first question. */
  static List<PreparedImage> prepared(List<Sample> samples) {
    Map<String, List<PreparedQuestion>> byImage = new LinkedHashMap<>();
    samples.forEach(
        s ->
            byImage
                .computeIfAbsent(s.imageId(), id -> new ArrayList<>())
                .add(TOKENIZER.prepare(s)));
    encode(byImage.keySet().stream().filter(id -> !FEATURES.containsKey(id)).toList());
    int tokens = RESIDENT.model().config().imageTokens();
    return byImage.entrySet().stream()
        .map(
            e ->
                new PreparedImage(
                    e.getKey(),
                    FEATURES.get(e.getKey()),
                    tokens,
                    e.getValue(),
                    FILES.get(e.getKey())))
        .toList();
  }

  private static void encode(List<String> imageIds) {
    List<float[]> features =
        new ImageEncoding(
                RESIDENT.model(), new ImageProcessor(RESIDENT.checkpoint().imageProcessor()))
            .encode(
                imageIds.stream().map(id -> new ImageEncoding.Image(id, FILES.get(id))).toList());
    for (int i = 0; i < features.size(); i++) {
      FEATURES.put(imageIds.get(i), features.get(i));
    }
  }

  private static Map<String, List<Sample>> read() {
    Path file = new Path(Goldens.HOME.resolve("conf/demo/samples.parquet").toUri());
    Map<String, List<Sample>> bySplit = new HashMap<>();
    try (ParquetReader<Group> rows = ParquetReader.builder(new GroupReadSupport(), file).build()) {
      for (Group row = rows.read(); row != null; row = rows.read()) {
        byte[] image = row.getGroup("image", 0).getBinary("bytes", 0).getBytes();
        String imageId = Sha256.hex(image);
        FILES.put(imageId, image);
        bySplit
            .computeIfAbsent(row.getString("split", 0), s -> new ArrayList<>())
            .add(
                new Sample(
                    row.getString("sample_id", 0),
                    imageId,
                    row.getString("question", 0),
                    options(row.getGroup("options", 0)),
                    List.of(row.getString("answer", 0)),
                    row.getString("category", 0)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bySplit;
  }

  private static List<String> options(Group list) {
    List<String> options = new ArrayList<>();
    for (int i = 0; i < list.getFieldRepetitionCount("list"); i++) {
      options.add(list.getGroup("list", i).getString("element", 0));
    }
    return options;
  }
}
