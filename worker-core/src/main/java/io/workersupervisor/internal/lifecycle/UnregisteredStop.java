package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.liveness.Descendants;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ends workers that the registry does not know: TERM, grace, then KILL to each of their processes until none is found.
 * Nothing is filed, as their ids may be another registry's.
 */
public final class UnregisteredStop {
    private final ProtocolContext context;
    private final Signals signals;
    private final Descendants descendants;

    public UnregisteredStop(ProtocolContext context, Signals signals) {
        this.context = context;
        this.signals = signals;
        this.descendants = new Descendants(context.local());
    }

    StopLadder.Outcome end(WorkerRow asked, List<EnvironmentSearch.Marked> processes, Duration grace) {
        AccountId account = asked.account();
        List<String> rungs = new ArrayList<>();
        signals.sendAll(processes, "TERM", rungs);
        signals.awaitEnd(processes, context.timing().nanos() + grace.toNanos());
        if (Thread.currentThread().isInterrupted()) {
            return StopLadder.interrupted(UnregisteredWorkers.pids(processes));
        }
        List<EnvironmentSearch.Marked> left = stillLiving(processes);
        long deadline = context.timing().nanos() + LeftoverSweep.SWEEP.toNanos();
        while (!left.isEmpty()
                && context.timing().nanos() < deadline
                && !Thread.currentThread().isInterrupted()) {
            left.stream().filter(signals::kill).forEach(ended -> rungs.add("KILL sent to " + ended));
            left = stillLiving(processes);
        }
        if (!left.isEmpty()) {
            return new StopLadder.Stuck(
                    RefusalReason.STOP_UNFINISHED,
                    UnregisteredWorkers.pids(left) + " of account " + account + " still live");
        }
        if (asked.state().isOpen()) {
            // The lock may be that of the row's own worker, whose ladder is next.
            return new StopLadder.Done(rungs, Optional.empty());
        }
        // Their launchers write the exit record before they let go of the lock.
        boolean free = signals.await(
                () -> context.local().locks().state(account) == AccountLocks.State.BUSY,
                context.timing().nanos() + StopLadder.AFTER_KILL.toNanos());
        return free
                ? new StopLadder.Done(rungs, Optional.empty())
                : new StopLadder.Stuck(
                        RefusalReason.LOCK_HELD,
                        UnregisteredWorkers.pids(processes) + " has ended but the lock is still held by "
                                + descendants.holders(account));
    }

    private List<EnvironmentSearch.Marked> stillLiving(List<EnvironmentSearch.Marked> processes) {
        List<EnvironmentSearch.Marked> left = new ArrayList<>(processes.stream()
                .map(EnvironmentSearch.Marked::workerId)
                .distinct()
                .flatMap(id -> context.local().search().ofWorker(id, Long.MAX_VALUE).stream())
                .toList());
        // One that cleared its environment was found by its birth record, and not by a search.
        processes.stream()
                .filter(signals::runs)
                .filter(process -> left.stream()
                        .noneMatch(found -> found.stat().pid() == process.stat().pid()))
                .forEach(left::add);
        return left;
    }
}
