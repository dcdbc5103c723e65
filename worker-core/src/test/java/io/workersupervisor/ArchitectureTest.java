package io.workersupervisor;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house: which package may use which, which doors lead inside, and what may be seen from outside. */
class ArchitectureTest {
    private static final String API = "io.workersupervisor";
    private static final String SPI = API + ".spi";
    private static final String INTERNAL = API + ".internal.";

    /** The packages that each may use, beside API and SPI. A new arrow is a line of this table, and a reason in the commit. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("text", Set.of()),
            entry("logs.entries", Set.of()),
            entry("machine", Set.of("text")),
            entry("directory", Set.of("machine", "text")),
            entry("registry", Set.of("machine", "text")),
            entry("events", Set.of("directory", "machine", "text")),
            entry("launch", Set.of("directory", "machine", "text")),
            entry("launch.keeper", Set.of("launch", "events", "directory", "machine", "text")),
            entry("launch.shell", Set.of("launch", "directory", "machine", "text")),
            entry("launch.combined", Set.of("launch", "launch.keeper", "launch.shell", "directory", "machine", "text")),
            entry("diagnosis", Set.of("logs.entries", "registry", "directory", "machine", "text")),
            entry("logs", Set.of("logs.entries", "events", "directory", "registry", "machine", "text")),
            entry(
                    "liveness",
                    Set.of(
                            "launch",
                            "launch.combined",
                            "launch.keeper",
                            "launch.shell",
                            "registry",
                            "directory",
                            "machine",
                            "text")),
            entry(
                    "inspect",
                    Set.of(
                            "diagnosis",
                            "liveness",
                            "logs",
                            "launch",
                            "launch.keeper",
                            "launch.shell",
                            "registry",
                            "directory",
                            "machine",
                            "text")),
            entry(
                    "lifecycle",
                    Set.of("diagnosis", "liveness", "launch", "events", "directory", "registry", "machine", "text")),
            entry(
                    "supervision",
                    Set.of(
                            "lifecycle",
                            "diagnosis",
                            "liveness",
                            "launch",
                            "launch.keeper",
                            "events",
                            "registry",
                            "directory",
                            "machine",
                            "text")),
            entry("keeping", Set.of("lifecycle", "diagnosis", "events", "directory", "registry", "machine", "text")),
            entry(
                    "host",
                    Set.of(
                            "keeping",
                            "supervision",
                            "lifecycle",
                            "inspect",
                            "liveness",
                            "launch",
                            "launch.combined",
                            "launch.keeper",
                            "launch.shell",
                            "logs",
                            "diagnosis",
                            "events",
                            "registry",
                            "directory",
                            "machine",
                            "text")));

    /** The API types that lead inside, and where to. */
    private static final Map<String, Set<String>> DOORS = Map.of(
            "WorkerSupervisor", Set.of("host", "launch.combined", "logs"),
            "WorkerInspector", Set.of("inspect"),
            "DataDirectory", Set.of("directory"),
            "Explanation", Set.of("diagnosis"),
            "RowDetail", Set.of("registry"),
            "LogLevel", Set.of("logs.entries"),
            "LogSink", Set.of("logs"),
            "WorkerSpecs", Set.of("keeping"));

    /** The most core types that the host may name before it is a class that knows everything. */
    private static final int MOST_NAMED_BY_HOST = 60;

    private final JavaClasses core = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(API);

