package io.workersupervisor.examples.console;

/** A command of the console. Picocli has set its options when it runs. */
interface Action {
    /** The options that every command takes, as they are given behind this one. */
    CommonOptions common();

    /**
     * Runs the command.
     *
     * @return the exit code
     */
    int run(Call call) throws InterruptedException;
}
