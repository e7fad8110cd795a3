package io.paretune.jobs.ingest;

import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.checkpoint.ChatTemplate;
import io.paretune.udfs.hash.Sha256;
import io.paretune.udfs.model.ImageProcessor;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Looks at each row of a samples file and says what is wrong with it, leaving the image's bytes
 * behind. One instance serves one task.
 */
final class RowScreening implements AutoCloseable {
  /** What is left of a row; {@code reason} is empty if it can be used. */
  static final StructType VERDICT =
      new StructType()
          .add("source", StringType, false)
          .add("position", LongType, false)
          .add("sample_id", StringType, false)
          .add("image_id", StringType, false)
          .add("split", StringType, true)
          .add("group_id", StringType, false)
          .add("digest", BinaryType, false)
          .add("reason", StringType, false);

  /** Rows of one image mostly stand together, so few need remembering. */
  private static final int REMEMBERED_IMAGES = 1024;

  private final Map<String, String> imageProblems =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > REMEMBERED_IMAGES;
        }
      };

  private final BenchmarkFormat format;
  private final SplitShares splitShares;
  private final PromptCheck.@Nullable Tokenizing tokenizing;

  RowScreening(Intake intake) {
    format = intake.format();
    splitShares = intake.splitShares();
    tokenizing = intake.prompts().isNone() ? null : intake.prompts().open(format);
  }

  @Override
  public void close() {
    if (tokenizing != null) {
      tokenizing.close();
    }
  }

  /** The verdict on a row of {@link PublishedRows} with its image. */
  Row verdict(Row row) {
    List<String> reasons = new ArrayList<>();
    if (row.<Boolean>getAs("unreadable")) {
      reasons.add("the line is no JSON object");
    } else if (row.<Boolean>getAs("malformed")) {
      reasons.add("a text is no UTF-8");
    }
    if (!reasons.isEmpty()) {
      return verdict(row, "", "", "", reasons);
    }
    String sampleId = text(row, "sample_id", reasons);
    String question = text(row, "question", reasons);
    if (question.contains(ChatTemplate.IMAGE)) {
      reasons.add(
          "the question holds " + ChatTemplate.IMAGE + ", which stands for the image itself");
    }
    List<@Nullable String> options = row.getList(row.fieldIndex("options"));
    List<@Nullable String> answers = row.getList(row.fieldIndex("answers"));
    new AnswerScreening(format, reasons).check(options, answers, row.getAs("metric"));
    if (splitShares.shares().isEmpty() || row.getAs("split") != null) {
      text(row, "split", reasons);
    }
    for (String column : List.of("category", "group_id")) {
      if (row.getAs(column) == null) {
        reasons.add(column + " is null");
      }
    }
    String imageId = imageId(row, reasons);
    if (reasons.isEmpty() && tokenizing != null) {
      String problem = tokenizing.problem(QuestionReader.sample(row));
      if (!problem.isEmpty()) {
        reasons.add(problem);
      }
    }
    return verdict(row, sampleId, imageId, question, reasons);
  }

  private Row verdict(
      Row row, String sampleId, String imageId, String question, List<String> reasons) {
    return RowFactory.create(
        row.getAs("source"),
        row.getAs("position"),
        sampleId,
        imageId,
        row.getAs("split"),
        Objects.requireNonNullElse(row.<@Nullable String>getAs("group_id"), ""),
        reasons.isEmpty() ? digest(row, imageId, question) : new byte[0],
        String.join("; ", reasons));
  }

  private String imageId(Row row, List<String> reasons) {
    byte @Nullable [] image = row.getAs("image");
    if (image == null) {
      String problem = row.getAs("image_problem");
      reasons.add(problem.isEmpty() ? "image is null" : problem);
      return "";
    }
    String imageId = Sha256.hex(image);
    String problem = imageProblems.get(imageId);
    if (problem == null) {
      problem = imageProblem(image);
      imageProblems.put(imageId, problem);
    }
    if (!problem.isEmpty()) {
      reasons.add(problem);
    }
    return imageId;
  }

  /** What keeps the model from reading the image; empty if nothing does. */
  private static String imageProblem(byte[] image) {
    try {
      ImageProcessor.requireReadable(image, "image");
      return "";
    } catch (InvalidInputException e) {
      return e.problems().stream().map(Problem::toString).collect(Collectors.joining("; "));
    }
  }

  private static String text(Row row, String column, List<String> reasons) {
    String text = row.getAs(column);
    if (text == null || text.isBlank()) {
      reasons.add(column + " is " + (text == null ? "null" : "empty"));
      return "";
    }
    return text;
  }

  /** Equal for rows that ask the same in every respect. */
  private byte[] digest(Row row, String imageId, String question) {
    String split = row.getAs("split");
    List<String> fields =
        new ArrayList<>(List.of(format.key(), row.getAs("sample_id"), imageId, question));
    for (String column : List.of("hint", "category", "group_id", "metric")) {
      fields.add(row.getAs(column));
    }
    fields.add(split == null ? splitShares.toString() : split);
    List<String> options = row.getList(row.fieldIndex("options"));
    fields.add(String.valueOf(options.size()));
    fields.addAll(options);
    fields.addAll(row.getList(row.fieldIndex("answers")));
    MessageDigest digest = Sha256.digest();
    for (String field : fields) {
      byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
      // With its length before each field, no two rows spell the same bytes.
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
      digest.update(bytes);
    }
    return digest.digest();
  }
}
