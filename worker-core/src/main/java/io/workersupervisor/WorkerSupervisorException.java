package io.workersupervisor;

import io.workersupervisor.internal.text.Require;

/** Root of the exceptions that the library throws, misuse aside: a store or a data directory fails. */
public class WorkerSupervisorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Names the failure and the remedy; never a secret. */
    public WorkerSupervisorException(String message) {
        super(Require.nonNull("message", message));
    }

    /** Names the failure and the remedy, never a secret, and keeps the error beneath. */
    public WorkerSupervisorException(String message, Throwable cause) {
        super(Require.nonNull("message", message), Require.nonNull("cause", cause));
    }
}