    @Test
    void core_imports_only_the_jdk_slf4j_jspecify_marks_of_jackson_and_itself() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        API + "..",
                        "java..",
                        "org.slf4j..",
                        "org.jspecify..",
                        "jdk.net..",
                        "com.fasterxml.jackson.annotation..")
                .check(core);
    }

    @Test
    void packages_use_only_what_they_may() {
        MAY_USE.forEach((from, to) -> classes()
                .that()
                .resideInAPackage(INTERNAL + from)
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage(API + ".internal.."))
                        .or(resideInAPackage(INTERNAL + from))
                        .or(oneOf(to)))
                .check(core));
    }

    @Test
    void every_package_has_a_row() {
        Set<String> found = new TreeSet<>();
        core.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(INTERNAL))
                .forEach(name -> found.add(name.substring(INTERNAL.length())));
        assertThat(found).isEqualTo(new TreeSet<>(MAY_USE.keySet()));
    }

    @Test
    void packages_form_no_circle() {
        slices().matching(INTERNAL + "(**)").should().beFreeOfCycles().check(core);
    }

    @Test
    void packages_have_two_to_thirty_two_files() {
        Map<String, Long> files = core.stream()
                .filter(type -> type.getPackageName().startsWith(API) && type.isTopLevelClass())
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
        files.remove(API);
        assertThat(files).allSatisfy((name, count) -> assertThat(count).as(name).isBetween(2L, 32L));
    }

    @Test
    void only_doors_lead_inside() {
        assertThat(Stream.of(API, SPI)
                        .flatMap(name -> core.stream()
                                .filter(type -> type.getPackageName().equals(name)))
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .filter(arrow -> arrow.getTargetClass().getPackageName().startsWith(INTERNAL))
                        .filter(arrow -> !isDoor(arrow))
                        .map(Dependency::getDescription))
                .isEmpty();
    }

    private static boolean isDoor(Dependency arrow) {
        String target = arrow.getTargetClass().getPackageName().substring(INTERNAL.length());
        String origin = topLevel(arrow.getOriginClass());
        return target.equals("text") || DOORS.getOrDefault(origin, Set.of()).contains(target);
    }

    private static String topLevel(JavaClass type) {
        String name = type.getName().substring(type.getPackageName().length() + 1);
        return name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
    }

    /** The one exception is what a sealed interface permits. */
    @Test
    void public_signatures_name_no_internal_type() {
        Set<String> named = new TreeSet<>();
        core.stream()
                .filter(type -> type.getPackageName().equals(API)
                        || type.getPackageName().equals(SPI))
                .filter(ArchitectureTest::isVisible)
                .forEach(type -> {
                    type.getCodeUnits().stream()
                            .filter(unit -> isSeen(unit.getModifiers()))
                            .forEach(unit -> types(unit)
                                    .filter(ArchitectureTest::isInternal)
                                    .forEach(inside -> named.add(unit.getFullName() + " names " + inside.getName())));
                    type.getFields().stream()
                            .filter(field -> isSeen(field.getModifiers()))
                            .filter(field -> isInternal(field.getRawType()))
                            .map(JavaField::getFullName)
                            .forEach(named::add);
                    Stream.concat(type.getRawSuperclass().stream(), type.getRawInterfaces().stream())
                            .filter(ArchitectureTest::isInternal)
                            .forEach(inside -> named.add(type.getName() + " extends " + inside.getName()));
                });
        assertThat(named).isEmpty();
    }

    /**
     * A method reference from another package to such a member fails when it is linked, and the compiler does not say so.
     * Parts of a record, which only its own package reads, are left out.
     */
    @Test
    void public_members_name_no_hidden_type() {
        Set<String> named = new TreeSet<>();
        core.stream()
                .filter(ArchitectureTest::isVisible)
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(unit -> isSeen(unit.getModifiers()) && !isPartOfRecord(unit))
                .forEach(unit -> Stream.concat(Stream.of(unit.getRawReturnType()), unit.getRawParameterTypes().stream())
                        .map(JavaClass::getBaseComponentType)
                        .filter(type -> type.getPackageName().startsWith(API) && !isVisible(type))
                        .forEach(hidden -> named.add(unit.getFullName() + " names " + hidden.getName())));
        assertThat(named).isEmpty();
    }

    private static boolean isPartOfRecord(JavaCodeUnit unit) {
        return unit.getOwner().isRecord()
                && (unit.isConstructor()
                        || unit.getOwner().tryGetField(unit.getName()).isPresent());
    }

    private static boolean isVisible(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }

    private static boolean isSeen(Set<JavaModifier> modifiers) {
        return (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED))
                && !modifiers.contains(JavaModifier.SYNTHETIC);
    }

    private static Stream<JavaClass> types(JavaCodeUnit unit) {
        return Stream.concat(
                Stream.concat(
                        unit.getReturnType().getAllInvolvedRawTypes().stream(), unit.getRawParameterTypes().stream()),
                unit.getParameterTypes().stream().flatMap(type -> type.getAllInvolvedRawTypes().stream()));
    }

    private static boolean isInternal(JavaClass type) {
        return type.getPackageName().startsWith(INTERNAL);
    }

    @Test
    void the_module_exports_api_and_spi_alone() throws IOException, URISyntaxException {
        Path classes = Path.of(AccountId.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
            assertThat(ModuleDescriptor.read(in).exports())
                    .extracting(ModuleDescriptor.Exports::source)
                    .containsExactlyInAnyOrder(API, SPI);
        }
    }

    @Test
    void the_host_is_no_class_that_knows_everything() {
        JavaClass host = core.get(INTERNAL + "host.Host");
        Set<String> named = new TreeSet<>();
        host.getDirectDependenciesFromSelf().stream()
                .map(arrow -> arrow.getTargetClass().getBaseComponentType())
                .filter(type -> type.getPackageName().startsWith(API))
                .forEach(type -> named.add(type.getPackageName() + "." + topLevel(type)));
        assertThat(named).hasSizeLessThanOrEqualTo(MOST_NAMED_BY_HOST);
    }

    private static DescribedPredicate<JavaClass> oneOf(Set<String> packages) {
        return DescribedPredicate.describe(
                "in one of " + packages,
                type -> packages.stream().anyMatch(name -> type.getPackageName().equals(INTERNAL + name)));
    }
}
