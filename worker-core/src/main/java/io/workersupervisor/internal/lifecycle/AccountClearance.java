package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.diagnosis.Ending;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.util.List;
import java.util.Optional;

/**
 * Step 1 of {@link StartProtocol}: may a worker of this account start now?
 *
 * <ol>
 *   <li>Closed or absent: clear, unless a living worker of the account is in no row, or the last launch came to nothing and
 *       the lock is still held.
 *   <li>A row of another node is replaced only if its worker is dead.
 *   <li>A living worker is {@code AlreadyRunning}; while it is being stopped, wait. A dead one is clear: its report is filed
 *       with the claim.
 *   <li>A row that is STARTING or STOPPING by a living host is waited for. Left over by a dead host, by a call of this host
 *       that gave up, or unchanged for the whole wait, it is settled ({@link LaunchSettlement}), which the fence makes safe.
 *   <li>Doubt is {@code Refused}.
 * </ol>
 */
record AccountClearance(
        ProtocolContext context,
        LaunchSettlement settlement,
        EndFiling ends,
        StopLadder ladder,
        UnregisteredWorkers unregistered) {
    /** The answer for one row; also {@link StartProtocol.Decided} and {@link StartProtocol.Again}. */
    sealed interface Answer permits Clear, Wait, StartProtocol.Decided, StartProtocol.Again {}

    /** The account is free; the report of its last worker is to be filed with the claim. */
    record Clear(Optional<StopReport> ended) implements Answer {}

    /** Somebody else works on the account: wait, bounded. */
    record Wait(RefusalReason reason, String evidence) implements Answer {}

    /** The way to meet a row on which another living host works. */
    enum Manners {
        WAIT,
        GO_ON
    }

    Answer look(AccountId account, Optional<WorkerRow> seen, Manners manners) {
        if (seen.isEmpty() || !seen.get().state().isOpen()) {
            List<Marked> strangers = unregistered.living(account);
            if (!strangers.isEmpty()) {
                return StartProtocol.refused(
                        account, RefusalReason.UNREGISTERED_WORKER, UnregisteredWorkers.describe(strangers));
            }
            return seen.filter(this::isHeld).isPresent()
                    ? StartProtocol.refused(account, RefusalReason.LOCK_HELD, unregistered.holder(account))
                    : new Clear(Optional.empty());
        }
        WorkerRow row = seen.get();
        if (!row.node().equals(context.node())) {
            return elsewhere(row);
        }
        return Detail.identityOf(row).isEmpty() ? unrecorded(row, manners) : recorded(row, manners);
    }

    /**
     * True if an account whose last launch came to nothing has its lock held, so that trying again and again uses up no
     * worker id and no report. The number is the row's own, and raising it to that changes nothing.
     */
    private boolean isHeld(WorkerRow closed) {
        return !closed.workerId().isEmpty()
                && Detail.identityOf(closed).isEmpty()
                && context.launcher().raise(closed.account(), closed.epoch()) instanceof Launcher.FenceAnswer.Held;
    }

    private Answer elsewhere(WorkerRow row) {
        Judgement judgement = context.judge().judge(row);
        if (judgement instanceof Judgement.Dead dead) {
            return clear(row, ends.ending(row, dead, List.of()));
        } else if (judgement instanceof Judgement.Alive
                && row.state() == WorkerState.RUNNING
                && row.desired() == Desired.RUNNING) {
            return running(row, judgement.evidence());
        }
        return StartProtocol.refused(
                row.account(),
                judgement instanceof Judgement.Doubt doubt ? doubt.reason() : RefusalReason.OTHER_NODE,
                judgement.evidence());
    }

    private Answer recorded(WorkerRow row, Manners manners) {
        Judgement judgement = context.judge().judge(row);
        if (judgement instanceof Judgement.Alive alive) {
            return row.isToEnd() ? stopping(row, manners) : running(row, alive.evidence());
        } else if (judgement instanceof Judgement.Dead dead) {
            return clear(row, ends.ending(row, dead, List.of()));
        } else if (judgement instanceof Judgement.Draining draining) {
            return draining(row, draining);
        }
        Judgement.Doubt doubt = (Judgement.Doubt) judgement;
        return StartProtocol.refused(row.account(), doubt.reason(), doubt.evidence());
    }

    private Answer draining(WorkerRow row, Judgement.Draining draining) {
        if (!draining.left().isEmpty()) {
            return StartProtocol.refused(row.account(), RefusalReason.DESCENDANTS_LEFT, draining.evidence());
        }
        // The launcher is about to let go of the lock, or an older copy of the registry names another worker than runs.
        List<Marked> strangers = unregistered.search(row.account(), row.workerId());
        return strangers.isEmpty()
                ? new Wait(RefusalReason.LOCK_HELD, draining.evidence())
                : StartProtocol.refused(
                        row.account(), RefusalReason.UNREGISTERED_WORKER, UnregisteredWorkers.describe(strangers));
    }

    /** Goes on with a ladder whose host is gone, or has given up. */
    private Answer stopping(WorkerRow row, Manners manners) {
        if (manners == Manners.WAIT && context.isActorAlive(row)) {
            return new Wait(RefusalReason.STOPPING, "worker " + row.workerId() + " is being stopped");
        }
        return ladder.end(row.account(), row.workerId()) instanceof StopLadder.Stuck stuck
                ? StartProtocol.refused(row.account(), stuck.reason(), stuck.evidence())
                : new StartProtocol.Again();
    }

    private Answer unrecorded(WorkerRow row, Manners manners) {
        if (manners == Manners.WAIT && context.isActorAlive(row)) {
            return new Wait(
                    row.state() == WorkerState.STOPPING ? RefusalReason.STOPPING : RefusalReason.STARTING,
                    "another host works on worker " + row.workerId());
        }
        LaunchSettlement.Settled settled = settlement.settle(row);
        if (settled instanceof LaunchSettlement.Over over) {
            return clear(row, ends.ending(row, over, List.of()));
        } else if (settled instanceof LaunchSettlement.Found found) {
            if (row.isToEnd()) {
                return stopping(row, manners);
            }
            WorkerRow adopted = RowChanges.running(row, found.identity());
            return context.registry().update(Optional.of(row), adopted)
                    ? running(adopted, "pid " + found.identity().pid() + " was found running")
                    : new StartProtocol.Again();
        }
        LaunchSettlement.Pending pending = (LaunchSettlement.Pending) settled;
        return pending.left().isEmpty() && !pending.reason().equals(RefusalReason.PROCESS_IN_DOUBT)
                ? new Wait(pending.reason(), pending.evidence())
                : StartProtocol.refused(row.account(), pending.reason(), pending.evidence());
    }

    private Clear clear(WorkerRow row, Ending ending) {
        return new Clear(Optional.of(context.diagnosis().report(row, ending)));
    }

    private static StartProtocol.Decided running(WorkerRow row, String evidence) {
        return new StartProtocol.Decided(new StartResult.AlreadyRunning(
                row.account(), row.workerId(), row.pid().orElse(0), row.startedAt(), evidence));
    }
}
