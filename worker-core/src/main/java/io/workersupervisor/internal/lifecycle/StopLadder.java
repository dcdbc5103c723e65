package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.internal.diagnosis.Ending;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.Descendants;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Ends one worker, step by step. The wish to stop is in the row before the ladder begins.
 *
 * <ol>
 *   <li>A row without a recorded process is settled first: the fence is raised, then lock and environments decide.
 *   <li>The row says that the worker is about to be signalled: without this, its end was its own.
 *   <li>TERM to the worker's process group; grace, for the worker and for every descendant in its group.
 *   <li>The worker is gone: TERM to the descendants that have had none; grace for them, too.
 *   <li>KILL to the worker's group when the grace is over.
 *   <li>KILL to every descendant ({@link Descendants}), by its group where that is of the worker's session, until none is
 *       found.
 *   <li>The lock is free.
 *   <li>The end is filed and the row closed ({@link EndFiling}).
 * </ol>
 *
 * For a worker that ended by itself and left descendants the ladder begins at step 4. A ladder belongs to one worker id and
 * is over when the row names another worker or is closed, by any host. A crash after any step leaves a row that is STOPPING,
 * which reconcile resumes.
 */
record StopLadder(
        ProtocolContext context,
        LaunchSettlement settlement,
        EndFiling ends,
        Signals signals,
        LeftoverSweep leftovers) {
    /** Longest time for a worker to vanish after KILL, and for its lock to be let go. */
    static final Duration AFTER_KILL = Duration.ofSeconds(5);

    StopLadder(ProtocolContext context, LaunchSettlement settlement, EndFiling ends, Signals signals) {
        this(
                context,
                settlement,
                ends,
                signals,
                new LeftoverSweep(context, signals, context.local().descendants()));
    }

    /** The end of a ladder. */
    sealed interface Outcome {}

    /**
     * The worker is gone and its row closed or replaced.
     *
     * @param report of its end, where this ladder has seen it filed
     */
    record Done(List<String> steps, Optional<StopReport> report) implements Outcome {}

    /** Something stands against it. */
    record Stuck(RefusalReason reason, String evidence) implements Outcome {}

    /** Ends a worker whose row is read here. */
    Outcome end(AccountId account, String workerId) {
        return end(account, workerId, open(account, workerId));
    }

    /** Ends the worker of a row that was just read or written. */
    Outcome end(WorkerRow first) {
        return end(first.account(), first.workerId(), Optional.of(first));
    }

    private Outcome end(AccountId account, String workerId, Optional<WorkerRow> first) {
        Actions done = new Actions();
        TimeLeft time = new TimeLeft();
        Optional<WorkerRow> row = first;
        while (row.isPresent()) {
            Optional<Outcome> outcome = Detail.identityOf(row.get()).isEmpty()
                    ? endUnrecorded(row.get(), done, time)
                    : endRecorded(row.get(), done, time);
            if (outcome.isPresent()) {
                return outcome.get();
            }
            row = open(account, workerId);
        }
        return new Done(done.steps, Optional.empty());
    }

    private Optional<WorkerRow> open(AccountId account, String workerId) {
        return context.registry()
                .find(account)
                .filter(found ->
                        found.workerId().equals(workerId) && found.state().isOpen());
    }

    /** Done so far by one ladder. */
    private static final class Actions {
        private final List<String> steps = new ArrayList<>();
        private boolean termed;
        /** The group that has had its TERM, 0 for none. */
        private long group;

        private boolean swept;
        private int kills;
        /** Found in the worker's session while the worker was still there. */
        private List<Marked> seen = List.of();

        void sent(String signal, Set<Long> descendants) {
            if (!descendants.isEmpty()) {
                steps.add(signal + " sent to " + descendants.size()
                        + (descendants.size() == 1 ? " descendant" : " descendants"));
            }
        }
    }

    /** Until when one ladder waits: for ends after TERM, and for the lock. */
    private static final class TimeLeft {
        private long graceUntil;
        private int lookedAtLock;
        private long lockUntil;
    }

    private Optional<Outcome> endRecorded(WorkerRow row, Actions done, TimeLeft time) {
        Judgement judgement = context.judge().judgeToEnd(row);
        if (judgement instanceof Judgement.Dead dead) {
            return file(row, ends.ending(row, dead, done.steps), done);
        } else if (judgement instanceof Judgement.Draining draining) {
            return drain(row, draining.left(), draining.evidence(), done, time);
        } else if (judgement instanceof Judgement.Alive alive) {
            return alive.reachable()
                    ? signal(row, Detail.identityOf(row).orElseThrow(), done, time)
                    : Optional.of(new Stuck(RefusalReason.OTHER_NAMESPACE, alive.evidence()));
        }
        Judgement.Doubt doubt = (Judgement.Doubt) judgement;
        if (doubt.reason().equals(RefusalReason.OTHER_NAMESPACE) && isFree(row)) {
            String evidence =
                    doubt.evidence() + ", its lock is free and no process here carries its id; a person stopped it";
            Judgement.Dead dead = new Judgement.Dead(evidence, OptionalInt.empty(), false);
            return file(row, ends.ending(row, dead, done.steps), done);
        }
        return doubt(row, doubt.reason(), doubt.evidence(), done, time);
    }

    /** Step 8; empty to look again. */
    private Optional<Outcome> file(WorkerRow row, Ending ending, Actions done) {
        return ends.file(row, ending).map(report -> new Done(done.steps, Optional.of(report)));
    }

    /** A process in doubt to others may have been seen by this ladder while the worker was there. */
    private Optional<Outcome> doubt(WorkerRow row, RefusalReason reason, String evidence, Actions done, TimeLeft time) {
        List<Marked> left = done.seen.isEmpty()
                ? List.of()
                : context.local().descendants().of(row, done.seen).ours();
        return left.isEmpty() ? Optional.of(new Stuck(reason, evidence)) : drain(row, left, evidence, done, time);
    }

    private boolean isFree(WorkerRow row) {
        AccountLocks.State lock = context.local().locks().state(row.account());
        return (lock == AccountLocks.State.FREE || lock == AccountLocks.State.ABSENT)
                && row.desired() == Desired.STOPPED
                && context.local().descendants().of(row, List.of()).isEmpty();
    }

    /** Step 1. */
    private Optional<Outcome> endUnrecorded(WorkerRow row, Actions done, TimeLeft time) {
        LaunchSettlement.Settled settled = settlement.settle(row);
        if (settled instanceof LaunchSettlement.Over over) {
            return file(row, ends.ending(row, over, done.steps), done);
        } else if (settled instanceof LaunchSettlement.Found found) {
            return signal(row, found.identity(), done, time);
        }
        LaunchSettlement.Pending pending = (LaunchSettlement.Pending) settled;
        return pending.reason().equals(RefusalReason.PROCESS_IN_DOUBT)
                ? doubt(row, pending.reason(), pending.evidence(), done, time)
                : drain(row, pending.left(), pending.evidence(), done, time);
    }

    /** Steps 2, 3 and 5; empty to look again. */
    private Optional<Outcome> signal(WorkerRow row, ProcessIdentity worker, Actions done, TimeLeft time) {
        if (!done.termed && !term(row, worker, done, time)) {
            return Optional.empty();
        }
        if (signals.awaitDeath(worker, row.workerId(), time.graceUntil)) {
            return Optional.empty();
        }
        if (Thread.currentThread().isInterrupted()) {
            return Optional.of(interrupted("pid " + worker.pid()));
        }
        if (done.kills++ > 1) {
            return Optional.of(new Stuck(
                    RefusalReason.STOP_UNFINISHED,
                    context.local().processes().probe(worker, row.workerId()).evidence() + " after KILL"));
        }
        context.reached("kill");
        signals.send(worker, "KILL", done.steps);
        context.reached("killed");
        signals.awaitDeath(worker, row.workerId(), context.nanos() + AFTER_KILL.toNanos());
        return Optional.empty();
    }

    /** Steps 2 and 3; false if the row has changed meanwhile. */
    private boolean term(WorkerRow row, ProcessIdentity worker, Actions done, TimeLeft time) {
        boolean first = Detail.of(row).termedAt().isEmpty();
        WorkerRow terming = first ? RowChanges.terming(row, context.now()) : row;
        if (first) {
            context.reached("terming");
            if (!context.registry().update(Optional.of(row), terming)) {
                return false;
            }
        }
        done.termed = true;
        done.seen = context.local().descendants().besides(row, worker);
        context.reached("term");
        Launcher.SignalAnswer answer = signals.send(worker, "TERM", done.steps);
        context.reached("termed");
        done.group = answer == Launcher.SignalAnswer.SENT ? worker.pid() : 0;
        time.graceUntil = context.nanos() + Detail.of(row).stopGrace().toNanos();
        if (first && answer == Launcher.SignalAnswer.GONE) {
            // If another host has changed the row since, the end stays probably its doing.
            return context.registry().update(Optional.of(terming), RowChanges.notTermed(terming));
        }
        return true;
    }

    /** Steps 4, 6 and 7; empty to look again. */
    private Optional<Outcome> drain(WorkerRow row, List<Marked> left, String evidence, Actions done, TimeLeft time) {
        if (left.isEmpty()) {
            return awaitLock(evidence, time);
        }
        if (!done.swept) {
            done.swept = true;
            termLeft(row, left, done, time);
        }
        boolean ended = signals.awaitEnd(left, time.graceUntil);
        if (Thread.currentThread().isInterrupted()) {
            return Optional.of(interrupted(evidence));
        }
        return ended ? Optional.empty() : sweep(row, left, done);
    }

    /** Step 4, for those that the signal to the worker's group has not reached. */
    private void termLeft(WorkerRow row, List<Marked> left, Actions done, TimeLeft time) {
        List<Marked> others = left.stream()
                .filter(process -> process.stat().group() != done.group)
                .toList();
        if (!others.isEmpty()) {
            Set<Long> sent = leftovers.term(row, others);
            time.graceUntil = context.nanos() + Detail.of(row).stopGrace().toNanos();
            done.sent("TERM", sent);
        }
    }

    /** Step 6. */
    private Optional<Outcome> sweep(WorkerRow row, List<Marked> found, Actions done) {
        LeftoverSweep.Swept swept = leftovers.sweep(row, found, done.seen);
        done.seen = swept.seen();
        done.sent("KILL", swept.killed());
        if (Thread.currentThread().isInterrupted()) {
            return Optional.of(interrupted(UnregisteredWorkers.pids(found)));
        }
        return swept.left().isEmpty()
                ? Optional.empty()
                : Optional.of(new Stuck(
                        RefusalReason.STOP_UNFINISHED,
                        UnregisteredWorkers.pids(swept.left()) + " of worker " + row.workerId() + " still live"));
    }

    /** Step 7: the launcher is about to let go of the lock, or somebody holds it who is not known to be of the worker. */
    private Optional<Outcome> awaitLock(String evidence, TimeLeft time) {
        if (time.lookedAtLock++ == 0) {
            time.lockUntil = context.nanos() + AFTER_KILL.toNanos();
        } else if (context.nanos() - time.lockUntil > 0) {
            return Optional.of(new Stuck(RefusalReason.LOCK_HELD, evidence));
        }
        context.timing().pause(time.lookedAtLock < 5 ? Duration.ofMillis(2) : Signals.LONGEST_POLL);
        return Thread.currentThread().isInterrupted() ? Optional.of(interrupted(evidence)) : Optional.empty();
    }

    static Stuck interrupted(String what) {
        return new Stuck(RefusalReason.STOP_UNFINISHED, "the wait was interrupted: " + what);
    }
}
