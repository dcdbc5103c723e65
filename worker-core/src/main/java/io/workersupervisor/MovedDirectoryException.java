package io.workersupervisor;

/** The data directory was copied, restored or moved, and its original may be in use. Nothing was changed. */
public final class MovedDirectoryException extends DataDirectoryException {
    private static final long serialVersionUID = 1;

    /** Names the directory, the finding and the remedy. */
    public MovedDirectoryException(String message) {
        super(message);
    }
}
