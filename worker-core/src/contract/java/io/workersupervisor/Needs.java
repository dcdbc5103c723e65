package io.workersupervisor;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs of the machine. Without it the test is skipped, and says so; with the environment variable
 * {@code WORKER_TESTS_REQUIRED=true} it fails instead, so that a build meant to run everything does not pass without.
 */
public final class Needs {
    private static final boolean REQUIRED = "true".equals(System.getenv("WORKER_TESTS_REQUIRED"));

    private Needs() {}

    /**
     * Goes on only where the machine has it.
     *
     * @param there whether it does
     * @param what it is, for instance {@code root}
     */
    public static void that(boolean there, String what) {
        if (!there && REQUIRED) {
            Assertions.fail("needs " + what + ", and WORKER_TESTS_REQUIRED is set");
        }
        where(there, what);
    }

    /**
     * As {@link #that}, for what cannot be had everywhere: the test is skipped even where everything is required.
     *
     * @param there whether it does
     * @param what it is
     */
    public static void where(boolean there, String what) {
        if (!there) {
            System.err.println("SKIPPED, needs " + what + ": " + test());
        }
        Assumptions.assumeTrue(there, "needs " + what);
    }

    private static String test() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().equals(Needs.class.getName()))
                        .findFirst()
                        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                        .orElse(""));
    }
}
