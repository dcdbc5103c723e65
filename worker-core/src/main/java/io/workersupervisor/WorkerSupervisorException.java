package io.workersupervisor;

/** Root of what the library throws beside misuse: a store or a data directory that fails. */
public class WorkerSupervisorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * An exception without a cause.
     *
     * @param message what failed and what to do; never a secret
     */
    public WorkerSupervisorException(String message) {
        super(message);
    }

    /**
     * An exception with a cause.
     *
     * @param message what failed and what to do; never a secret
     * @param cause the error beneath
     */
    public WorkerSupervisorException(String message, Throwable cause) {
        super(message, cause);
    }
}
