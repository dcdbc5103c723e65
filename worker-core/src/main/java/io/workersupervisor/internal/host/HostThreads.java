package io.workersupervisor.internal.host;

import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.DaemonThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one host that call its protocols. They are daemons, and those that have nothing to do end, but for the
 * ticker.
 *
 * <ul>
 *   <li>{@code worker-tick}, one thread: reconciles at every interval.
 *   <li>{@code worker-pool-N}: checks of accounts: of a reconcile, and after an end.
 *   <li>{@code worker-start-N}: starts of many, apart from the pool as each may wait for seconds.
 *   <li>{@code worker-write-N}: writes behind: the launches of many, and reported ends.
 *   <li>{@code worker-ladder-N}: stops that reconcile resumes or close begins, and the steps of a rollout, one thread each while it
 *       lasts.
 *   <li>{@code worker-roll-N}: the stops of a rollout, whose batches may be large.
 *   <li>{@code worker-launch-N}: waits for the answers of launchers, and for a keeper to begin.
 * </ul>
 *
 * Beside them there are {@code worker-keeper}, the connections to keepers, {@code worker-events}, which calls the listener,
 * and {@code worker-probe-N}, which calls the application's probe.
 */
record HostThreads(
        ScheduledExecutorService ticker,
        ExecutorService pool,
        ExecutorService starters,
        ExecutorService writers,
        ExecutorService ladders,
        ExecutorService rollers,
        ExecutorService readers) {
    private static final int POOL = 16;

    /** Many wait for one durable commit, which they share; more would cost more memory than they save time. */
    private static final int STARTERS = 32;

    private static final int WRITERS = 16;

    private static final int ROLLERS = 16;

    /** Short: the stack of an idle thread costs more than a new thread. */
    private static final Duration IDLE_SHARING = Duration.ofMillis(200);

    private static final Duration IDLE = Duration.ofSeconds(60);

    HostThreads() {
        this(
                Executors.newSingleThreadScheduledExecutor(DaemonThreads.numbered("worker-tick")),
                DaemonThreads.pool(POOL, IDLE, DaemonThreads.numbered("worker-pool")),
                DaemonThreads.pool(STARTERS, IDLE_SHARING, DaemonThreads.numbered("worker-start")),
                writing(),
                DaemonThreads.pool("worker-ladder"),
                DaemonThreads.pool(ROLLERS, IDLE_SHARING, DaemonThreads.numbered("worker-roll")),
                DaemonThreads.pool("worker-launch"));
    }

    /** Without a thread, and after shutdown, the caller writes: a start overtaken by a close still records its result. */
    private static ExecutorService writing() {
        ThreadPoolExecutor threads = DaemonThreads.pool(WRITERS, IDLE_SHARING, DaemonThreads.numbered("worker-write"));
        threads.setRejectedExecutionHandler((work, pool) -> work.run());
        return threads;
    }

    /** For a host that never began. */
    void stop() {
        all().forEach(ExecutorService::shutdownNow);
    }

    /** Takes nothing more. Nothing is interrupted or dropped: every call gets its answer. */
    void shutdown() {
        all().forEach(ExecutorService::shutdown);
    }

    /** True if all but the readers, whom a hanging launcher may hold, are over in time. */
    boolean await(long deadline, Clocks timing) {
        return List.of(ticker, starters, pool, writers, ladders, rollers).stream()
                .allMatch(executor -> await(executor, deadline - timing.nanos()));
    }

    private List<ExecutorService> all() {
        return List.of(ticker, starters, pool, writers, ladders, rollers, readers);
    }

    private static boolean await(ExecutorService executor, long nanos) {
        try {
            return executor.awaitTermination(Math.max(1_000_000, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
