package io.floorkeeper.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import io.floorkeeper.platform.Needs;
import jakarta.ws.rs.HttpMethod;

/**
 * The house as {@code src/site/architecture.md} draws it: rooms on floors, arrows only downward.
 *
 * <pre>
 * 8   command  demo
 * 7   replay   simulate
 * 6   ingest   trial
 * 5   routing  learning
 * 4   attribution  audit
 * 3   posterior  ledger
 * 2   policy
 * 1   pricing  access
 * 0   bandit   platform
 * </pre>
 */
@AnalyzeClasses(packages = "io.floorkeeper", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {

  @ArchTest
  static final ArchRule arrowsPointDownward =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("command")
          .definedBy("io.floorkeeper.command..")
          .layer("demo")
          .definedBy("io.floorkeeper.demo..")
          .layer("ingest")
          .definedBy("io.floorkeeper.ingest..")
          .layer("replay")
          .definedBy("io.floorkeeper.replay..")
          .layer("simulate")
          .definedBy("io.floorkeeper.simulate..")
          .layer("trial")
          .definedBy("io.floorkeeper.trial..")
          .layer("routing")
          .definedBy("io.floorkeeper.routing..")
          .layer("learning")
          .definedBy("io.floorkeeper.learning..")
          .layer("attribution")
          .definedBy("io.floorkeeper.attribution..")
          .layer("audit")
          .definedBy("io.floorkeeper.audit..")
          .layer("posterior")
          .definedBy("io.floorkeeper.posterior..")
          .layer("ledger")
          .definedBy("io.floorkeeper.ledger..")
          .layer("policy")
          .definedBy("io.floorkeeper.policy..")
          .layer("pricing")
          .definedBy("io.floorkeeper.pricing..")
          .layer("access")
          .definedBy("io.floorkeeper.access..")
          .layer("bandit")
          .definedBy("io.floorkeeper.bandit..")
          .layer("platform")
          .definedBy("io.floorkeeper.platform..")
          .whereLayer("command")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("demo")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("ingest")
          .mayOnlyBeAccessedByLayers("command")
          .whereLayer("replay")
          .mayOnlyBeAccessedByLayers("command")
          .whereLayer("simulate")
          .mayOnlyBeAccessedByLayers("command")
          .whereLayer("trial")
          .mayOnlyBeAccessedByLayers("replay", "simulate")
          .whereLayer("learning")
          .mayOnlyBeAccessedByLayers("ingest", "trial")
          .whereLayer("routing")
          .mayOnlyBeAccessedByLayers("replay", "trial")
          .whereLayer("attribution")
          .mayOnlyBeAccessedByLayers("routing", "replay")
          .whereLayer("audit")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("posterior")
          .mayOnlyBeAccessedByLayers("routing", "learning", "ingest", "replay", "trial")
          .whereLayer("ledger")
          .mayOnlyBeAccessedByLayers(
              "attribution", "audit", "routing", "learning", "ingest", "replay", "trial")
          .whereLayer("access")
          .mayOnlyBeAccessedByLayers("command")
          .whereLayer("policy")
          .mayOnlyBeAccessedByLayers(
              "command",
              "ingest",
              "replay",
              "simulate",
              "trial",
              "routing",
              "learning",
              "attribution",
              "audit",
              "posterior",
              "ledger")
          .whereLayer("pricing")
          .mayOnlyBeAccessedByLayers(
              "command",
              "ingest",
              "replay",
              "trial",
              "routing",
              "learning",
              "attribution",
              "ledger",
              "policy");

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.floorkeeper.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule everyClassLivesInARoom =
      classes()
          .should()
          .resideInAnyPackage(
              "io.floorkeeper.command..",
              "io.floorkeeper.access..",
              "io.floorkeeper.demo..",
              "io.floorkeeper.ingest..",
              "io.floorkeeper.replay..",
              "io.floorkeeper.simulate..",
              "io.floorkeeper.trial..",
              "io.floorkeeper.routing..",
              "io.floorkeeper.learning..",
              "io.floorkeeper.attribution..",
              "io.floorkeeper.audit..",
              "io.floorkeeper.posterior..",
              "io.floorkeeper.ledger..",
              "io.floorkeeper.policy..",
              "io.floorkeeper.pricing..",
              "io.floorkeeper.bandit..",
              "io.floorkeeper.platform..");

  @ArchTest
  static final ArchRule banditIsMathematicsOnly =
      classes()
          .that()
          .resideInAPackage("io.floorkeeper.bandit..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.floorkeeper.bandit..",
              "java.lang..",
              "java.util..",
              "java.math..",
              "org.apache.commons.math3..",
              "org.apache.commons.rng..");

  @ArchTest
  static final ArchRule routerIsPure =
      noClasses()
          .that()
          .haveSimpleName("Router")
          .or()
          .haveSimpleName("Eligibility")
          .or()
          .haveSimpleName("AllocationBuilder")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.sql..",
              "javax.sql..",
              "org.apache.kafka..",
              "java.io..",
              "java.net..",
              "java.util.concurrent.locks..",
              "jakarta..",
              "io.quarkus..",
              "io.agroal..")
          .because("the hot path knows no SQL, no broker, no lock and no framework");

  @ArchTest
  static final ArchRule entitiesStayBesideTheirRepository =
      classes()
          .that()
          .areAnnotatedWith(jakarta.persistence.Entity.class)
          .should()
          .bePackagePrivate();

  /** Also the filter refuses what says nothing; here it is known before anybody asks. */
  @ArchTest
  static final ArchRule everyEndpointSaysWhatItNeeds =
      methods()
          .that()
          .areMetaAnnotatedWith(HttpMethod.class)
          .should(
              ArchCondition.from(
                  DescribedPredicate.<JavaMethod>describe(
                      "be annotated with @Needs, or their class",
                      method ->
                          method.isAnnotatedWith(Needs.class)
                              || method.getOwner().isAnnotatedWith(Needs.class))));

  @ArchTest
  static final ArchRule nothingStaticIsMutable = fields().that().areStatic().should().beFinal();
}
