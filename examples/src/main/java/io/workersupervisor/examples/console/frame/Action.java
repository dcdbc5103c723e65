package io.workersupervisor.examples.console.frame;

/** A command of the console. Picocli has set its options when it runs. */
public interface Action {
    /** The options of the data directory, as they are given behind this command; of one without a data directory, none. */
    default CommonOptions common() {
        return new CommonOptions();
    }

    /**
     * Runs the command.
     *
     * @return the exit code
     */
    int run(Call call) throws InterruptedException;
}
