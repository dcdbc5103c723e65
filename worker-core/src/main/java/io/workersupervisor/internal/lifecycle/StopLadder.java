package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StopResult;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.Launcher.Scope;
import io.workersupervisor.internal.launch.Launcher.SignalAnswer;
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
import java.util.HashSet;
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
        Descendants descendants) {
    /** Longest time for a worker to vanish after KILL, and for its lock to be let go. */
    static final Duration AFTER_KILL = Duration.ofSeconds(5);

    /** Time for a launcher to record an end and let go of the lock, before others are looked for that may hold it. */
    private static final Duration LETTING_GO = Duration.ofMillis(15);

    /** Ends a worker whose row is read here. */
    StopResult end(AccountId account, String workerId) {
        return end(account, workerId, context.open(account, workerId));
    }

    /** Ends the worker of a row that was just read or written. */
    StopResult end(WorkerRow first) {
        return end(first.account(), first.workerId(), Optional.of(first));
    }

    private StopResult end(AccountId account, String workerId, Optional<WorkerRow> first) {
        Walk walk = new Walk();
        Optional<WorkerRow> row = first;
        while (row.isPresent()) {
            Optional<StopResult> result = step(row.get(), walk);
            if (result.isPresent()) {
                return result.get();
            }
            row = context.open(account, workerId);
        }
        return new StopResult.Stopped(account, workerId, walk.steps, ends.filed(account, workerId));
    }

    /** Done so far by one ladder, and until when it waits. */
    private static final class Walk {
        private final List<String> steps = new ArrayList<>();
        private boolean termed;
        /** The group that has had its TERM, 0 for none. */
        private long group;

        private boolean swept;
        private int kills;
        /** The last signal that was not sent, in words. */
        private Optional<String> unsent = Optional.empty();

        /** Until when the session is known to be the worker's: see {@link Descendants#of(WorkerRow, long)}. */
        private long aliveAt = Descendants.NEVER;

        private long graceUntil;
        private int lookedAtLock;
        private long lockUntil;

        void sent(String signal, Set<Long> left) {
            if (!left.isEmpty()) {
                steps.add(signal + " sent to " + left.size() + (left.size() == 1 ? " descendant" : " descendants"));
            }
        }
    }

    /** One look at the row and at what is left of its worker; empty to look again. */
    private Optional<StopResult> step(WorkerRow row, Walk walk) {
        long now = descendants.now();
        Judgement judgement = settlement.judge(row);
        if (judgement instanceof Judgement.Dead dead) {
            return file(row, dead, walk);
        } else if (judgement instanceof Judgement.Pending pending) {
            inSession(row, pending.left(), now, walk);
            return drain(row, pending, walk);
        } else if (judgement instanceof Judgement.Alive alive) {
            return alive.reachable()
                    ? signal(row, alive.process(), walk)
                    : refused(row, RefusalReason.OTHER_NAMESPACE, alive.evidence());
        }
        return doubt(row, (Judgement.Doubt) judgement, walk);
    }

    /** Step 8; empty to look again. */
    private Optional<StopResult> file(WorkerRow row, Judgement.Dead dead, Walk walk) {
        return ends.file(row, ends.ending(row, dead, walk.steps))
                .map(Optional::of)
                .map(report -> new StopResult.Stopped(row.account(), row.workerId(), walk.steps, report));
    }

    /** A process in doubt to others may have been seen by this ladder while the worker was there. */
    private Optional<StopResult> doubt(WorkerRow row, Judgement.Doubt doubt, Walk walk) {
        if (doubt.reason().equals(RefusalReason.OTHER_NAMESPACE) && isFree(row)) {
            String evidence =
                    doubt.evidence() + ", its lock is free and no process here carries its id; a person stopped it";
            return file(row, Judgement.Dead.of(evidence, OptionalInt.empty()), walk);
        }
        List<Marked> left = walk.aliveAt == Descendants.NEVER ? List.of() : left(row, walk);
        // A launcher needs a moment for the exit record, which counts where the lock cannot be tried.
        return left.isEmpty() && !doubt.reason().equals(RefusalReason.LOCK_UNREADABLE)
                ? refused(row, doubt.reason(), doubt.evidence())
                : drain(row, new Judgement.Pending(doubt.reason(), doubt.evidence(), left), walk);
    }

    private boolean isHeld(WorkerRow row) {
        return context.local().locks().state(row.account()) == AccountLocks.State.BUSY;
    }

    private boolean isFree(WorkerRow row) {
        AccountLocks.State lock = context.local().locks().state(row.account());
        return (lock == AccountLocks.State.FREE || lock == AccountLocks.State.ABSENT)
                && row.desired() == Desired.STOPPED
                && descendants.of(row).isEmpty();
    }

    /** Steps 2, 3 and 5; empty to look again. */
    private Optional<StopResult> signal(WorkerRow row, ProcessIdentity worker, Walk walk) {
        if (!walk.termed && !term(row, worker, walk)) {
            return unsent(row, walk);
        }
        if (signals.awaitDeath(worker, row.workerId(), walk.graceUntil)) {
            // Its launcher, which is about to let go of the lock, is waited for before anybody else is looked for.
            signals.await(() -> isHeld(row), context.nanos() + LETTING_GO.toNanos());
            return Optional.empty();
        }
        if (Thread.currentThread().isInterrupted()) {
            return interrupted(row, "pid " + worker.pid());
        }
        if (walk.kills++ > 1) {
            return refused(
                    row,
                    RefusalReason.STOP_UNFINISHED,
                    context.local().processes().probe(worker, row.workerId()).evidence() + " after KILL");
        }
        context.reached("kill");
        walk.unsent = Signals.failure("KILL", worker.pid(), signals.send(worker, "KILL", walk.steps));
        context.reached("killed");
        if (walk.unsent.isEmpty()) {
            signals.awaitDeath(worker, row.workerId(), context.nanos() + AFTER_KILL.toNanos());
        }
        return unsent(row, walk);
    }

    /** A signal that was not sent is told at once: there is nothing to wait for. */
    private static Optional<StopResult> unsent(WorkerRow row, Walk walk) {
        return walk.unsent.flatMap(why -> refused(row, RefusalReason.STOP_UNFINISHED, why));
    }

    /** Steps 2 and 3; false if the row has changed meanwhile, or nothing was sent. */
    private boolean term(WorkerRow row, ProcessIdentity worker, Walk walk) {
        boolean first = Detail.of(row).termedAt().isEmpty();
        WorkerRow terming = first ? RowChanges.terming(row, context.now()) : row;
        if (first) {
            context.reached("terming");
            if (!context.registry().update(Optional.of(row), terming)) {
                return false;
            }
        }
        walk.termed = true;
        long now = descendants.now();
        if (context.local().runs(worker, row.workerId())) {
            walk.aliveAt = now;
        }
        context.reached("term");
        SignalAnswer answer = signals.send(worker, "TERM", walk.steps);
        context.reached("termed");
        walk.unsent = Signals.failure("TERM", worker.pid(), answer);
        boolean sent = answer instanceof SignalAnswer.Sent;
        walk.group = sent ? worker.pid() : 0;
        walk.graceUntil = context.nanos() + Detail.of(row).stopGrace().toNanos();
        // If another host has changed the row since, the end stays probably its doing.
        boolean unchanged =
                sent || !first || context.registry().update(Optional.of(terming), RowChanges.notTermed(terming));
        return unchanged && walk.unsent.isEmpty();
    }

    /** Steps 4, 6 and 7; empty to look again. */
    private Optional<StopResult> drain(WorkerRow row, Judgement.Pending pending, Walk walk) {
        List<Marked> left = pending.left();
        if (left.isEmpty()) {
            return awaitLock(row, pending, walk);
        }
        if (!walk.swept) {
            walk.swept = true;
            termLeft(row, left, walk);
        }
        if (walk.unsent.isPresent()) {
            return unsent(row, walk);
        }
        boolean ended = signals.awaitEnd(left, walk.graceUntil);
        if (Thread.currentThread().isInterrupted()) {
            return interrupted(row, pending.evidence());
        }
        return ended ? Optional.empty() : sweep(row, left, walk);
    }

    /** Step 4, for those that the signal to the worker's group has not reached. */
    private void termLeft(WorkerRow row, List<Marked> left, Walk walk) {
        List<Marked> others = left.stream()
                .filter(process -> process.stat().group() != walk.group)
                .toList();
        if (!others.isEmpty()) {
            Set<Long> sent = signalLeft(row, others, "TERM", walk);
            walk.graceUntil = context.nanos() + Detail.of(row).stopGrace().toNanos();
            walk.sent("TERM", sent);
        }
    }

    /** Step 6: KILL to all of them and to their new children, until nobody is found, or the time is over. */
    private Optional<StopResult> sweep(WorkerRow row, List<Marked> found, Walk walk) {
        Set<Long> killed = new HashSet<>();
        walk.unsent = Optional.empty();
        List<Marked> left =
                signals.sweep(found, now -> killed.addAll(signalLeft(row, now, "KILL", walk)), now -> left(row, walk));
        walk.sent("KILL", killed);
        if (Thread.currentThread().isInterrupted()) {
            return interrupted(row, UnregisteredWorkers.pids(found));
        }
        if (left.isEmpty()) {
            // A signal that failed was not needed.
            walk.unsent = Optional.empty();
            return Optional.empty();
        }
        String living = UnregisteredWorkers.pids(left) + " of worker " + row.workerId() + " still live";
        return unsent(row, walk).or(() -> refused(row, RefusalReason.STOP_UNFINISHED, living));
    }

    /** Finds the descendants that this ladder knows as such. */
    private List<Marked> left(WorkerRow row, Walk walk) {
        long now = descendants.now();
        List<Marked> left = descendants.of(row, walk.aliveAt).ours();
        inSession(row, left, now, walk);
        return left;
    }

    /** A living descendant in the worker's session keeps its number from others. */
    private void inSession(WorkerRow row, List<Marked> living, long now, Walk walk) {
        if (living.stream().anyMatch(process -> descendants.isInSession(row, process))) {
            walk.aliveAt = now;
        }
    }

    /** Signals groups of the worker's own session as a whole. Returns who was meant and was there. */
    private Set<Long> signalLeft(WorkerRow row, List<Marked> left, String signal, Walk walk) {
        context.reached("sweep");
        Set<Long> groups = new HashSet<>();
        Set<Long> sent = new HashSet<>();
        for (Marked process : left) {
            boolean inSession = descendants.isInSession(row, process);
            boolean had = inSession && groups.contains(process.stat().group());
            SignalAnswer answer = had
                    ? new SignalAnswer.Sent()
                    : signals.send(process, signal, inSession ? Scope.ITS_GROUP : Scope.PROCESS);
            walk.unsent = Signals.failure(signal, process.stat().pid(), answer).or(() -> walk.unsent);
            if (answer instanceof SignalAnswer.Sent) {
                sent.add(process.stat().pid());
                if (inSession) {
                    groups.add(process.stat().group());
                }
            }
        }
        return sent;
    }

    /** Step 7: the launcher is about to let go of the lock, or somebody holds it who is not known to be of the worker. */
    private Optional<StopResult> awaitLock(WorkerRow row, Judgement.Pending pending, Walk walk) {
        if (walk.lookedAtLock++ == 0) {
            walk.lockUntil = context.nanos() + AFTER_KILL.toNanos();
        } else if (context.nanos() - walk.lockUntil > 0) {
            return refused(row, pending.reason(), pending.evidence());
        }
        context.timing().pause(walk.lookedAtLock < 5 ? Duration.ofMillis(2) : Signals.LONGEST_POLL);
        return Thread.currentThread().isInterrupted() ? interrupted(row, pending.evidence()) : Optional.empty();
    }

    private static Optional<StopResult> interrupted(WorkerRow row, String what) {
        return refused(row, RefusalReason.STOP_UNFINISHED, "the wait was interrupted: " + what);
    }

    private static Optional<StopResult> refused(WorkerRow row, RefusalReason reason, String evidence) {
        return Optional.of(new StopResult.Refused(row.account(), reason, evidence));
    }
}
