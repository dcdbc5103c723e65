package io.workersupervisor;

/**
 * Receives the events of workers.
 *
 * <p>A thread of its own calls it, one event at a time, in the order in which they happened here. It may block, and nobody
 * waits for it: then only its own later events wait, and that it lags (1,000 wait, or one takes 30 s) is reported as a
 * {@link WorkerEvent.Trouble}; beyond 100,000 it misses events. An exception is logged. Events that happen while no host runs
 * are not reported; events of other hosts are reported when this host notices them. {@code data/worker.log} has them all.
 *
 * <p>While it is called, slf4j's MDC has {@code worker.event} (the simple name of the event's class), {@code worker.account}
 * ({@code -} where it is about all accounts) and, where the event is about one worker, {@code worker.id}.
 */
@FunctionalInterface
public interface WorkerListener {
    /** Receives one event. */
    void onEvent(WorkerEvent event);
}
