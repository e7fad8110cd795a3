package io.paretune.udfs;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.List;

/** Who may use whom. */
@AnalyzeClasses(packages = "io.paretune.udfs", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyRulesTest {
  /** Each package uses only those before it. */
  private static final List<String> ORDER =
      List.of(
          "problem",
          "hash",
          "profile",
          "checkpoint",
          "cost",
          "engine",
          "kvcache",
          "model",
          "prune",
          "benchmark",
          "evaluate",
          "spark");

  @ArchTest
  static final ArchRule EACH_PACKAGE_USES_ONLY_THOSE_BEFORE_IT = packagesUseOnlyThoseBefore();

  @ArchTest
  static final ArchRule EVERY_PACKAGE_HAS_ITS_PLACE =
      classes()
          .should()
          .resideInAnyPackage(ORDER.stream().map(p -> pkg(p)).toArray(String[]::new))
          .as("every package stands in the order above");

  @ArchTest
  static final ArchRule ONLY_ENGINE_KNOWS_PYTORCH =
      noClasses()
          .that()
          .resideOutsideOfPackage(pkg("engine"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.pytorch..");

  @ArchTest
  static final ArchRule ONLY_SPARK_KNOWS_SPARK =
      noClasses()
          .that()
          .resideOutsideOfPackage(pkg("spark"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "io.delta..", "scala..");

  @ArchTest
  static final ArchRule VALUES_KNOW_NO_TENSORS =
      noClasses()
          .that()
          .resideInAnyPackage(pkg("problem"), pkg("hash"), pkg("profile"), pkg("cost"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.djl..", "org.apache.hadoop..");

  private static ArchRule packagesUseOnlyThoseBefore() {
    List<ArchRule> rules = new ArrayList<>();
    for (int i = 0; i < ORDER.size() - 1; i++) {
      String[] later =
          ORDER.subList(i + 1, ORDER.size()).stream().map(p -> pkg(p)).toArray(String[]::new);
      DescribedPredicate<JavaClass> isLater = resideInAnyPackage(later);
      rules.add(
          noClasses()
              .that()
              .resideInAPackage(pkg(ORDER.get(i)))
              .should()
              .dependOnClassesThat(isLater)
              .allowEmptyShould(true));
    }
    return CompositeArchRule.of(rules).as("each package uses only those before it in " + ORDER);
  }

  private static String pkg(String name) {
    return "io.paretune.udfs." + name + "..";
  }
}
