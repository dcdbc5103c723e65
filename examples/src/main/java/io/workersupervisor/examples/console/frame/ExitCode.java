package io.workersupervisor.examples.console.frame;

/** The exit codes of the console. */
public final class ExitCode {
    public static final int DONE = 0;
    public static final int FAILURE = 1;
    public static final int USAGE = 2;
    public static final int ALREADY_RUNNING = 3;
    public static final int REFUSED = 4;

    private ExitCode() {}
}
