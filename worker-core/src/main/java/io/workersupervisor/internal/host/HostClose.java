package io.workersupervisor.internal.host;

import io.workersupervisor.AccountId;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.lifecycle.EndFiling;
import io.workersupervisor.internal.lifecycle.HostState;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.lifecycle.StartCalls;
import io.workersupervisor.internal.lifecycle.StopProtocol;
import io.workersupervisor.internal.lifecycle.SupervisedWorkers;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * How a host closes, within the time it is given, once new calls are refused.
 *
 * <ol>
 *   <li>No further tick begins. The calls in flight are waited for.
 *   <li>Where workers are to be stopped: all rows are STOPPING before the first ladder begins, so that another host goes on
 *       with those that are not over.
 *   <li>What was told is filed.
 *   <li>What else goes on by itself ends. Nothing is interrupted.
 * </ol>
 *
 * A crash in between leaves what any crash leaves: rows that the next host goes on with.
 */
final class HostClose {
    /** How long a closing host tries to file what it has told. */
    private static final Duration LAST_FILING = Duration.ofSeconds(2);

    private final ProtocolContext context;
    private final HostState state;
    private final HostThreads threads;
    private final StopProtocol stops;
    private final SupervisedWorkers supervised;
    private final EndFiling end;
    private final Consumer<String> trouble;

    /**
     * Closes.
     *
     * @param context what the protocols work with
     * @param state is closed
     * @param threads the host's, which end
     * @param stops stops the workers
     * @param supervised which workers there are
     * @param end files what was told
     * @param trouble is told what was not over in time
     */
    HostClose(
            ProtocolContext context,
            HostState state,
            HostThreads threads,
            StopProtocol stops,
            SupervisedWorkers supervised,
            EndFiling end,
            Consumer<String> trouble) {
        this.context = context;
        this.state = state;
        this.threads = threads;
        this.stops = stops;
        this.supervised = supervised;
        this.end = end;
        this.trouble = trouble;
    }

    void run(boolean stopsWorkers, Duration patience) {
        long deadline = context.timing().nanos() + patience.toNanos();
        threads.ticker().shutdown();
        boolean idle = state.awaitCalls(left(deadline));
        if (stopsWorkers) {
            stopWorkers(deadline, patience);
        }
        if (!state.isMoved()) {
            end.fileTold(LAST_FILING);
        }
        state.closed();
        threads.shutdown();
        boolean over = threads.await(deadline, context.timing());
        if (!over || !idle) {
            trouble.accept("closed within " + Text.words(patience)
                    + " although calls were in flight; the next host settles what they leave");
        }
    }

    private Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - context.timing().nanos()));
    }

    private void stopWorkers(long deadline, Duration patience) {
        if (state.isMoved()) {
            trouble.accept(state.replaced() + ": its workers are left running at close");
            return;
        }
        Map<AccountId, String> workers = supervised.all();
        if (!forEach(workers, (account, workerId) -> stops.askOnly(account, workerId, StopPurpose.CLOSE), deadline)) {
            trouble.accept("not all rows could be marked as stopping within " + Text.words(patience)
                    + " at close; the workers of the others run on");
        } else if (!forEach(workers, this::end, deadline)) {
            trouble.accept("not all workers ended within " + Text.words(patience)
                    + " at close; the next host goes on with them");
        }
    }

    private void end(AccountId account, String workerId) {
        context.mutex()
                .call(
                        account,
                        StartCalls.PATIENCE,
                        () -> stops.endOnly(account, Optional.of(workerId), StopPurpose.CLOSE));
    }

    /** Whether the work was over for all in time; what is late goes on. */
    private boolean forEach(Map<AccountId, String> workers, BiConsumer<AccountId, String> work, long deadline) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        workers.forEach((account, workerId) -> all.add(CompletableFuture.runAsync(
                () -> Guard.run("stop at close", Optional.of(account), () -> work.accept(account, workerId)),
                threads.ladders())));
        try {
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                    .get(left(deadline).toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        } catch (TimeoutException | ExecutionException late) {
            return false;
        }
    }
}
