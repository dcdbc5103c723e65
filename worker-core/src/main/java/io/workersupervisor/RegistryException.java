package io.workersupervisor;

/**
 * The registry's store is down, locked, full, corrupt or not ours. Nothing was written, except where the message says
 * that only reading tells (an I/O error, a lost connection).
 */
public class RegistryException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    /**
     * An exception without a cause.
     *
     * @param message the store, what failed and what to do
     */
    public RegistryException(String message) {
        super(message);
    }

    /**
     * An exception with a cause.
     *
     * @param message the store, what failed and what to do
     * @param cause the error beneath
     */
    public RegistryException(String message, Throwable cause) {
        super(message, cause);
    }
}
