package io.workersupervisor.sqlite;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
                .resideInAnyPackage(ADAPTER, "io.workersupervisor", "java..", "org.sqlite..", "org.jspecify..")
                .check(adapter);
    }
}
