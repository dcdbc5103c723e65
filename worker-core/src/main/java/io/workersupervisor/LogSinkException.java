package io.workersupervisor;

/** The store of a log sink is down, full, corrupt or not ours. Entries wait in the workers' files until it is back. */
public class LogSinkException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    /**
     * An exception without a cause.
     *
     * @param message the store, what failed and what to do; never a secret
     */
    public LogSinkException(String message) {
        super(message);
    }

    /**
     * An exception with a cause.
     *
     * @param message the store, what failed and what to do; never a secret
     * @param cause the error beneath
     */
    public LogSinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
