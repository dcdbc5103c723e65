package io.workersupervisor.sqlite;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ADAPTER = "io.workersupervisor.sqlite";

    private final JavaClasses adapter = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ADAPTER);

    @Test
    void the_adapter_is_one_flat_package() {
        classes().should().resideInAPackage(ADAPTER).check(adapter);
    }

    @Test
    void the_adapter_imports_only_the_jdk_the_driver_jspecify_and_the_core() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ADAPTER,
                        "io.workersupervisor",
                        "io.workersupervisor.spi",
                        "java..",
                        "org.sqlite..",
                        "org.jspecify..")
                .check(adapter);
    }

    /** Contract classes of core stand in a package of core and may look inside; nothing here does. */
    @Test
    void neither_the_adapter_nor_its_tests_name_anything_internal() throws IOException {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.workersupervisor.internal..")
                .check(new ClassFileImporter().importPackages(ADAPTER));
        try (Stream<Path> sources = Files.list(Path.of("src/test/java/io/workersupervisor"))) {
            assertThat(sources).allMatch(Files::isDirectory);
        }
    }
}
