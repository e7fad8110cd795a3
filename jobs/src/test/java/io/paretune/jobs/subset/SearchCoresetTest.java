package io.paretune.jobs.subset;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.config.CoresetConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class SearchCoresetTest {
  private static final StructType QUESTIONS =
      new StructType()
          .add("benchmark", DataTypes.StringType)
          .add("sample_id", DataTypes.StringType)
          .add("group_id", DataTypes.StringType)
          .add("category", DataTypes.StringType)
          .add("image_id", DataTypes.StringType);
  private static final StructType IMAGES =
      new StructType()
          .add("image_id", DataTypes.StringType)
          .add("features", DataTypes.BinaryType)
          .add("tokens", DataTypes.IntegerType)
          .add("width", DataTypes.IntegerType);

  /** Pairs of questions that are judged together, each on an image of its own. */
  @Test
  void asksTheSameQuestionsInWhateverOrderTheyCome() {
    List<Row> questions = new ArrayList<>();
    Map<String, Integer> strata = new HashMap<>();
    for (int pair = 0; pair < 40; pair++) {
      for (int q = 0; q < 2; q++) {
        String image = "i" + pair + "-" + q;
        strata.put(image, (pair + 3 * q) % 5);
        questions.add(
            new GenericRowWithSchema(
                new Object[] {"b", "q" + pair + "-" + q, "g" + pair, "c" + pair % 3, image},
                QUESTIONS));
      }
    }
    CoresetConfig byImages = new CoresetConfig(24, CoresetConfig.By.IMAGES);
    List<String> chosen = SearchCoreset.sampleIds(questions, byImages, strata);

    assertThat(chosen).hasSizeBetween(20, 28);
    for (int order = 0; order < 5; order++) {
      Collections.shuffle(questions, new Random(order));
      assertThat(SearchCoreset.sampleIds(questions, byImages, strata)).isEqualTo(chosen);
    }
    assertThat(chosen)
        .allSatisfy(id -> assertThat(chosen).contains(id.substring(0, id.length() - 1) + "0"))
        .allSatisfy(id -> assertThat(chosen).contains(id.substring(0, id.length() - 1) + "1"));
  }

  /** Two kinds of images, far apart: no stratum has both, in whatever order they come. */
  @Test
  void imagesThatLookAlikeAreOneStratum() {
    Random random = new Random(1);
    List<Row> images = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      ByteBuffer features = ByteBuffer.allocate(3 * 8 * 4).order(ByteOrder.LITTLE_ENDIAN);
      for (int k = 0; k < 3 * 8; k++) {
        features.putFloat((float) ((i < 24 ? -10 : 10) + random.nextGaussian()));
      }
      images.add(RowFactory.create("image" + i, features.array(), 3, 8));
    }
    Map<String, Integer> strata = strata(images);
    Set<Integer> low = new HashSet<>();
    Set<Integer> high = new HashSet<>();
    strata.forEach(
        (image, stratum) -> (Integer.parseInt(image.substring(5)) < 24 ? low : high).add(stratum));

    assertThat(strata).hasSize(48);
    assertThat(low).isNotEmpty().doesNotContainAnyElementsOf(high);
    Collections.shuffle(images, new Random(2));
    assertThat(strata(images)).isEqualTo(strata);
  }

  private static Map<String, Integer> strata(List<Row> images) {
    return ImageStrata.of(SharedSpark.session().createDataFrame(images, IMAGES).repartition(3));
  }
}
