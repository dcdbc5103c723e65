package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Signals to processes, and the wait until they have vanished. Start ticks are compared right before each signal, in the
 * process that sends it; where the system has none (not Linux), the number alone is signalled, a moment after the process
 * was looked at.
 */
public final class Signals {
    private static final String FOR_WORKER = " sent to the group of pid ";

    static final Duration LONGEST_POLL = Duration.ofMillis(50);

    private final ProtocolContext context;
    private final LaunchSettlement settlement;

    public Signals(ProtocolContext context, LaunchSettlement settlement) {
        this.context = context;
        this.settlement = settlement;
    }

    /** To the process group of a worker; what was done is a rung. */
    Launcher.SignalAnswer send(ProcessIdentity worker, String signal, List<String> rungs) {
        Launcher.SignalAnswer answer = context.launcher().signal(worker, signal, Launcher.Scope.GROUP);
        if (answer == Launcher.SignalAnswer.SENT) {
            rungs.add(signal + FOR_WORKER + worker.pid());
        } else if (answer == Launcher.SignalAnswer.FAILED) {
            rungs.add(signal + " could not be sent to pid " + worker.pid());
        }
        return answer;
    }

    /** To the groups of those that lead one, and to what is in none of these. */
    void sendAll(List<EnvironmentSearch.Marked> processes, String signal, List<String> rungs) {
        List<Long> groups = processes.stream()
                .filter(EnvironmentSearch.Marked::leads)
                .map(process -> process.stat().pid())
                .toList();
        processes.stream()
                .filter(process ->
                        process.leads() || !groups.contains(process.stat().group()))
                .forEach(process -> send(settlement.identity(process), signal, rungs));
    }

    /** To one process, or to its group, if it is still the one that was seen; whether it was there. */
    boolean send(EnvironmentSearch.Marked process, String signal, Launcher.Scope scope) {
        return context.launcher().signal(settlement.identity(process), signal, scope) == Launcher.SignalAnswer.SENT;
    }

    /** Ends one process, if it is still the one that was seen. */
    boolean kill(EnvironmentSearch.Marked process) {
        return send(process, "KILL", Launcher.Scope.PROCESS);
    }

    /** Whether a rung was a signal to the worker, and not to what it left behind. */
    static boolean isForWorker(String rung) {
        return rung.contains(FOR_WORKER);
    }

    /** False if the time is over, or the thread interrupted, before the worker has ended. */
    boolean awaitDeath(ProcessIdentity worker, String workerId, long deadline) {
        return await(() -> context.local().processes().probe(worker, workerId).runs(), deadline);
    }

    /** The same of several processes. */
    boolean awaitEnd(List<EnvironmentSearch.Marked> processes, long deadline) {
        return await(() -> processes.stream().anyMatch(this::isAlive), deadline);
    }

    /** False if the time is over, or the thread interrupted, before everything has ended. */
    boolean await(BooleanSupplier runs, long deadline) {
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

    private boolean isAlive(EnvironmentSearch.Marked marked) {
        return context.local()
                .proc()
                .stat(marked.stat().pid())
                .filter(stat -> stat.startTicks() == marked.stat().startTicks() && !stat.isDead())
                .isPresent();
    }

    /** Whether the process of such a mark runs, although it may have cleared its environment. */
    boolean runs(EnvironmentSearch.Marked process) {
        return context.local()
                .processes()
                .probe(settlement.identity(process), process.workerId())
                .runs();
    }
}
