package io.workersupervisor;

/**
 * Hears what happens to workers.
 *
 * <p>One thread of the supervisor calls it, one event at a time, in the order in which they happened here. It may block;
 * then only later events wait. What it throws is logged. Events that happen while no host runs are not heard; events of
 * other hosts are heard where this host notices them. {@code data/worker.log} has them all.
 */
@FunctionalInterface
public interface WorkerListener {
    /**
     * Hears one event.
     *
     * @param event what happened
     */
    void onEvent(WorkerEvent event);
}
