package io.workersupervisor;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Names what a test needs of the machine: the one way to say so, for a class or a method. Where one of these is missing, the test is
 * skipped before anything of it runs, and standard error gets one line for each class and need: {@code SKIPPED Class: busybox}.
 *
 * <p>Two variables of the environment change that. {@code WORKER_TESTS_REQUIRED=true} makes the tests fail instead, so that a
 * build meant to run everything does not pass without; needs that some good machines cannot have are excepted.
 * {@code WORKER_TESTS_WITHOUT=busybox,root}, or {@code all}, makes the tests believe that these are missing, required or not.
 *
 * <p>{@code -Dgroups=needs} runs what has a need, and nothing else.
 */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Tag("needs")
@ExtendWith(NeedsCondition.class)
public @interface Needs {
    /**
     * All of these are needed.
     *
     * @return the needs
     */
    Need[] value();
}
