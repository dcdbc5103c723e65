package io.workersupervisor;

/** The store of a log sink is down, full, corrupt or not ours. Entries wait in the workers' files until it is back. */
public class LogSinkException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    /** Names the store, the failure and the remedy; never a secret. */
    public LogSinkException(String message) {
        super(message);
    }

    /** Names the store, the failure and the remedy, never a secret, and keeps the error beneath. */
    public LogSinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
