package io.workersupervisor;

/** The data directory or the platform cannot be used. Nothing was changed. */
public class DataDirectoryException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    /**
     * An exception without a cause.
     *
     * @param message the directory, what is wrong and what to do
     */
    public DataDirectoryException(String message) {
        super(message);
    }

    /**
     * An exception with a cause.
     *
     * @param message the directory, what is wrong and what to do
     * @param cause the error beneath
     */
    public DataDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
