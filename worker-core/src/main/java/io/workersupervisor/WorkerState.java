package io.workersupervisor;

/** The state of an account's worker, as its registry row says. */
public enum WorkerState {
    /** Claimed; the worker may run but its identity is not in the row yet. As {@link WorkerStatus} shows it, also: not ready yet. */
    STARTING,
    /** The worker runs and its identity is in the row. */
    RUNNING,
    /** A stop has begun; its steps go on until the worker has ended. */
    STOPPING,
    /** No worker runs; the library starts the next one later. */
    BACKING_OFF,
    /** No worker runs: never started, stopped on request, or ended with success. */
    STOPPED,
    /** No worker runs: the last one failed, or its start did. */
    FAILED;

    /** Tells whether a worker may exist under this state: STARTING, RUNNING and STOPPING. */
    public boolean isOpen() {
        return this == STARTING || this == RUNNING || this == STOPPING;
    }
}
