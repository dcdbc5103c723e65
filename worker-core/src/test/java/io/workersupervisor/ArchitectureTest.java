package io.workersupervisor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String CORE = "io.workersupervisor";

    private final JavaClasses core = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(CORE);

    @Test
    void core_is_one_flat_package() {
        classes().should().resideInAPackage(CORE).check(core);
    }

    @Test
    void core_imports_only_the_jdk_slf4j_jspecify_and_itself() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(CORE, "java..", "org.slf4j..", "org.jspecify..", "jdk.net..")
                .check(core);
    }
}
