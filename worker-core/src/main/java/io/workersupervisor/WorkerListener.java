package io.workersupervisor;

/**
 * Receives the events of workers.
 *
 * <p>One thread of the supervisor calls it, one event at a time, in the order in which they happened here. It may block;
 * then only later events wait. An exception is logged. Events that happen while no host runs are not reported; events of
 * other hosts are reported when this host notices them. {@code data/worker.log} has them all.
 */
@FunctionalInterface
public interface WorkerListener {
    /** Receives one event. */
    void onEvent(WorkerEvent event);
}
