package io.workersupervisor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
 *   <li>The end is filed and the row closed ({@link EndOfWorker}).
 * </ol>
 *
 * A worker that ended by itself and left descendants behind is taken up at the fourth rung. Start ticks are compared right
 * before each signal, in the process that sends it; where the system has none (not Linux), the number alone is signalled,
 * a moment after the process was looked at. A ladder belongs to one worker id and is over when the row has moved on or is
 * closed, whoever did that. A crash on any rung leaves a row that is STOPPING, which reconcile resumes.
 */
final class StopLadder {
    /** How long a worker may take to vanish after KILL, and a lock to be let go. */
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);

    /** How long leftovers are swept: those that fork without end may need several rounds. */
    private static final Duration SWEEP = Duration.ofSeconds(10);

    /** Longer than a process takes to vanish after KILL: a search then finds new ones only. */
    private static final Duration DYING = Duration.ofMillis(500);

    private static final String FOR_WORKER = " sent to the group of pid ";

    private static final Duration LONGEST_POLL = Duration.ofMillis(50);

    private final Context context;
    private final Settlement settlement;
    private final EndOfWorker end;
    private final Descendants descendants;

    StopLadder(Context context, Settlement settlement, EndOfWorker end) {
        this.context = context;
        this.settlement = settlement;
        this.end = end;
        this.descendants = new Descendants(context.local());
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
            Optional<Outcome> outcome = row.get().identity().isEmpty()
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
                    ? signal(row, row.identity().orElseThrow(), rungs, rounds)
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
        Settlement.Settled settled = settlement.settle(row);
        if (settled instanceof Settlement.Over over) {
            return end.bury(row, end.ending(row, over, rungs)).map(report -> new Done(rungs, Optional.of(report)));
        } else if (settled instanceof Settlement.Found found) {
            return signal(row, found.identity(), rungs, rounds);
        }
        Settlement.Pending pending = (Settlement.Pending) settled;
        return pending.reason().equals(RefusalReason.PROCESS_IN_DOUBT)
                ? doubt(row, pending.reason(), pending.evidence(), rungs, rounds)
                : drain(row, pending.left(), pending.evidence(), rungs, rounds);
    }

    /** Rungs 2, 3 and 5; empty to look again. */
    private Optional<Outcome> signal(WorkerRow row, ProcessIdentity worker, List<String> rungs, Rounds rounds) {
        if (!rounds.termed && !term(row, worker, rungs, rounds)) {
            return Optional.empty();
        }
        if (awaitDeath(worker, row.workerId(), rounds.graceUntil)) {
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
        send(worker, "KILL", rungs);
        context.steps().reached("killed");
        awaitDeath(worker, row.workerId(), context.timing().nanos() + AFTER_KILL.toNanos());
        return Optional.empty();
    }

    /** Rungs 2 and 3; false if the row has changed meanwhile. */
    private boolean term(WorkerRow row, ProcessIdentity worker, List<String> rungs, Rounds rounds) {
        boolean first = row.detail().termedAt().isEmpty();
        WorkerRow terming = first ? row.terming(context.timing().now()) : row;
        if (first) {
            context.steps().reached("terming");
            if (!context.registry().update(Optional.of(row), terming)) {
                return false;
            }
        }
        rounds.termed = true;
        rounds.seen = descendants.besides(row, worker);
        context.steps().reached("term");
        Launcher.SignalAnswer answer = send(worker, "TERM", rungs);
        context.steps().reached("termed");
        rounds.group = answer == Launcher.SignalAnswer.SENT ? worker.pid() : 0;
        rounds.graceUntil = context.timing().nanos() + row.detail().stopGrace().toNanos();
        if (first && answer == Launcher.SignalAnswer.GONE) {
            // If another host has changed the row since, the end stays probably its doing.
            return context.registry().update(Optional.of(terming), terming.notTermed());
        }
        return true;
    }

    private Launcher.SignalAnswer send(ProcessIdentity worker, String signal, List<String> rungs) {
        Launcher.SignalAnswer answer = context.launcher().signal(worker, signal, Launcher.Scope.GROUP);
        if (answer == Launcher.SignalAnswer.SENT) {
            rungs.add(signal + FOR_WORKER + worker.pid());
        } else if (answer == Launcher.SignalAnswer.FAILED) {
            rungs.add(signal + " could not be sent to pid " + worker.pid());
        }
        return answer;
    }

    /** Whether a rung was a signal to the worker, and not to what it left behind. */
    static boolean isForWorker(String rung) {
        return rung.contains(FOR_WORKER);
    }

    private boolean awaitDeath(ProcessIdentity worker, String workerId, long deadline) {
        return await(() -> context.local().processes().probe(worker, workerId).runs(), deadline);
    }

    /** False if the time is over, or the thread interrupted, before everything has ended. */
    private boolean await(BooleanSupplier runs, long deadline) {
        Duration poll = Duration.ofMillis(1);
        while (runs.getAsBoolean()) {
            long left = deadline - context.timing().nanos();
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            context.timing()
                    .pause(poll.toNanos() < left ? poll : Duration.ofNanos(left).plusMillis(1));
            poll = poll.multipliedBy(2).compareTo(LONGEST_POLL) < 0 ? poll.multipliedBy(2) : LONGEST_POLL;
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
        boolean ended = await(() -> left.stream().anyMatch(this::isAlive), rounds.graceUntil);
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
            context.steps().reached("sweep");
            Set<Long> sent = signalLeft(row, untold, "TERM");
            rounds.graceUntil =
                    context.timing().nanos() + row.detail().stopGrace().toNanos();
            addRung(rungs, "TERM", sent);
        }
    }

    private static void addRung(List<String> rungs, String signal, Set<Long> sent) {
        if (!sent.isEmpty()) {
            rungs.add(signal + " sent to " + sent.size() + " left behind");
        }
    }

    private Optional<Outcome> sweep(
            WorkerRow row, List<EnvironmentSearch.Marked> found, List<String> rungs, Rounds rounds) {
        List<EnvironmentSearch.Marked> left = found;
        long deadline = context.timing().nanos() + SWEEP.toNanos();
        Set<Long> killed = new HashSet<>();
        while (!left.isEmpty()
                && context.timing().nanos() < deadline
                && !Thread.currentThread().isInterrupted()) {
            context.steps().reached("sweep");
            killed.addAll(signalLeft(row, left, "KILL"));
            List<EnvironmentSearch.Marked> dying = left;
            await(() -> dying.stream().anyMatch(this::isAlive), context.timing().nanos() + DYING.toNanos());
            rounds.seen = Stream.concat(rounds.seen.stream(), left.stream()).toList();
            left = descendants.of(row, rounds.seen).ours();
        }
        addRung(rungs, "KILL", killed);
        if (Thread.currentThread().isInterrupted()) {
            return Optional.of(interrupted(Unregistered.pids(found)));
        }
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(new Stuck(
                        RefusalReason.STOP_UNFINISHED,
                        Unregistered.pids(left) + " of worker " + row.workerId() + " still live"));
    }

    /** The launcher is about to let go of the lock, or somebody holds it who is not known to be of the worker. */
    private Optional<Outcome> awaitLock(String evidence, Rounds rounds) {
        if (rounds.waited++ == 0) {
            rounds.waitUntil = context.timing().nanos() + AFTER_KILL.toNanos();
        } else if (context.timing().nanos() - rounds.waitUntil > 0) {
            return Optional.of(new Stuck(RefusalReason.LOCK_HELD, evidence));
        }
        context.timing().pause(rounds.waited < 5 ? Duration.ofMillis(2) : LONGEST_POLL);
        return Thread.currentThread().isInterrupted() ? Optional.of(interrupted(evidence)) : Optional.empty();
    }

    /** Groups of the worker's own session get the signal as a whole. Returns who was meant and was there. */
    private Set<Long> signalLeft(WorkerRow row, List<EnvironmentSearch.Marked> left, String signal) {
        Set<Long> groups = new HashSet<>();
        Set<Long> sent = new HashSet<>();
        for (EnvironmentSearch.Marked process : left) {
            boolean inSession = descendants.isInSession(row, process);
            boolean had = inSession && groups.contains(process.stat().group());
            Launcher.Scope scope = inSession ? Launcher.Scope.ITS_GROUP : Launcher.Scope.PROCESS;
            if (had
                    || context.launcher().signal(settlement.identity(process), signal, scope)
                            == Launcher.SignalAnswer.SENT) {
                sent.add(process.stat().pid());
                if (inSession) {
                    groups.add(process.stat().group());
                }
            }
        }
        return sent;
    }

    private boolean isAlive(EnvironmentSearch.Marked marked) {
        return context.local()
                .proc()
                .stat(marked.stat().pid())
                .filter(stat -> stat.startTicks() == marked.stat().startTicks() && !stat.isDead())
                .isPresent();
    }

    private static Stuck interrupted(String what) {
        return new Stuck(RefusalReason.STOP_UNFINISHED, "the wait was interrupted: " + what);
    }

    /** Ends one process that carries the worker id, if it is still the one that was seen. */
    boolean kill(EnvironmentSearch.Marked marked) {
        return context.launcher().signal(settlement.identity(marked), "KILL", Launcher.Scope.PROCESS)
                == Launcher.SignalAnswer.SENT;
    }

    /** Ends workers that the registry does not know, by TERM, grace and KILL to each of their processes. */
    Outcome endUnregistered(WorkerRow asked, List<EnvironmentSearch.Marked> processes, Duration grace) {
        AccountId account = asked.account();
        List<String> rungs = new ArrayList<>();
        Set<Long> groups = processes.stream()
                .filter(EnvironmentSearch.Marked::leads)
                .map(process -> process.stat().pid())
                .collect(Collectors.toSet());
        processes.stream()
                .filter(process ->
                        process.leads() || !groups.contains(process.stat().group()))
                .forEach(process -> send(settlement.identity(process), "TERM", rungs));
        await(() -> processes.stream().anyMatch(this::isAlive), context.timing().nanos() + grace.toNanos());
        if (Thread.currentThread().isInterrupted()) {
            return interrupted(Unregistered.pids(processes));
        }
        List<EnvironmentSearch.Marked> left = stillLiving(processes);
        long last = context.timing().nanos() + SWEEP.toNanos();
        while (!left.isEmpty()
                && context.timing().nanos() < last
                && !Thread.currentThread().isInterrupted()) {
            left.stream().filter(this::kill).forEach(ended -> rungs.add("KILL sent to " + ended));
            left = stillLiving(processes);
        }
        if (!left.isEmpty()) {
            return new Stuck(
                    RefusalReason.STOP_UNFINISHED, Unregistered.pids(left) + " of account " + account + " still live");
        }
        if (asked.state().isOpen()) {
            // The lock may be that of the row's own worker, whose ladder is next.
            return new Done(rungs, Optional.empty());
        }
        // Their launchers write the exit record before they let go of the lock.
        boolean free = await(
                () -> context.local().locks().state(account) == AccountLocks.State.BUSY,
                context.timing().nanos() + AFTER_KILL.toNanos());
        return free
                ? new Done(rungs, Optional.empty())
                : new Stuck(
                        RefusalReason.LOCK_HELD,
                        Unregistered.pids(processes) + " has ended but the lock is still held by "
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
                .filter(process -> context.local()
                        .processes()
                        .probe(settlement.identity(process), process.workerId())
                        .runs())
                .filter(process -> left.stream()
                        .noneMatch(found -> found.stat().pid() == process.stat().pid()))
                .forEach(left::add);
        return left;
    }
}
