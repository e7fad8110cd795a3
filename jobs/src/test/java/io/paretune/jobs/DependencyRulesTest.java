package io.paretune.jobs;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may use whom. */
@AnalyzeClasses(packages = "io.paretune", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyRulesTest {
  private static final String[] ENGINES = {
    "org.apache.spark..", "org.apache.hadoop..", "io.delta..", "scala..", "ai.djl.."
  };

  @ArchTest
  static final ArchRule UDFS_KNOW_NOTHING_OF_JOBS =
      noClasses()
          .that()
          .resideInAPackage("io.paretune.udfs..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.paretune.jobs..");

  @ArchTest
  static final ArchRule THE_SEARCH_STANDS_ALONE =
      noClasses()
          .that()
          .resideInAPackage("io.paretune.jobs.search..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.paretune..")
                  .and(
                      JavaClass.Predicates.resideOutsideOfPackages(
                          "io.paretune.jobs.search..",
                          "io.paretune.udfs.profile..",
                          "io.paretune.udfs.cost..",
                          "io.paretune.udfs.problem..")))
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage(ENGINES);

  @ArchTest
  static final ArchRule CONFIGURATION_KNOWS_NO_ENGINE =
      noClasses()
          .that()
          .resideInAPackage("io.paretune.jobs.config..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ENGINES);

  @ArchTest
  static final ArchRule PYTORCH_IS_THE_ENGINES_BUSINESS =
      noClasses()
          .that()
          .resideInAPackage("io.paretune.jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.pytorch..");

  @ArchTest
  static final ArchRule ONLY_COMMANDS_KNOW_COMMANDS =
      noClasses()
          .that()
          .resideInAPackage("io.paretune.jobs..")
          .and()
          .resideOutsideOfPackages("io.paretune.jobs", "io.paretune.jobs.command..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.paretune.jobs.command..");
}
