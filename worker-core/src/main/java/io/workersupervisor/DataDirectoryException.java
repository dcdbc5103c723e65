package io.workersupervisor;

/** The data directory or the platform cannot be used. Nothing was changed. */
public class DataDirectoryException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    /** Names the directory, the fault and the remedy. */
    public DataDirectoryException(String message) {
        super(message);
    }

    /** Names the directory, the fault and the remedy, and keeps the error beneath. */
    public DataDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
