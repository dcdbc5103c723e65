package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.Descendants;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rungs 4 and 6 of {@link StopLadder}: ends what a worker has left behind. */
final class LeftoverSweep {
    /** How long leftovers are swept: those that fork without end may need several rounds. */
    static final Duration SWEEP = Duration.ofSeconds(10);

    /** Longer than a process takes to vanish after KILL: a search then finds new ones only. */
    private static final Duration DYING = Duration.ofMillis(500);

    private final ProtocolContext context;
    private final Signals signals;
    private final Descendants descendants;

    LeftoverSweep(ProtocolContext context, Signals signals, Descendants descendants) {
        this.context = context;
        this.signals = signals;
        this.descendants = descendants;
    }

    /** TERM to each; returns who was there. */
    Set<Long> term(WorkerRow row, List<EnvironmentSearch.Marked> left) {
        context.steps().reached("sweep");
        return signal(row, left, "TERM");
    }

    /**
     * What a sweep came to.
     *
     * @param killed who was ended
     * @param left who is found still, empty if nobody is
     * @param seen who was seen on the way
     */
    record Swept(Set<Long> killed, List<EnvironmentSearch.Marked> left, List<EnvironmentSearch.Marked> seen) {}

    /** KILL to all of them and to what they fork meanwhile, until nobody is found, or the time is over. */
    Swept sweep(WorkerRow row, List<EnvironmentSearch.Marked> found, List<EnvironmentSearch.Marked> seenBefore) {
        List<EnvironmentSearch.Marked> seen = seenBefore;
        List<EnvironmentSearch.Marked> left = found;
        long deadline = context.timing().nanos() + SWEEP.toNanos();
        Set<Long> killed = new HashSet<>();
        while (!left.isEmpty()
                && context.timing().nanos() < deadline
                && !Thread.currentThread().isInterrupted()) {
            context.steps().reached("sweep");
            killed.addAll(signal(row, left, "KILL"));
            signals.awaitEnd(left, context.timing().nanos() + DYING.toNanos());
            seen = Stream.concat(seen.stream(), left.stream()).toList();
            left = descendants.of(row, seen).ours();
        }
        return new Swept(killed, left, seen);
    }

    /** Groups of the worker's own session get the signal as a whole. Returns who was meant and was there. */
    private Set<Long> signal(WorkerRow row, List<EnvironmentSearch.Marked> left, String signal) {
        Set<Long> groups = new HashSet<>();
        Set<Long> sent = new HashSet<>();
        for (EnvironmentSearch.Marked process : left) {
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
