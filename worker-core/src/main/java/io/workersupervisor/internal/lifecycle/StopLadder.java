package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.Descendants;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch;
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
 * Ends one worker, rung by rung. The wish to stop is in the row before the ladder begins.
 *
 * <ol>
 *   <li>A row without a recorded process is settled first: the fence is raised, then lock and environments decide.
 *   <li>That the worker is about to be signalled is written into the row: without it, its end was its own.
 *   <li>TERM to the worker's process group; grace, for the worker and for every descendant in its group.
 *   <li>The worker is gone: TERM to the descendants that have had none; grace for them, too.
 *   <li>KILL to the worker's group when the grace is over.
 *   <li>KILL to every descendant ({@link Descendants}), by its group where that is of the worker's session, until none is
 *       found.
 *   <li>The lock is free.
 *   <li>The end is filed and the row closed ({@link EndFiling}).
 * </ol>
 *
 * A worker that ended by itself and left descendants behind is taken up at the fourth rung. A ladder belongs to one worker
 * id and is over when the row has moved on or is closed, whoever did that. A crash on any rung leaves a row that is STOPPING,
 * which reconcile resumes.
 */
public final class StopLadder {
    /** How long a worker may take to vanish after KILL, and a lock to be let go. */
    static final Duration AFTER_KILL = Duration.ofSeconds(5);

    private final ProtocolContext context;
    private final LaunchSettlement settlement;
    private final EndFiling end;
    private final Signals signals;
    private final Descendants descendants;
    private final LeftoverSweep leftovers;

    public StopLadder(ProtocolContext context, LaunchSettlement settlement, EndFiling end, Signals signals) {
        this.context = context;
        this.settlement = settlement;
        this.end = end;
        this.signals = signals;
        this.descendants = new Descendants(context.local());
        this.leftovers = new LeftoverSweep(context, signals, descendants);
    }

    /** Where a ladder ended. */
    sealed interface Outcome {}

    /**
     * The worker is gone and its row closed or replaced.
     *
     * @param rungs what was done
     * @param report of its end, where this ladder has seen it filed
     */
    record Done(List<String> rungs, Optional<StopReport> report) implements Outcome {}

    /**
     * Something stands against it.
     *
     * @param reason what
     * @param evidence in words
     */
    record Stuck(RefusalReason reason, String evidence) implements Outcome {}

    Outcome end(AccountId account, String workerId) {
        return end(account, workerId, open(account, workerId));
    }

    /** The worker of a row that was just read or written. */
    Outcome end(WorkerRow first) {
        return end(first.account(), first.workerId(), Optional.of(first));
    }

    private Outcome end(AccountId account, String workerId, Optional<WorkerRow> first) {
        List<String> rungs = new ArrayList<>();
        Rounds rounds = new Rounds();
        Optional<WorkerRow> row = first;
        while (row.isPresent()) {
            Optional<Outcome> outcome = Detail.identityOf(row.get()).isEmpty()
                    ? endUnrecorded(row.get(), rungs, rounds)
                    : endRecorded(row.get(), rungs, rounds);
            if (outcome.isPresent()) {
                return outcome.get();
            }
            row = open(account, workerId);
        }
        return new Done(rungs, Optional.empty());
    }

    private Optional<WorkerRow> open(AccountId account, String workerId) {
        return context.registry()
                .find(account)
                .filter(found ->
                        found.workerId().equals(workerId) && found.state().isOpen());
    }

    /** What one ladder has spent. */
    private static final class Rounds {
        private boolean termed;
        /** Which group has had its TERM, 0 for none. */
        private long group;

        private boolean swept;
        private long graceUntil;
        private int killed;
        private int waited;
        private long waitUntil;
        /** Found in the worker's session while the worker was still there. */
        private List<EnvironmentSearch.Marked> seen = List.of();
    }

