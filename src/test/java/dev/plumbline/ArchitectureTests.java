package dev.plumbline;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.bind.annotation.RestController;

/** The map of the house, and who may import whom. The README prints the same table. */
class ArchitectureTests {

    private static final Set<String> COMPUTE = Set.of(
            "compute.program",
            "compute.probe",
            "compute.probe.session",
            "compute.rounding",
            "compute.difference",
            "compute.judgement",
            "compute.verification",
            "compute.product",
            "compute.explanation",
            "compute.consistency",
            "compute.comparison",
            "compute.optimizer",
            "compute.optimizer.strip",
            "compute.optimizer.step",
            "compute.optimizer.check",
            "compute.optimizer.schedule",
            "compute.health",
            "compute.health.course");

    private static final Set<String> FEATURE = union(
            COMPUTE,
            "reader",
            "tensor",
            "report",
            "report.page",
            "report.figure",
            "library",
            "jobs",
            "webhook",
            "limits",
            "problem");

    /** Room by room, what it may import besides itself. A room that is not built yet holds its place. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.ofEntries(
            entry("check", FEATURE),
            entry("optimize", FEATURE),
            entry("optimize.step", union(FEATURE, "optimize")),
            entry("optimize.session", union(FEATURE, "optimize")),
            entry("optimize.check", union(FEATURE, "optimize")),
            entry("optimize.training", union(FEATURE, "optimize")),
            entry("diagnose", FEATURE),
            entry("diagnose.monitor", FEATURE),
            entry("models", FEATURE),
            entry("evaluate", FEATURE),
            entry("blackbox", FEATURE),
            entry("compare", FEATURE),
            entry("library", Set.of("reader", "tensor", "report", "limits", "problem")),
            entry("check.page", union(FEATURE, "check")),
            entry("optimize.page", union(FEATURE, "optimize.training")),
            entry("diagnose.page", union(FEATURE, "diagnose")),
            entry("report", union(COMPUTE, "report.figure", "tensor", "limits", "problem")),
            entry("report.page", union(COMPUTE, "report.figure")),
            entry("report.figure", Set.of()),
            entry("jobs", Set.of("report", "tensor", "webhook", "limits", "problem")),
            entry("webhook", Set.of("limits", "problem")),
            entry("guide", Set.of("report.page", "problem")),
            entry("web", Set.of("tensor", "limits", "problem")),
            entry("compute.judgement", Set.of("compute.probe", "tensor")),
            entry("compute.comparison", Set.of("compute.judgement", "tensor", "problem")),
            entry("compute.consistency", Set.of("tensor")),
            entry("compute.rounding", Set.of("compute.program", "tensor")),
            entry("compute.difference", Set.of("compute.program", "compute.probe", "tensor")),
            entry(
                    "compute.verification",
                    Set.of(
                            "compute.program",
                            "compute.probe",
                            "compute.rounding",
                            "compute.difference",
                            "compute.judgement",
                            "tensor")),
            entry(
                    "compute.product",
                    Set.of(
                            "compute.program",
                            "compute.probe",
                            "compute.rounding",
                            "compute.difference",
                            "compute.judgement",
                            "compute.verification",
                            "tensor",
                            "problem")),
            entry(
                    "compute.explanation",
                    Set.of("compute.program", "compute.rounding", "compute.judgement", "tensor", "problem")),
            entry("compute.probe", Set.of("tensor")),
            entry("compute.probe.session", Set.of("compute.judgement", "tensor")),
            entry("compute.health", Set.of("compute.program", "tensor")),
            entry("compute.health.course", Set.of("compute.health")),
            entry("compute.optimizer.strip", Set.of("tensor")),
            entry("compute.optimizer", Set.of("compute.optimizer.strip", "tensor", "problem")),
            entry(
                    "compute.optimizer.step",
                    Set.of("compute.optimizer.strip", "compute.optimizer", "tensor", "problem")),
            entry(
                    "compute.optimizer.check",
                    Set.of(
                            "compute.optimizer",
                            "compute.optimizer.step",
                            "compute.optimizer.schedule",
                            "tensor",
                            "problem")),
            entry("compute.optimizer.schedule", Set.of("problem")),
            entry("compute.program", Set.of("tensor", "problem")),
            entry("reader", union(readers(), "compute.program", "compute.optimizer", "tensor", "problem")),
            entry("reader.formula", Set.of("reader", "compute.program", "tensor", "problem")),
            entry("reader.layers", Set.of("reader", "compute.program", "tensor", "problem")),
            entry("reader.onnx", Set.of("reader", "compute.program", "tensor", "problem")),
            entry("reader.samediff", Set.of("reader", "compute.program", "tensor", "problem")),
            entry("tensor", Set.of("problem")),
            entry("limits", Set.of("problem")),
            entry("problem", Set.of()));

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.plumbline");

    static Stream<String> rooms() {
        return MAY_IMPORT.keySet().stream().sorted();
    }

    private static Set<String> readers() {
        return Set.of("reader.formula", "reader.layers", "reader.onnx", "reader.samediff");
    }

    private static Set<String> union(Set<String> rooms, String... others) {
        Set<String> union = new TreeSet<>(rooms);
        union.addAll(Arrays.asList(others));
        return union;
    }

    private static String[] packages(String... rooms) {
        return Arrays.stream(rooms).map(room -> "dev.plumbline." + room).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void importsOnlyWhatItsRoomMay(String room) {
        String[] allowed = packages(union(MAY_IMPORT.get(room), room).toArray(String[]::new));
        DescribedPredicate<JavaClass> forbidden =
                resideInAPackage("dev.plumbline..").and(not(resideInAnyPackage(allowed)));
        noClasses()
                .that()
                .resideInAPackage("dev.plumbline." + room)
                .should()
                .dependOnClassesThat(forbidden)
                .allowEmptyShould(true)
                .check(HOUSE);
    }

    /** The reader's front door opens every format, and each format builds on what they share. */
    @Test
    void roomsDoNotImportEachOtherInACircle() {
        slices().matching("dev.plumbline.(**)")
                .should()
                .beFreeOfCycles()
                .ignoreDependency(
                        resideInAPackage("dev.plumbline.reader"),
                        resideInAnyPackage(packages(readers().toArray(String[]::new))))
                .check(HOUSE);
    }

