package io.workersupervisor.mongo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ADAPTER = "io.workersupervisor.mongo";

    private final JavaClasses adapter = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ADAPTER);

    @Test
    void the_adapter_is_one_flat_package() {
        classes().should().resideInAPackage(ADAPTER).check(adapter);
    }

    @Test
    void the_adapter_imports_only_the_jdk_the_driver_slf4j_jspecify_and_the_core() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ADAPTER,
                        "io.workersupervisor",
                        "io.workersupervisor.spi",
                        "java..",
                        "javax.net.ssl",
                        "com.mongodb..",
                        "org.bson..",
                        "org.reactivestreams",
                        "org.slf4j",
                        "org.jspecify..")
                .check(adapter);
    }

    /** Users of the library need to know nothing of publishers. */
    @Test
    void no_public_method_speaks_of_reactive_types() {
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should()
                .notHaveRawReturnType(JavaClass.Predicates.resideInAPackage("org.reactivestreams"))
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
