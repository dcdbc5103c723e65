package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.Confidence;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.diagnosis.ReadySign;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.Fault;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for workers to show that they are ready; no thread is held meanwhile. Any host of the node does it for each worker
 * whose row says that it is not ready: for those that it started, and those that it adopted.
 *
 * <ol>
 *   <li>Look for the sign ({@link ReadySign}), every {@link #POLL}. One thread looks, and others do what asks the registry: an
 *       outage of it holds up no look, and after its first failure nothing is asked for {@link #AFTER_FAILURE}.
 *   <li>Seen: the row says so, unless the worker is being ended.
 *   <li>Not seen within the limit, counted from the worker's birth: the row is STOPPING with the cause, and the ladder ends
 *       the worker. Its end is filed as any other, and the restart policy decides.
 * </ol>
 *
 * A sign that came before the limit and was not looked at until after it counts. A crash after any step leaves a row with
 * which the next host goes on. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what follows an outcome contains what it throws
public final class ReadinessWatch {
    private static final Duration POLL = Duration.ofMillis(100);

    /** A failure is told, and nothing is tried again for so long. */
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    /** Looks for the sign to one look at the process: an end is mostly told by its launcher. */
    private static final int LOOKS = 10;

    /** The outcome of a wait. */
    enum Outcome {
        READY,
        /** The worker has ended, or is being ended. */
        ENDED,
        /** This host closes, and the next one waits. */
        LEFT
    }

    private final ProtocolContext context;
    private final FaultStops faults;
    private final Executor threads;
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean closed;
    /** The registry is not asked before; by the clock that measures. */
    private volatile long askAfter;

    /**
     * Makes a watch, which begins with the first worker that is waited for.
     *
     * @param threads runs the looks, and what follows from them
     */
    ReadinessWatch(ProtocolContext context, FaultStops faults, Executor threads) {
        this.context = context;
        this.faults = faults;
        this.threads = threads;
        this.askAfter = context.nanos();
    }

    /** One worker; its looks follow one another. */
    private static final class Waiting {
        private final WorkerRow row;
        private final ReadySign sign;
        private final long deadline;
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private int looks;
        private volatile long notBefore;
        /** True while the consequence of its last look is being written. */
        private volatile boolean isAsking;
        /** A start waits for it, and tells its outcome. */
        private volatile boolean isCalled;
        /** Its launcher cannot tell its end any more: it has ended, or the launcher alone. */
        private volatile boolean isUntold;

        Waiting(WorkerRow row, ReadySign sign, long now, long deadline) {
            this.notBefore = now;
            this.row = row;
            this.sign = sign;
            this.deadline = deadline;
        }
    }

    /**
     * Waits for a worker that a start of this host began, and whose row has its process.
     *
     * @param over completes where its launcher has ended: the worker may live on
     */
    CompletableFuture<Outcome> await(WorkerRow row, CompletableFuture<?> over) {
        Optional<Waiting> begun = begin(row);
        begun.ifPresent(one -> {
            one.isCalled = true;
            over.whenComplete((ended, thrown) -> one.isUntold = true);
        });
        return begun.map(one -> one.outcome).orElseGet(() -> CompletableFuture.completedFuture(Outcome.READY));
    }

    private Optional<Waiting> begin(WorkerRow row) {
        Optional<ReadySign> sign = RowStatus.isUnready(row) ? ReadySign.of(row, context.data()) : Optional.empty();
        Optional<Waiting> begun = sign.map(shown ->
                waiting.computeIfAbsent(row.workerId(), id -> new Waiting(row, shown, context.nanos(), deadline(row))));
        if (closed) {
            begun.ifPresent(one -> done(one, Outcome.LEFT));
        }
        lookLater();
        return begun;
    }

    /** Waits for a worker that another host started. */
    void adopt(WorkerRow row) {
        if (RowStatus.isUnready(row) && !waiting.containsKey(row.workerId())) {
            Optional<Waiting> one = begin(row);
            one.ifPresent(found -> found.outcome.thenAccept(outcome -> {
                if (outcome == Outcome.READY && !found.isCalled) {
                    context.events().emit(new WorkerEvent.Started(context.now(), started(row)));
                }
            }));
        }
    }

    static StartResult.Started started(WorkerRow row) {
        return new StartResult.Started(
                row.account(), row.workerId(), row.pid().orElse(0), row.epoch(), row.startedAt());
    }

    private long deadline(WorkerRow row) {
        Duration limit =
                Detail.of(row).limits(row.epoch()).unready().orElseThrow().limit();
        Duration age = Detail.identityOf(row).map(context::age).orElse(Duration.ZERO);
        return context.nanos() + limit.minus(age).toNanos();
    }

    private void lookLater() {
        if (!closed && !waiting.isEmpty() && looking.compareAndSet(false, true)) {
            CompletableFuture.delayedExecutor(POLL.toMillis(), TimeUnit.MILLISECONDS, threads)
                    .execute(() -> {
                        try {
                            tick();
                        } finally {
                            looking.set(false);
                            lookLater();
                        }
                    });
        }
    }

    /** Looks at each worker that is waited for. */
    public synchronized void tick() {
        waiting.values().stream()
                .filter(one -> !closed && !one.isAsking && context.nanos() - one.notBefore >= 0)
                .forEach(one -> guarded(one, () -> look(one)));
    }

    private void guarded(Waiting one, Guard.Work work) {
        Guard.run("readiness", Optional.of(one.row.account()), work).ifPresent(thrown -> {
            one.notBefore = context.nanos() + AFTER_FAILURE.toNanos();
            if (thrown instanceof RegistryException) {
                askAfter = one.notBefore;
            }
        });
    }

    private void look(Waiting one) {
        boolean isUntold = one.isUntold;
        one.isUntold = false;
        if ((isUntold || ++one.looks % LOOKS == 0) && !runs(one.row)) {
            done(one, Outcome.ENDED);
        } else if (one.sign.isSeen()) {
            ask(one, () -> seen(one));
        } else if (context.nanos() - one.deadline >= 0) {
            ask(one, () -> late(one));
        }
    }

    /** Behind the look, unless the registry has failed a moment ago: a later look finds the same. */
    private void ask(Waiting one, Guard.Work work) {
        if (mayAsk()) {
            one.isAsking = true;
            threads.execute(() -> {
                if (mayAsk()) {
                    guarded(one, work);
                }
                one.isAsking = false;
            });
        }
    }

    private boolean mayAsk() {
        return !closed && context.nanos() - askAfter >= 0;
    }

    /** Step 2; a row that is changed meanwhile is looked at again. */
    private void seen(Waiting one) {
        Optional<WorkerRow> row = context.open(one.row.account(), one.row.workerId());
        if (row.isEmpty() || row.get().isToEnd()) {
            done(one, Outcome.ENDED);
            return;
        }
        context.reached("ready");
        if (!RowStatus.isUnready(row.get()) || context.registry().update(row, RowChanges.ready(row.get()))) {
            context.reached("readied");
            done(one, Outcome.READY);
        }
    }

    /** Step 3. */
    private void late(Waiting one) {
        Optional<WorkerRow> row = context.open(one.row.account(), one.row.workerId());
        if (row.isEmpty() || row.get().isToEnd() || !runs(one.row)) {
            done(one, Outcome.ENDED);
        } else if (!RowStatus.isUnready(row.get())) {
            done(one, Outcome.READY);
        } else {
            Fault fault = new Fault(StopReason.START_FAILED, Confidence.CERTAIN, one.sign.missing());
            faults.end(row.get(), fault, () -> done(one, Outcome.ENDED));
        }
    }

    private boolean runs(WorkerRow row) {
        Optional<ProcessIdentity> worker = Detail.identityOf(row);
        return worker.isPresent() && context.local().runs(worker.get(), row.workerId());
    }

    private void done(Waiting one, Outcome outcome) {
        waiting.remove(one.row.workerId(), one);
        one.outcome.complete(outcome);
    }

    /** Waits no longer: calls that wait are answered, and the next host goes on. */
    public void close() {
        closed = true;
        waiting.values().forEach(one -> done(one, Outcome.LEFT));
    }
}
