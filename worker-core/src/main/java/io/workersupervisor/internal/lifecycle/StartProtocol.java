package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Starts a worker safely.
 *
 * <ol>
 *   <li>Look at the row. Closed or absent: go on, unless the last launch came to nothing and the lock is still held. A
 *       living worker is {@code AlreadyRunning}; while it is being stopped, wait, bounded, then {@code Refused}. A dead
 *       one is reported and replaced. A row that is STARTING by a living host is waited for, bounded; left over by a dead
 *       host, by a call of this host that gave up, or unchanged for the whole wait, it is settled ({@link LaunchSettlement}),
 *       which the fence makes safe. A row of another node is replaced only if its worker is dead. Doubt is {@code Refused}.
 *   <li>Claim: one compare-and-set writes the intent under the epoch max(row, lock file) + 1 with a new worker id, desired
 *       RUN, together with the report of the dead worker. An end that this host has just told and not filed yet
 *       ({@link UnfiledEnds}) is claimed over as it was told, without another look. Lost: look again.
 *   <li>Launch ({@link Launcher}): lock, fence, birth record, worker. No answer: settle.
 *   <li>Running: behind the launch, the row gets the process, if it is still this worker's, STARTING and desired RUN, or another host has
 *       adopted it already; else the worker is ended again.
 *   <li>Verify ({@link StartVerification}): it lives after the start grace.
 * </ol>
 *
 * A crash between any two steps leaves row, lock, birth and exit record, from which the next host resolves it.
 */
public final class StartProtocol {
    /** How long a start waits for another start or stop of its account. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration POLL = Duration.ofMillis(25);

    private final ProtocolContext context;
    private final LaunchSettlement settlement;
    private final EndFiling end;
    private final StopLadder ladder;
    private final UnregisteredWorkers unregistered;
    private final WorkerLaunch launch;

    public StartProtocol(
            ProtocolContext context,
            LaunchSettlement settlement,
            EndFiling end,
            StopLadder ladder,
            UnregisteredWorkers unregistered,
            WorkerLaunch launch) {
        this.context = context;
        this.settlement = settlement;
        this.end = end;
        this.ladder = ladder;
        this.unregistered = unregistered;
        this.launch = launch;
    }

    /** Where a start stands. */
    sealed interface Progress {}

    /**
     * It is decided.
     *
     * @param result the answer
     */
    record Decided(StartResult result) implements Progress {}

    /**
     * The worker has its process; its row is to be RUNNING.
     *
     * @param row the row that was claimed
     * @param identity the process
     * @param over completes when the launcher has ended
     * @param since when it was born
     */
    record Launched(WorkerRow row, ProcessIdentity identity, CompletableFuture<?> over, long since)
            implements Progress {}

    /**
     * The worker has its process and its row is RUNNING; it is to be verified.
     *
     * @param row the row
     * @param identity the process
     * @param over completes when the launcher has ended
     * @param since when it was born
     */
    record Born(WorkerRow row, ProcessIdentity identity, CompletableFuture<?> over, long since) implements Progress {}

    /** Look again. */
    record Again() implements Progress {}

    /** The account is free; the report of its last worker is to be filed with the claim. */
    private record Clear(Optional<StopReport> ended) implements Progress {}

    /** Wait, bounded, for somebody else. */
    private record Wait(RefusalReason reason, String evidence) implements Progress {}

    /** Steps 1 to 3. */
    Progress begin(WorkerSpec spec, boolean respectStop) {
        Optional<UnfiledEnds.Unfiled> told = end.unfiled(spec.account());
        if (told.isPresent()) {
            Progress progress =
                    launch.claim(spec, told.map(UnfiledEnds.Unfiled::row), told.map(UnfiledEnds.Unfiled::report));
            if (!(progress instanceof Again)) {
                return progress;
            }
        }
        return lookAndBegin(spec, respectStop);
    }

