package io.paretune.jobs.ingest;

import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.paretune.udfs.checkpoint.ChatTemplate;
import io.paretune.udfs.model.ImageProcessor;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
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
final class RowScreening implements Serializable {
  /** What is left of a row; {@code reason} is empty if it can be used. */
  static final StructType VERDICT =
      new StructType()
          .add("source", StringType, false)
          .add("position", LongType, false)
          .add("sample_id", StringType, false)
          .add("image_id", StringType, false)
          .add("split", StringType, false)
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

  /** The verdict on a row with the columns of a samples file, its source and its position. */
  Row verdict(Row row) {
    List<String> reasons = new ArrayList<>();
    String sampleId = text(row, "sample_id", reasons);
    String question = text(row, "question", reasons);
    if (question.contains(ChatTemplate.IMAGE)) {
      reasons.add(
          "the question holds " + ChatTemplate.IMAGE + ", which stands for the image itself");
    }
    String answer = text(row, "answer", reasons);
    String split = text(row, "split", reasons);
    String category = row.getAs("category");
    if (category == null) {
      reasons.add("category is null");
    }
    List<@Nullable String> options = row.getList(row.fieldIndex("options"));
    checkOptions(options, answer, reasons);
    byte @Nullable [] image = row.getAs("image");
    String imageId = image == null ? "" : HexFormat.of().formatHex(sha256().digest(image));
    if (image == null) {
      reasons.add("image is null");
    } else {
      String problem = imageProblems.get(imageId);
      if (problem == null) {
        problem = imageProblem(image);
        imageProblems.put(imageId, problem);
      }
      if (!problem.isEmpty()) {
        reasons.add(problem);
      }
    }
    return RowFactory.create(
        row.getAs("source"),
        row.getAs("position"),
        sampleId,
        imageId,
        split,
        digest(sampleId, imageId, question, answer, category, split, options),
        String.join("; ", reasons));
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

  private static void checkOptions(
      List<@Nullable String> options, String answer, List<String> reasons) {
    if (options.isEmpty()) {
      return;
    }
    if (options.stream().anyMatch(o -> o == null || o.isBlank())) {
      reasons.add("an option is empty");
    }
    if (new HashSet<>(options).size() < options.size()) {
      reasons.add("an option is given twice: " + options);
    }
    if (!answer.isEmpty() && !options.contains(answer)) {
      reasons.add("answer \"" + answer + "\" is not among the options " + options);
    }
  }

  /** Equal for rows that ask the same in every respect. */
  private static byte[] digest(
      String sampleId,
      String imageId,
      String question,
      String answer,
      @Nullable String category,
      String split,
      List<@Nullable String> options) {
    MessageDigest digest = sha256();
    List<@Nullable String> fields = new ArrayList<>();
    fields.add(sampleId);
    fields.add(imageId);
    fields.add(question);
    fields.add(answer);
    fields.add(category);
    fields.add(split);
    fields.addAll(options);
    for (String field : fields) {
      byte[] bytes = Objects.requireNonNullElse(field, "").getBytes(StandardCharsets.UTF_8);
      // With its length before each field, no two rows spell the same bytes.
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
      digest.update(bytes);
    }
    return digest.digest();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
