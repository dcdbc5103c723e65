package io.workersupervisor.internal.events;

import io.workersupervisor.AccountId;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerListener;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.DaemonThreads;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One listener, with a thread of its own ({@code worker-events}): a slow one holds up nobody else. That it lags is reported
 * once, until it has caught up; beyond {@link #MOST_WAITING} it misses events. Thread-safe.
 */
final class Audience {
    /** Events that wait from which on a listener lags. */
    static final int LAGGING = 1_000;

    /** Time with one event from which on a listener lags. */
    static final Duration LONG = Duration.ofSeconds(30);

    private static final int MOST_WAITING = 100_000;

    private static final Duration IDLE = Duration.ofSeconds(1);

    private final WorkerListener listener;
    private final Clocks clocks;
    private final Consumer<String> trouble;
    private final ThreadPoolExecutor one;
    private final BlockingQueue<Runnable> waiting;
    private final AtomicBoolean lags = new AtomicBoolean();
    private final AtomicBoolean misses = new AtomicBoolean();
    private volatile Optional<Long> busySince = Optional.empty();
    private volatile @Nullable Thread thread;

    Audience(WorkerListener listener, Clocks clocks, Consumer<String> trouble) {
        this.listener = listener;
        this.clocks = clocks;
        this.trouble = trouble;
        // One thread, which ends when it is idle: a host that could not be built leaves none.
        this.one = DaemonThreads.pool(1, IDLE, MOST_WAITING, work -> {
            Thread created = DaemonThreads.of("worker-events", work);
            thread = created;
            return created;
        });
        this.waiting = one.getQueue();
        one.setRejectedExecutionHandler(Audience::rejected);
    }

    /** Where no thread can be made, an event waits for the next one. */
    private static void rejected(Runnable event, ThreadPoolExecutor one) {
        if (one.isShutdown() || !one.getQueue().offer(event)) {
            throw new RejectedExecutionException("closed, or too many events wait");
        }
    }

    boolean is(WorkerListener other) {
        return listener.equals(other);
    }

    /** False where the event was not taken: this is closed, or too many wait. */
    boolean hear(WorkerEvent event) {
        try {
            one.execute(() -> call(event));
        } catch (RejectedExecutionException fullOrClosed) {
            if (!one.isShutdown() && !misses.getAndSet(true)) {
                trouble.accept("listener " + listener.getClass().getName() + " misses events: " + MOST_WAITING
                        + " wait for it");
            }
            return false;
        }
        boolean slow = busySince
                .filter(since -> clocks.nanos() - since > LONG.toNanos())
                .isPresent();
        if ((slow || waiting.size() >= LAGGING) && !lags.getAndSet(true)) {
            trouble.accept("listener " + listener.getClass().getName() + " lags: " + waiting.size()
                    + " events wait for it" + (slow ? ", it has had one for over " + LONG.toSeconds() + " s" : ""));
        }
        return true;
    }

    private void call(WorkerEvent event) {
        busySince = Optional.of(clocks.nanos());
        try {
            Guard.run("listener", event.account(), () -> Guard.named(names(event), () -> listener.onEvent(event)));
        } finally {
            busySince = Optional.empty();
            if (waiting.isEmpty()) {
                lags.set(false);
                misses.set(false);
            }
        }
    }

    /** The keys of slf4j's MDC while a listener has an event. */
    private static Map<String, String> names(WorkerEvent event) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put(Guard.EVENT, event.getClass().getSimpleName());
        names.put(Guard.ACCOUNT, event.account().map(AccountId::toString).orElse("-"));
        workerId(event).ifPresent(id -> names.put(Guard.WORKER, id));
        return names;
    }

    private static Optional<String> workerId(WorkerEvent event) {
        if (event instanceof WorkerEvent.Started started) {
            return Optional.of(started.result().workerId());
        } else if (event instanceof WorkerEvent.Adopted adopted) {
            return Optional.of(adopted.worker().workerId());
        } else if (event instanceof WorkerEvent.Stopped stopped) {
            return Optional.of(stopped.report().workerId());
        }
        return event instanceof WorkerEvent.Unhealthy unhealthy
                ? Optional.of(unhealthy.ailment().workerId())
                : Optional.empty();
    }

    /** Takes no event any more; those that wait are still heard. */
    void close() {
        one.shutdown();
    }

    /** False if it has not finished by then. A listener that closes the supervisor cannot wait for itself. */
    boolean await(long nanos) throws InterruptedException {
        return Thread.currentThread() == thread || one.awaitTermination(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    void abandon() {
        one.shutdownNow();
    }
}
