package io.workersupervisor;

/** The data directory was copied, restored or moved, and its original may be in use. Nothing was changed. */
public final class MovedDirectoryException extends DataDirectoryException {
    private static final long serialVersionUID = 1;

    /**
     * An exception without a cause.
     *
     * @param message the directory, what was found and what to do
     */
    public MovedDirectoryException(String message) {
        super(message);
    }
}
