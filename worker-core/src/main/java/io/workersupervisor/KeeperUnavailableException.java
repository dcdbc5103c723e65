package io.workersupervisor;

/** No keeper can be reached or started, and nothing was asked of one. */
final class KeeperUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    KeeperUnavailableException(String message) {
        super(message);
    }
}