    @Test
    void everyPackageIsOnTheMapAndSaysWhatMayBeNull() throws ClassNotFoundException {
        Set<String> packages = new TreeSet<>();
        HOUSE.forEach(type -> packages.add(type.getPackageName()));
        packages.remove("dev.plumbline");
        assertThat(packages)
                .isNotEmpty()
                .isSubsetOf(packages(MAY_IMPORT.keySet().toArray(String[]::new)));
        for (String name : packages) {
            assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
                    .as(name)
                    .isTrue();
        }
    }

    @Test
    void onlyTwoRoomsKnowNd4j() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        packages("compute.program", "compute.optimizer", "reader.onnx", "reader.samediff"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.nd4j..", "org.bytedeco..", "onnx..")
                .check(HOUSE);
    }

    /** The schema classes are parsers in Java; everything else of ND4J runs native code on what it is given. */
    @Test
    void readersKnowOnlyTheSchemaClassesOfNd4j() {
        noClasses()
                .that()
                .resideInAPackage("dev.plumbline.reader..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.nd4j..", "org.bytedeco..")
                        .and(not(resideInAnyPackage("org.nd4j.graph..", "org.nd4j.shade.protobuf.."))))
                .check(HOUSE);
    }

    @Test
    void theLowerFloorKnowsNeitherSpringNorHttp() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.plumbline.compute..", "dev.plumbline.reader..")
                .or()
                .resideInAnyPackage(packages("tensor", "problem"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "jakarta..", "io.swagger..", "org.springdoc..")
                .check(HOUSE);
    }

    @Test
    void jsonIsReadInTheTensorRoomAndUpstairs() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.plumbline.compute..", "dev.plumbline.reader..", "dev.plumbline.problem")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("tools.jackson..", "com.fasterxml..")
                .check(HOUSE);
    }

    @Test
    void controllersAreNobodysBusiness() {
        classes()
                .that()
                .areAnnotatedWith(RestController.class)
                .should()
                .bePackagePrivate()
                .check(HOUSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Impl", "Dto", "DTO", "Util", "Utils", "Helper", "Helpers", "Manager", "Base"})
    void namesSayWhatAClassIs(String ending) {
        noClasses().should().haveSimpleNameEndingWith(ending).check(HOUSE);
    }

    /** Behind a functional interface there are lambdas, which no list of classes shows. */
    @Test
    void noInterfaceStandsInFrontOfASingleClass() {
        Set<String> lonely = new TreeSet<>();
        for (JavaClass type : HOUSE) {
            if (type.isInterface()
                    && !type.isAnnotation()
                    && !type.isAnnotatedWith(FunctionalInterface.class)
                    && type.getAllSubclasses().size() == 1) {
                lonely.add(type.getName());
            }
        }
        assertThat(lonely).isEmpty();
    }
}