    private Optional<Outcome> endRecorded(WorkerRow row, List<String> rungs, Rounds rounds) {
        Judgement judgement = context.judge().judgeToEnd(row);
        if (judgement instanceof Judgement.Dead dead) {
            return end.bury(row, end.ending(row, dead, rungs)).map(report -> new Done(rungs, Optional.of(report)));
        } else if (judgement instanceof Judgement.Draining draining) {
            return drain(row, draining.left(), draining.evidence(), rungs, rounds);
        } else if (judgement instanceof Judgement.Alive alive) {
            return alive.reachable()
                    ? signal(row, Detail.identityOf(row).orElseThrow(), rungs, rounds)
                    : Optional.of(new Stuck(RefusalReason.OTHER_NAMESPACE, alive.evidence()));
        }
        Judgement.Doubt doubt = (Judgement.Doubt) judgement;
        if (doubt.reason().equals(RefusalReason.OTHER_NAMESPACE) && isFree(row)) {
            String evidence =
                    doubt.evidence() + ", its lock is free and no process here carries its id; a person stopped it";
            return end.bury(row, end.ending(row, new Judgement.Dead(evidence, OptionalInt.empty(), false), rungs))
                    .map(report -> new Done(rungs, Optional.of(report)));
        }
        return doubt(row, doubt.reason(), doubt.evidence(), rungs, rounds);
    }

    /** What is in doubt to others may have been seen by this ladder while the worker was there. */
    private Optional<Outcome> doubt(
            WorkerRow row, RefusalReason reason, String evidence, List<String> rungs, Rounds rounds) {
        List<EnvironmentSearch.Marked> left = rounds.seen.isEmpty()
                ? List.of()
                : descendants.of(row, rounds.seen).ours();
        return left.isEmpty() ? Optional.of(new Stuck(reason, evidence)) : drain(row, left, evidence, rungs, rounds);
    }

    private boolean isFree(WorkerRow row) {
        AccountLocks.State lock = context.local().locks().state(row.account());
        return (lock == AccountLocks.State.FREE || lock == AccountLocks.State.ABSENT)
                && row.desired() == Desired.STOPPED
                && descendants.of(row, List.of()).isEmpty();
    }

    private Optional<Outcome> endUnrecorded(WorkerRow row, List<String> rungs, Rounds rounds) {
        LaunchSettlement.Settled settled = settlement.settle(row);
        if (settled instanceof LaunchSettlement.Over over) {
            return end.bury(row, end.ending(row, over, rungs)).map(report -> new Done(rungs, Optional.of(report)));
        } else if (settled instanceof LaunchSettlement.Found found) {
            return signal(row, found.identity(), rungs, rounds);
        }
        LaunchSettlement.Pending pending = (LaunchSettlement.Pending) settled;
        return pending.reason().equals(RefusalReason.PROCESS_IN_DOUBT)
                ? doubt(row, pending.reason(), pending.evidence(), rungs, rounds)
                : drain(row, pending.left(), pending.evidence(), rungs, rounds);
    }

    /** Rungs 2, 3 and 5; empty to look again. */
    private Optional<Outcome> signal(WorkerRow row, ProcessIdentity worker, List<String> rungs, Rounds rounds) {
        if (!rounds.termed && !term(row, worker, rungs, rounds)) {
            return Optional.empty();
        }
        if (signals.awaitDeath(worker, row.workerId(), rounds.graceUntil)) {
            return Optional.empty();
        }
        if (Thread.currentThread().isInterrupted()) {
            return Optional.of(interrupted("pid " + worker.pid()));
        }
        if (rounds.killed++ > 1) {
            return Optional.of(new Stuck(
                    RefusalReason.STOP_UNFINISHED,
                    context.local().processes().probe(worker, row.workerId()).evidence() + " after KILL"));
        }
        context.steps().reached("kill");
        signals.send(worker, "KILL", rungs);
        context.steps().reached("killed");
        signals.awaitDeath(worker, row.workerId(), context.timing().nanos() + AFTER_KILL.toNanos());
        return Optional.empty();
    }

