package io.workersupervisor.internal.host;

import io.workersupervisor.AccountId;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.lifecycle.HostState;
import io.workersupervisor.internal.lifecycle.Lifecycle;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * Closes a host, within the time it is given, once new calls are refused.
 *
 * <ol>
 *   <li>No further tick begins. The calls in flight are waited for.
 *   <li>Where workers are to be stopped: all rows are STOPPING before the first ladder begins, so that another host goes on
 *       with those that are not over.
 *   <li>Reported ends are filed.
 *   <li>The threads end. Nothing is interrupted.
 * </ol>
 *
 * A crash in between leaves rows that the next host goes on with.
 */
record HostClose(ProtocolContext context, HostState state, HostThreads threads, Lifecycle lifecycle) {
    /** Time in which a closing host tries to file reported ends. */
    private static final Duration LAST_FILING = Duration.ofSeconds(2);

    void run(boolean stopsWorkers, Duration patience) {
        long deadline = context.nanos() + patience.toNanos();
        threads.ticker().shutdown();
        boolean idle = state.awaitCalls(left(deadline));
        if (stopsWorkers) {
            stopWorkers(deadline, patience);
        }
        if (!state.isMoved()) {
            lifecycle.ends().fileReported(LAST_FILING);
        }
        state.closed();
        threads.shutdown();
        boolean over = threads.await(deadline, context.timing());
        if (!over || !idle) {
            context.events()
                    .trouble("closed within " + Text.words(patience)
                            + " although calls were in flight; the next host settles what they leave");
        }
    }

    private Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - context.nanos()));
    }

    private void stopWorkers(long deadline, Duration patience) {
        if (state.isMoved()) {
            context.events().trouble(state.replaced() + ": its workers are left running at close");
            return;
        }
        Map<AccountId, String> workers = lifecycle.supervised().all();
        if (!forEach(workers, this::ask, deadline)) {
            context.events()
                    .trouble("not all rows could be marked as stopping within " + Text.words(patience)
                            + " at close; the other workers continue to run");
        } else if (!forEach(workers, this::end, deadline)) {
            context.events()
                    .trouble("not all workers ended within " + Text.words(patience)
                            + " at close; the next host continues to stop them");
        }
    }

    private void ask(AccountId account, String workerId) {
        lifecycle.stops().ask(account, Optional.of(workerId), StopPurpose.CLOSE);
    }

    private void end(AccountId account, String workerId) {
        context.mutex()
                .call(
                        account,
                        ProtocolContext.PATIENCE,
                        () -> lifecycle.stops().stop(account, Optional.of(workerId), StopPurpose.CLOSE));
    }

    /** True if the work was over for all in time; late work goes on. */
    private boolean forEach(Map<AccountId, String> workers, BiConsumer<AccountId, String> work, long deadline) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        workers.forEach((account, workerId) -> all.add(CompletableFuture.runAsync(
                () -> Guard.run("stop at close", Optional.of(account), () -> work.accept(account, workerId)),
                threads.ladders())));
        return ProtocolContext.await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)), left(deadline));
    }
}