    private Progress lookAndBegin(WorkerSpec spec, boolean respectStop) {
        long deadline = context.timing().nanos() + PATIENCE.toNanos();
        Optional<WorkerRow> first = context.registry().find(spec.account());
        Optional<WorkerRow> seen = first;
        Optional<WorkerRow> givenUp = Optional.empty();
        while (true) {
            if (respectStop
                    && seen.filter(row -> row.desired() == Desired.STOPPED).isPresent()) {
                return refused(spec.account(), RefusalReason.STOPPED_BY_OPERATOR, "it was stopped by hand");
            }
            Progress progress = look(
                    spec.account(), seen, givenUp.isPresent() && seen.equals(givenUp) ? Manners.GO_ON : Manners.WAIT);
            if (progress instanceof Clear clear) {
                // A stop is written before it signals: the row unchanged after the death proves that none caused it.
                boolean changed = clear.ended().isPresent()
                        && !context.registry().find(spec.account()).equals(seen);
                progress = changed ? new Again() : launch.claim(spec, seen, clear.ended());
            }
            if (progress instanceof Decided || progress instanceof Launched) {
                return progress;
            }
            boolean interrupted = Thread.currentThread().isInterrupted();
            boolean late = interrupted || context.timing().nanos() > deadline;
            if (progress instanceof Wait wait) {
                boolean goOn = late && !interrupted && givenUp.isEmpty() && seen.equals(first);
                if (goOn && seen.filter(this::isGivenUp).isPresent()) {
                    givenUp = seen;
                    deadline = context.timing().nanos() + PATIENCE.toNanos();
                } else if (late) {
                    return refused(spec.account(), wait.reason(), wait.evidence());
                }
                context.timing().pause(POLL);
            } else if (late) {
                return refused(spec.account(), RefusalReason.CONTENDED, "its row changed again and again");
            }
            seen = context.registry().find(spec.account());
        }
    }

    /** How a row that another living host is at is met. */
    private enum Manners {
        WAIT,
        GO_ON
    }

    /** Whether the living host behind a row that has not changed for {@link #PATIENCE} must have given up. */
    private boolean isGivenUp(WorkerRow row) {
        return context.isActorAlive(row)
                && (row.state() == WorkerState.STARTING
                        || (row.state() == WorkerState.STOPPING
                                && Detail.of(row).stopGrace().compareTo(PATIENCE) < 0));
    }

    private Progress look(AccountId account, Optional<WorkerRow> seen, Manners manners) {
        if (seen.isEmpty() || !seen.get().state().isOpen()) {
            List<EnvironmentSearch.Marked> strangers = unregistered.living(account, "");
            if (!strangers.isEmpty()) {
                return refused(account, RefusalReason.UNREGISTERED_WORKER, UnregisteredWorkers.describe(strangers));
            }
            return seen.filter(this::isHeld).isPresent()
                    ? refused(account, RefusalReason.LOCK_HELD, unregistered.holder(account))
                    : new Clear(Optional.empty());
        }
        WorkerRow row = seen.get();
        if (!row.node().equals(context.node())) {
            return lookElsewhere(row);
        }
        return Detail.identityOf(row).isEmpty() ? lookUnrecorded(row, manners) : lookRecorded(row, manners);
    }

    /**
     * Whether an account whose last launch came to nothing has its lock held, so that trying again and again uses up no
     * worker id and no report. The number is the row's own, and raising it to that changes nothing.
     */
    private boolean isHeld(WorkerRow closed) {
        return !closed.workerId().isEmpty()
                && Detail.identityOf(closed).isEmpty()
                && context.launcher().raise(closed.account(), closed.epoch()) instanceof Launcher.FenceAnswer.Held;
    }

    /** A row of another node is taken where its worker is dead, and left to that node else. */
    private Progress lookElsewhere(WorkerRow row) {
        Judgement judgement = context.judge().judge(row);
        if (judgement instanceof Judgement.Dead dead) {
            return new Clear(Optional.of(context.diagnosis().report(row, end.ending(row, dead, List.of()))));
        } else if (judgement instanceof Judgement.Alive
                && row.state() == WorkerState.RUNNING
                && row.desired() == Desired.RUNNING) {
            return running(row, judgement.evidence());
        }
        return refused(
                row.account(),
                judgement instanceof Judgement.Doubt doubt ? doubt.reason() : RefusalReason.OTHER_NODE,
                judgement.evidence());
    }