    /** Rungs 2 and 3; false if the row has changed meanwhile. */
    private boolean term(WorkerRow row, ProcessIdentity worker, List<String> rungs, Rounds rounds) {
        boolean first = Detail.of(row).termedAt().isEmpty();
        WorkerRow terming = first ? RowChanges.terming(row, context.timing().now()) : row;
        if (first) {
            context.steps().reached("terming");
            if (!context.registry().update(Optional.of(row), terming)) {
                return false;
            }
        }
        rounds.termed = true;
        rounds.seen = descendants.besides(row, worker);
        context.steps().reached("term");
        Launcher.SignalAnswer answer = signals.send(worker, "TERM", rungs);
        context.steps().reached("termed");
        rounds.group = answer == Launcher.SignalAnswer.SENT ? worker.pid() : 0;
        rounds.graceUntil =
                context.timing().nanos() + Detail.of(row).stopGrace().toNanos();
        if (first && answer == Launcher.SignalAnswer.GONE) {
            // If another host has changed the row since, the end stays probably its doing.
            return context.registry().update(Optional.of(terming), RowChanges.notTermed(terming));
        }
        return true;
    }

    /** Rungs 4, 6 and 7; empty to look again. */
    private Optional<Outcome> drain(
            WorkerRow row, List<EnvironmentSearch.Marked> left, String evidence, List<String> rungs, Rounds rounds) {
        if (left.isEmpty()) {
            return awaitLock(evidence, rounds);
        }
        if (!rounds.swept) {
            rounds.swept = true;
            termLeft(row, left, rungs, rounds);
        }
        boolean ended = signals.awaitEnd(left, rounds.graceUntil);
        if (Thread.currentThread().isInterrupted()) {
            return Optional.of(interrupted(evidence));
        }
        return ended ? Optional.empty() : sweep(row, left, rungs, rounds);
    }

    /** To those that the signal to the worker's group has not reached. */
    private void termLeft(WorkerRow row, List<EnvironmentSearch.Marked> left, List<String> rungs, Rounds rounds) {
        List<EnvironmentSearch.Marked> untold = left.stream()
                .filter(process -> process.stat().group() != rounds.group)
                .toList();
        if (!untold.isEmpty()) {
            Set<Long> sent = leftovers.term(row, untold);
            rounds.graceUntil =
                    context.timing().nanos() + Detail.of(row).stopGrace().toNanos();
            addRung(rungs, "TERM", sent);
        }
    }

    private Optional<Outcome> sweep(
            WorkerRow row, List<EnvironmentSearch.Marked> found, List<String> rungs, Rounds rounds) {
        LeftoverSweep.Swept swept = leftovers.sweep(row, found, rounds.seen);
        rounds.seen = swept.seen();
        addRung(rungs, "KILL", swept.killed());
        if (Thread.currentThread().isInterrupted()) {
            return Optional.of(interrupted(UnregisteredWorkers.pids(found)));
        }
        return swept.left().isEmpty()
                ? Optional.empty()
                : Optional.of(new Stuck(
                        RefusalReason.STOP_UNFINISHED,
                        UnregisteredWorkers.pids(swept.left()) + " of worker " + row.workerId() + " still live"));
    }

    private static void addRung(List<String> rungs, String signal, Set<Long> sent) {
        if (!sent.isEmpty()) {
            rungs.add(signal + " sent to " + sent.size() + " left behind");
        }
    }

    /** The launcher is about to let go of the lock, or somebody holds it who is not known to be of the worker. */
    private Optional<Outcome> awaitLock(String evidence, Rounds rounds) {
        if (rounds.waited++ == 0) {
            rounds.waitUntil = context.timing().nanos() + AFTER_KILL.toNanos();
        } else if (context.timing().nanos() - rounds.waitUntil > 0) {
            return Optional.of(new Stuck(RefusalReason.LOCK_HELD, evidence));
        }
        context.timing().pause(rounds.waited < 5 ? Duration.ofMillis(2) : Signals.LONGEST_POLL);
        return Thread.currentThread().isInterrupted() ? Optional.of(interrupted(evidence)) : Optional.empty();
    }

    static Stuck interrupted(String what) {
        return new Stuck(RefusalReason.STOP_UNFINISHED, "the wait was interrupted: " + what);
    }
}
