package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** A samples file read without Spark. */
final class SampleFile {
  private SampleFile() {}

  /** An image with all questions about it. */
  record Image(String id, byte[] bytes, List<Sample> samples) {}

  /** The images of a split, in the file's order. */
  static List<Image> read(Path file, String split) throws IOException {
    Map<String, Image> images = new LinkedHashMap<>();
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toUri()))
            .build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        if (row.getString("split", 0).equals(split)) {
          byte[] bytes = row.getGroup("image", 0).getBinary("bytes", 0).getBytes();
          String id = Integer.toHexString(java.util.Arrays.hashCode(bytes));
          images
              .computeIfAbsent(id, i -> new Image(i, bytes, new ArrayList<>()))
              .samples()
              .add(sample(row, id));
        }
      }
    }
    return List.copyOf(images.values());
  }

  private static Sample sample(Group row, String image) {
    Group list = row.getGroup("options", 0);
    List<String> options = new ArrayList<>();
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      options.add(list.getGroup(0, i).getString(0, 0));
    }
    return new Sample(
        row.getString("sample_id", 0),
        image,
        row.getString("question", 0),
        options,
        List.of(row.getString("answer", 0)),
        row.getString("category", 0));
  }
}
