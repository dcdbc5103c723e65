package io.workersupervisor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Ends one worker, rung by rung. The wish to stop is in the row before the ladder begins.
 *
 * <ol>
 *   <li>A row without a recorded process is settled first: the fence is raised, then lock and environments decide.
 *   <li>TERM to the worker's process group; grace.
 *   <li>KILL to the group.
 *   <li>KILL to every process that still carries the worker id, until none is found.
 *   <li>The lock is free.
 *   <li>The end is filed and the row closed ({@link EndOfWorker}).
 * </ol>
 *
 * Identity is verified right before each signal, in the process that sends it. A ladder belongs to one worker id and is
 * over when the row has moved on or is closed, whoever did that. A crash on any rung leaves a row that is STOPPING, which
 * reconcile resumes.
 */
final class StopLadder {
    /** How long a worker may take to vanish after KILL, and a lock to be let go. */
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);

    /** How long leftovers are swept: those that fork without end may need several rounds. */
    private static final Duration SWEEP = Duration.ofSeconds(10);

    private static final String FOR_WORKER = " sent to the group of pid ";

    private static final Duration LONGEST_POLL = Duration.ofMillis(50);

    private final Context context;
    private final Settlement settlement;
    private final EndOfWorker end;

    StopLadder(Context context, Settlement settlement, EndOfWorker end) {
        this.context = context;
        this.settlement = settlement;
        this.end = end;
    }

    /** Where a ladder ended. */
    sealed interface Outcome {}

    /**
     * The worker is gone and its row closed or replaced.
     *
     * @param rungs what was done
     */
    record Done(List<String> rungs) implements Outcome {}

    /**
     * Something stands against it.
     *
     * @param reason what
     * @param evidence in words
     */
    record Stuck(RefusalReason reason, String evidence) implements Outcome {}

    Outcome end(AccountId account, String workerId) {
        List<String> rungs = new ArrayList<>();
        Rounds rounds = new Rounds();
        while (true) {
            Optional<WorkerRow> row = context.registry()
                    .find(account)
                    .filter(found ->
                            found.workerId().equals(workerId) && found.state().isOpen());
            if (row.isEmpty()) {
                return new Done(rungs);
            }
            Optional<Outcome> outcome = row.get().identity().isEmpty()
                    ? endUnrecorded(row.get(), rungs, rounds)
                    : endRecorded(row.get(), rungs, rounds);
            if (outcome.isPresent()) {
                return outcome.get();
            }
        }
    }

    /** What one ladder has spent. */
    private static final class Rounds {
        private boolean termed;
        private int killed;
        private int waited;
        private long waitUntil;
    }

    private Optional<Outcome> endRecorded(WorkerRow row, List<String> rungs, Rounds rounds) {
        Judgement judgement = context.judge().judge(row);
        if (judgement instanceof Judgement.Dead dead) {
            return end.bury(row, end.ending(row, dead, rungs)).map(report -> new Done(rungs));
        } else if (judgement instanceof Judgement.Draining draining) {
            return sweep(row, draining.left(), draining.evidence(), rungs, rounds);
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
                    .map(report -> new Done(rungs));
        }
        return Optional.of(new Stuck(doubt.reason(), doubt.evidence()));
    }

    private boolean isFree(WorkerRow row) {
        AccountLocks.State lock = context.local().locks().state(row.account());
        return (lock == AccountLocks.State.FREE || lock == AccountLocks.State.ABSENT)
                && row.desired() == Desired.STOPPED
                && leftovers(row).isEmpty();
    }

    private Optional<Outcome> endUnrecorded(WorkerRow row, List<String> rungs, Rounds rounds) {
        Settlement.Settled settled = settlement.settle(row);
        if (settled instanceof Settlement.Over over) {
            return end.bury(row, end.ending(row, over, rungs)).map(report -> new Done(rungs));
        } else if (settled instanceof Settlement.Found found) {
            return signal(row, found.identity(), rungs, rounds);
        }
        Settlement.Pending pending = (Settlement.Pending) settled;
        return sweep(row, pending.left(), pending.evidence(), rungs, rounds);
    }

    /** Rungs 2 and 3; empty to look again. */
    private Optional<Outcome> signal(WorkerRow row, ProcessIdentity worker, List<String> rungs, Rounds rounds) {
        Duration grace = row.detail().stopGrace();
        if (!rounds.termed) {
            rounds.termed = true;
            context.steps().reached("term");
            send(worker, "TERM", rungs);
            context.steps().reached("termed");
            if (awaitDeath(worker, row.workerId(), grace)) {
                return Optional.empty();
            }
            if (Thread.currentThread().isInterrupted()) {
                return Optional.of(interrupted("pid " + worker.pid()));
            }
        }
        if (rounds.killed++ > 1) {
            return Optional.of(new Stuck(
                    RefusalReason.STOP_UNFINISHED,
                    context.local().processes().probe(worker, row.workerId()).evidence() + " after KILL"));
        }
        context.steps().reached("kill");
        send(worker, "KILL", rungs);
        context.steps().reached("killed");
        awaitDeath(worker, row.workerId(), AFTER_KILL);
        return Optional.empty();
    }

    private void send(ProcessIdentity worker, String signal, List<String> rungs) {
        Launcher.SignalAnswer answer = context.launcher().signal(worker, signal, Launcher.Scope.GROUP);
        if (answer == Launcher.SignalAnswer.SENT) {
            rungs.add(signal + FOR_WORKER + worker.pid());
        } else if (answer == Launcher.SignalAnswer.FAILED) {
            rungs.add(signal + " could not be sent to pid " + worker.pid());
        }
    }

    /** Whether a rung was a signal to the worker, and not to what it left behind. */
    static boolean isForWorker(String rung) {
        return rung.contains(FOR_WORKER);
    }

    private boolean awaitDeath(ProcessIdentity worker, String workerId, Duration patience) {
        long deadline = context.timing().nanos() + patience.toNanos();
        Duration poll = Duration.ofMillis(1);
        while (context.local().processes().probe(worker, workerId).runs()) {
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

    /** Rungs 4 and 5; empty to look again. */
    private Optional<Outcome> sweep(
            WorkerRow row, List<EnvironmentSearch.Marked> seen, String evidence, List<String> rungs, Rounds rounds) {
        List<EnvironmentSearch.Marked> left = seen;
        long deadline = context.timing().nanos() + SWEEP.toNanos();
        Set<Long> killed = new HashSet<>();
        while (!left.isEmpty()
                && context.timing().nanos() < deadline
                && !Thread.currentThread().isInterrupted()) {
            context.steps().reached("sweep");
            left.stream()
                    .filter(this::kill)
                    .forEach(process -> killed.add(process.stat().pid()));
            left = leftovers(row);
        }
        if (!killed.isEmpty()) {
            rungs.add("KILL sent to " + killed.size() + " left behind");
        }
        if (!left.isEmpty()) {
            return Optional.of(new Stuck(
                    RefusalReason.STOP_UNFINISHED,
                    Unregistered.pids(left) + " of worker " + row.workerId() + " still live"));
        }
        if (killed.isEmpty()) {
            // The launcher is about to let go of the lock, or somebody holds it who cannot be named.
            if (rounds.waited++ == 0) {
                rounds.waitUntil = context.timing().nanos() + AFTER_KILL.toNanos();
            } else if (context.timing().nanos() - rounds.waitUntil > 0) {
                return Optional.of(new Stuck(RefusalReason.LOCK_HELD, evidence));
            }
            context.timing().pause(rounds.waited < 5 ? Duration.ofMillis(2) : LONGEST_POLL);
        }
        return Thread.currentThread().isInterrupted() ? Optional.of(interrupted(evidence)) : Optional.empty();
    }

    private static Stuck interrupted(String what) {
        return new Stuck(RefusalReason.STOP_UNFINISHED, "the wait was interrupted: " + what);
    }

    private List<EnvironmentSearch.Marked> leftovers(WorkerRow row) {
        return context.local().search().ofWorker(row.workerId(), row.detail().bornAfter());
    }

    /** Ends one process that carries the worker id, if it is still the one that was seen. */
    boolean kill(EnvironmentSearch.Marked marked) {
        return context.launcher().signal(settlement.identity(marked), "KILL", Launcher.Scope.PROCESS)
                == Launcher.SignalAnswer.SENT;
    }

    /** Ends a worker that the registry does not know, by TERM, grace and KILL to each of its processes. */
    Outcome endUnregistered(AccountId account, List<EnvironmentSearch.Marked> processes, Duration grace) {
        List<String> rungs = new ArrayList<>();
        processes.forEach(process -> send(settlement.identity(process), "TERM", rungs));
        long deadline = context.timing().nanos() + grace.toNanos();
        for (EnvironmentSearch.Marked process : processes) {
            Duration left =
                    Duration.ofNanos(Math.max(0, deadline - context.timing().nanos()));
            awaitDeath(settlement.identity(process), process.workerId(), left);
        }
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
        // Their launchers write the exit record before they let go of the lock.
        while (context.local().locks().state(account) == AccountLocks.State.BUSY
                && context.timing().nanos() < last) {
            context.timing().pause(LONGEST_POLL);
        }
        return new Done(rungs);
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