    private Progress lookRecorded(WorkerRow row, Manners manners) {
        Judgement judgement = context.judge().judge(row);
        if (judgement instanceof Judgement.Alive alive) {
            return row.state() == WorkerState.STOPPING || row.desired() == Desired.STOPPED
                    ? stopping(row, manners)
                    : running(row, alive.evidence());
        } else if (judgement instanceof Judgement.Dead dead) {
            return new Clear(Optional.of(context.diagnosis().report(row, end.ending(row, dead, List.of()))));
        } else if (judgement instanceof Judgement.Draining draining) {
            return draining(row, draining);
        }
        Judgement.Doubt doubt = (Judgement.Doubt) judgement;
        return refused(row.account(), doubt.reason(), doubt.evidence());
    }

    private Progress draining(WorkerRow row, Judgement.Draining draining) {
        if (!draining.left().isEmpty()) {
            return refused(row.account(), RefusalReason.DESCENDANTS_LEFT, draining.evidence());
        }
        // The launcher is about to let go of the lock, or an older copy of the registry names another worker than runs.
        List<EnvironmentSearch.Marked> strangers = unregistered.search(row.account(), row.workerId());
        return strangers.isEmpty()
                ? new Wait(RefusalReason.LOCK_HELD, draining.evidence())
                : refused(row.account(), RefusalReason.UNREGISTERED_WORKER, UnregisteredWorkers.describe(strangers));
    }

    /** A ladder whose host is gone, or has given up, is gone on with here. */
    private Progress stopping(WorkerRow row, Manners manners) {
        if (manners == Manners.WAIT && context.isActorAlive(row)) {
            return new Wait(RefusalReason.STOPPING, "worker " + row.workerId() + " is being stopped");
        }
        return ladder.end(row.account(), row.workerId()) instanceof StopLadder.Stuck stuck
                ? refused(row.account(), stuck.reason(), stuck.evidence())
                : new Again();
    }

    private Progress lookUnrecorded(WorkerRow row, Manners manners) {
        if (manners == Manners.WAIT && context.isActorAlive(row)) {
            return new Wait(
                    row.state() == WorkerState.STOPPING ? RefusalReason.STOPPING : RefusalReason.STARTING,
                    "another host is at it, for worker " + row.workerId());
        }
        LaunchSettlement.Settled settled = settlement.settle(row);
        if (settled instanceof LaunchSettlement.Over over) {
            return new Clear(Optional.of(context.diagnosis().report(row, end.ending(row, over, List.of()))));
        } else if (settled instanceof LaunchSettlement.Found found) {
            if (row.desired() == Desired.STOPPED || row.state() == WorkerState.STOPPING) {
                return stopping(row, manners);
            }
            WorkerRow adopted = RowChanges.running(row, found.identity());
            return context.registry().update(Optional.of(row), adopted)
                    ? running(adopted, "pid " + found.identity().pid() + " was found running")
                    : new Again();
        }
        LaunchSettlement.Pending pending = (LaunchSettlement.Pending) settled;
        return pending.left().isEmpty() && !pending.reason().equals(RefusalReason.PROCESS_IN_DOUBT)
                ? new Wait(pending.reason(), pending.evidence())
                : refused(row.account(), pending.reason(), pending.evidence());
    }

    private static Progress running(WorkerRow row, String evidence) {
        return new Decided(new StartResult.AlreadyRunning(
                row.account(), row.workerId(), row.pid().orElse(0), row.startedAt(), evidence));
    }

    static Decided refused(AccountId account, RefusalReason reason, String evidence) {
        return new Decided(new StartResult.Refused(account, reason, evidence));
    }
}
