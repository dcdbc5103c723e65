package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.Descendants;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Steps 4 and 6 of {@link StopLadder}: ends the descendants of a worker. */
record LeftoverSweep(ProtocolContext context, Signals signals, Descendants descendants) {
    /** Time in which leftovers are swept: processes that fork without end may need several rounds. */
    static final Duration SWEEP = Duration.ofSeconds(10);

    /** Longer than a process takes to vanish after KILL: a search then finds new ones only. */
    private static final Duration DYING = Duration.ofMillis(500);

    /** Sends TERM to each; returns who was there. */
    Set<Long> term(WorkerRow row, List<Marked> left) {
        context.reached("sweep");
        return signal(row, left, "TERM");
    }

    /**
     * The outcome of a sweep.
     *
     * @param killed who was ended
     * @param left who is found still, empty if nobody is
     * @param seen who was seen on the way
     */
    record Swept(Set<Long> killed, List<Marked> left, List<Marked> seen) {}

    /** Sends KILL to all of them and to their new children, until nobody is found, or the time is over. */
    Swept sweep(WorkerRow row, List<Marked> found, List<Marked> seenBefore) {
        List<Marked> seen = seenBefore;
        List<Marked> left = found;
        long deadline = context.nanos() + SWEEP.toNanos();
        Set<Long> killed = new HashSet<>();
        while (!left.isEmpty()
                && context.nanos() < deadline
                && !Thread.currentThread().isInterrupted()) {
            context.reached("sweep");
            killed.addAll(signal(row, left, "KILL"));
            signals.awaitEnd(left, context.nanos() + DYING.toNanos());
            seen = Stream.concat(seen.stream(), left.stream()).toList();
            left = descendants.of(row, seen).ours();
        }
        return new Swept(killed, left, seen);
    }

    /** Signals groups of the worker's own session as a whole. Returns who was meant and was there. */
    private Set<Long> signal(WorkerRow row, List<Marked> left, String signal) {
        Set<Long> groups = new HashSet<>();
        Set<Long> sent = new HashSet<>();
        for (Marked process : left) {
            boolean inSession = descendants.isInSession(row, process);
            boolean had = inSession && groups.contains(process.stat().group());
            Launcher.Scope scope = inSession ? Launcher.Scope.ITS_GROUP : Launcher.Scope.PROCESS;
            if (had || signals.send(process, signal, scope)) {
                sent.add(process.stat().pid());
                if (inSession) {
                    groups.add(process.stat().group());
                }
            }
        }
        return sent;
    }
}
