package io.workersupervisor.internal.launch;

/** The one entrance for the end of a worker, whoever started it. Must not block: keepers' connections wait for it. */
@FunctionalInterface
public interface WorkerEnds {
    /** The launcher of this worker has ended, and so has the worker unless the launcher was killed. */
    void ended(String workerId);
}
