package io.workersupervisor.internal.launch.keeper;

/** No keeper can be reached or started, and nothing was asked of one. */
public final class KeeperUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    public KeeperUnavailableException(String message) {
        super(message);
    }
}
