package io.workersupervisor;

/** Where the worker of an account stands, as its registry row says. */
public enum WorkerState {
    /** Claimed; the worker may run but its identity is not in the row yet. */
    STARTING,
    /** The worker runs and its identity is in the row. */
    RUNNING,
    /** A stop has begun; the ladder goes on until the worker is gone. */
    STOPPING,
    /** No worker runs; the library starts the next one later. */
    BACKING_OFF,
    /** No worker runs: never started, stopped on request, or ended with success. */
    STOPPED,
    /** No worker runs: the last one failed, or its start did. */
    FAILED;

    /** Whether a worker may exist under this state: true for STARTING, RUNNING and STOPPING. */
    public boolean isOpen() {
        return this == STARTING || this == RUNNING || this == STOPPING;
    }
}
