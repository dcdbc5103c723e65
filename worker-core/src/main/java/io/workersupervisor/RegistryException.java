package io.workersupervisor;

/**
 * The registry's store is down, locked, full, corrupt or not ours. Nothing was written, except where the message says that
 * only a reading can show it (an I/O error, a lost connection).
 */
public class RegistryException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    /** Names the store, the failure and the remedy. */
    public RegistryException(String message) {
        super(message);
    }

    /** Names the store, the failure and the remedy, and keeps the error beneath. */
    public RegistryException(String message, Throwable cause) {
        super(message, cause);
    }
}
