package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.Launcher.Scope;
import io.workersupervisor.internal.launch.Launcher.SignalAnswer;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stops an account because a person wants it stopped, and restarts or ends a worker without touching that wish.
 *
 * <ol>
 *   <li>Ask. A person's stop writes desired STOPPED whatever the row is, again and again until it wins; an account without a
 *       row gets one. From here on no {@code ensure} starts it, and a start in flight ends its worker again. A stop for
 *       another purpose marks the open row of this node as STOPPING, and is over where there is none.
 *   <li>A person's stop ends living workers of the account that no row names, found by environment or birth record: TERM,
 *       grace, then KILL to each of their processes until none is found. The result names them; no report is filed, as
 *       their worker ids may belong to another registry.
 *   <li>The ladder ends the worker of the row ({@link StopLadder}). A row of another node is left to that node and
 *       waited for, unless its worker is dead, or names this data directory because that was made anew since.
 *   <li>Nothing to end: stopped already, unless the account's lock is held, and not by a start that came behind this stop;
 *       the holder may be the worker.
 * </ol>
 *
 * A crash after 1 leaves a row that is STOPPING, which reconcile resumes.
 */
public record StopProtocol(
        ProtocolContext context, StopLadder ladder, Signals signals, UnregisteredWorkers unregistered) {
    /** Fences, and launchers that start nothing, hold a lock for less. */
    private static final Duration LONGEST_PASSING_HOLD = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofMillis(25);

    private static final Duration OWNER_POLL = Duration.ofMillis(250);

    /** Steps 2 to 4 of a person's stop. */
    StopResult end(WorkerRow asked, StopOrder order) {
        context.reached("asked");
        if (order.by().isPresent() || order.because().isPresent()) {
            context.events()
                    .emit(new WorkerEvent.Ordered(
                            context.now(), Optional.of(asked.account()), "was stopped " + order.describe()));
        }
        return isLeftToOwner(asked) ? awaitOwner(asked) : endAlone(asked);
    }

    private StopResult endAlone(WorkerRow asked) {
        AccountId account = asked.account();
        return context.alone(account, () -> end(asked), (reason, evidence) -> refuse(account, reason, evidence));
    }

    /**
     * Ends the worker of an account's row, or only this one, and leaves the account wanted; empty if there is nothing to
     * end. The caller has the account's mutex.
     */
    public Optional<StopResult> stop(AccountId account, Optional<String> workerId, StopPurpose purpose) {
        return ask(account, workerId, purpose).map(row -> told(ladder.end(row)));
    }

    /** As {@link #stop(AccountId, Optional, StopPurpose)}, as the only call of this host for the account. */
    public Optional<StopResult> stopAlone(AccountId account, String workerId, StopPurpose purpose) {
        return context.alone(
                account,
                () -> stop(account, Optional.of(workerId), purpose),
                (reason, evidence) -> Optional.of(new StopResult.Refused(account, reason, evidence)));
    }

    /** Step 1; empty if there is no worker, or not this one, to be ended for the purpose. */
    public Optional<WorkerRow> ask(AccountId account, Optional<String> workerId, StopPurpose purpose) {
        while (true) {
            Optional<WorkerRow> seen = context.registry().find(account);
            Optional<WorkerRow> asked = seen.filter(
                            row -> row.state().isOpen() && row.node().equals(context.node()))
                    .filter(row -> workerId.map(row.workerId()::equals).orElse(true))
                    .map(row -> stopping(row, purpose));
            if (asked.isEmpty() || asked.equals(seen) || context.registry().update(seen, asked.get())) {
                return asked;
            }
        }
    }

    /** Step 1 of a person's stop. */
    WorkerRow ask(AccountId account, StopOrder order) {
        context.reached("stop");
        while (true) {
            Optional<WorkerRow> seen = context.registry().find(account);
            WorkerRow asked = seen.map(row -> RowChanges.stopAsked(row, context.self(), context.now(), order))
                    .map(row -> row.node().equals(context.node()) ? row : RowChanges.leftToOwner(row))
                    .orElseGet(() -> RowChanges.neverStarted(account, context.node(), context.now(), order));
            if (seen.equals(Optional.of(asked)) || context.registry().update(seen, asked)) {
                return asked;
            }
        }
    }

    private WorkerRow stopping(WorkerRow row, StopPurpose purpose) {
        return row.state() == WorkerState.STOPPING
                ? row
                : RowChanges.stopping(row, context.self(), context.now(), purpose);
    }

    private boolean isLeftToOwner(WorkerRow row) {
        return row.state().isOpen()
                && !row.node().equals(context.node())
                && !(context.judge().judgeToEnd(row) instanceof Judgement.Dead)
                && !isOfThisDirectory(row);
    }

    /** Waits until the owner has had time for a tick and its ladder, counted from the first time that it was asked. */
    private StopResult awaitOwner(WorkerRow asked) {
        AccountId account = asked.account();
        Detail detail = Detail.of(asked);
        Instant since = detail.stopAskedAt().orElseGet(context::now);
        Duration most = WorkerSupervisor.DEFAULT_RECONCILE_INTERVAL
                .plus(detail.stopGrace())
                .plus(StopLadder.AFTER_KILL);
        Duration passed = Duration.between(since, context.now());
        Duration left = passed.isNegative() ? most : most.minus(passed);
        String owner = "its owner, node " + asked.node()
                + detail.machine().map(name -> " on machine " + name).orElse("");
        context.events()
                .emit(new WorkerEvent.LeftToOwner(
                        context.now(), Optional.of(account), owner + ", asked at " + since + "; waiting for it"));
        long deadline = context.nanos() + left.toNanos();
        while (context.open(account, asked.workerId()).isPresent()) {
            if (context.nanos() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                Judgement judgement = context.judge().judgeToEnd(asked);
                return judgement instanceof Judgement.Dead
                        ? endAlone(asked)
                        : refuse(
                                account,
                                judgement instanceof Judgement.Doubt doubt ? doubt.reason() : RefusalReason.OTHER_NODE,
                                judgement.evidence() + "; " + owner + ", was asked at " + since
                                        + " and has not ended it since");
            }
            context.timing().pause(OWNER_POLL);
        }
        return new StopResult.Stopped(
                account,
                asked.workerId(),
                List.of("ended by " + owner),
                ladder.ends().filed(account, asked.workerId()));
    }

    private StopResult end(WorkerRow asked) {
        List<Marked> strangers = unregistered.besides(asked);
        if (strangers.isEmpty()) {
            return asked.state().isOpen() ? told(ladder.end(asked)) : nothingToEnd(asked);
        }
        StopResult ended = endUnregistered(asked, strangers);
        return asked.state().isOpen() && ended instanceof StopResult.Stopped ? told(ladder.end(asked)) : ended;
    }

    /** True if a process of the worker names this data directory, which was another node then. */
    private boolean isOfThisDirectory(WorkerRow row) {
        return Detail.identityOf(row).isPresent()
                && context.local().search().ofDirectory(context.local().data()).stream()
                        .anyMatch(marked -> marked.workerId().equals(row.workerId()));
    }

    /** Step 2. Their records are left: another registry may own them. */
    private StopResult endUnregistered(WorkerRow asked, List<Marked> processes) {
        AccountId account = asked.account();
        List<String> steps = new ArrayList<>();
        Optional<String> unsent = signals.sendAll(processes, "TERM", steps);
        if (unsent.isPresent()) {
            return refuse(account, RefusalReason.STOP_UNFINISHED, unsent.get());
        }
        signals.awaitEnd(processes, context.nanos() + WorkerSpec.DEFAULT_STOP_GRACE.toNanos());
        if (Thread.currentThread().isInterrupted()) {
            return refuse(
                    account,
                    RefusalReason.STOP_UNFINISHED,
                    "the wait was interrupted: " + UnregisteredWorkers.pids(processes));
        }
        List<Marked> left = signals.sweep(
                stillLiving(processes),
                living -> living.stream()
                        .filter(process -> signals.send(process, "KILL", Scope.PROCESS) instanceof SignalAnswer.Sent)
                        .forEach(ended -> steps.add("KILL sent to " + ended)),
                killed -> stillLiving(processes));
        if (!left.isEmpty()) {
            return refuse(
                    account,
                    RefusalReason.STOP_UNFINISHED,
                    UnregisteredWorkers.pids(left) + " of account " + account + " still live");
        }
        // The lock may be that of an open row's own worker, whose ladder is next. Else their launchers write the exit
        // record before they let go of it.
        boolean free = asked.state().isOpen()
                || signals.await(
                        () -> context.local().locks().state(account) == AccountLocks.State.BUSY,
                        context.nanos() + StopLadder.AFTER_KILL.toNanos());
        if (!free) {
            return refuse(
                    account,
                    RefusalReason.LOCK_HELD,
                    UnregisteredWorkers.pids(processes) + " has ended but the lock is still held by "
                            + context.local().descendants().holders(account));
        }
        StopResult.Stopped stopped =
                new StopResult.Stopped(account, processes.get(0).workerId(), steps, Optional.empty());
        context.trouble(account, stopped.describe() + "; the registry does not know it, no report is filed");
        return stopped;
    }

    private List<Marked> stillLiving(List<Marked> processes) {
        List<Marked> left = new ArrayList<>(processes.stream()
                .map(Marked::workerId)
                .distinct()
                .flatMap(id -> context.local().search().ofWorker(id, Long.MAX_VALUE).stream())
                .toList());
        // One that cleared its environment was found by its birth record, and not by a search.
        processes.stream()
                .filter(process -> context.local().runs(context.local().identity(process), process.workerId()))
                .filter(process -> left.stream()
                        .noneMatch(found -> found.stat().pid() == process.stat().pid()))
                .forEach(left::add);
        return left;
    }

    /** Step 4. */
    private StopResult nothingToEnd(WorkerRow asked) {
        AccountId account = asked.account();
        long deadline = context.nanos() + LONGEST_PASSING_HOLD.toNanos();
        while (context.local().locks().state(account) == AccountLocks.State.BUSY && !isStartedSince(asked)) {
            if (context.nanos() > deadline || Thread.currentThread().isInterrupted()) {
                return refuse(account, RefusalReason.LOCK_HELD, unregistered.holder(account));
            }
            context.timing().pause(POLL);
        }
        return new StopResult.AlreadyStopped(account, asked.revision() > 1);
    }

    /** A person's start that came behind this stop has the lock. */
    private boolean isStartedSince(WorkerRow asked) {
        return context.registry()
                .find(asked.account())
                .filter(now -> now.epoch() > asked.epoch())
                .isPresent();
    }

    StopResult refuse(AccountId account, RefusalReason reason, String evidence) {
        return told(new StopResult.Refused(account, reason, evidence));
    }

    private StopResult told(StopResult result) {
        if (result instanceof StopResult.Refused refused) {
            context.events().emit(new WorkerEvent.NotStopped(context.now(), refused));
        }
        return result;
    }
}
