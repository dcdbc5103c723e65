package io.workersupervisor.mongo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
                        "java..",
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
}
