package io.workersupervisor.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String EXAMPLES = "io.workersupervisor.examples";

    @Test
    void the_examples_use_of_the_library_only_the_packages_that_its_modules_export() {
        classes()
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.not(resideInAPackage("io.workersupervisor.."))
                        .or(resideInAPackage("io.workersupervisor"))
                        .or(resideInAPackage("io.workersupervisor.spi"))
                        .or(resideInAPackage("io.workersupervisor.sqlite"))
                        .or(resideInAPackage("io.workersupervisor.mongo"))
                        .or(resideInAPackage(EXAMPLES + "..")))
                .check(new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages(EXAMPLES));
    }

    /** Contract classes of core stand in a package of core and may look inside; nothing here does. */
    @Test
    void neither_the_examples_nor_their_tests_name_anything_internal() throws IOException {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.workersupervisor.internal..")
                .check(new ClassFileImporter().importPackages(EXAMPLES));
        try (Stream<Path> sources = Files.list(Path.of("src/test/java/io/workersupervisor"))) {
            assertThat(sources).allMatch(Files::isDirectory);
        }
    }
}
