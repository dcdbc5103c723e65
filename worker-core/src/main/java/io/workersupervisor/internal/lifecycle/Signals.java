package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Signals to processes, and the wait until they have vanished. Start ticks are compared right before each signal, in the
 * process that sends it; where the system has none (not Linux), the number alone is signalled, a moment after the process
 * was looked at.
 */
record Signals(ProtocolContext context) {
    private static final String FOR_WORKER = " sent to the group of pid ";

    static final Duration LONGEST_POLL = Duration.ofMillis(50);

    /** Signals the process group of a worker; adds to the steps in words. */
    Launcher.SignalAnswer send(ProcessIdentity worker, String signal, List<String> steps) {
        Launcher.SignalAnswer answer = context.launcher().signal(worker, signal, Launcher.Scope.GROUP);
        if (answer == Launcher.SignalAnswer.SENT) {
            steps.add(signal + FOR_WORKER + worker.pid());
        } else if (answer == Launcher.SignalAnswer.FAILED) {
            steps.add(signal + " could not be sent to pid " + worker.pid());
        }
        return answer;
    }

    /** Signals the groups of those that lead one, and all that are in none of these. */
    void sendAll(List<Marked> processes, String signal, List<String> steps) {
        List<Long> groups = processes.stream()
                .filter(Marked::leads)
                .map(process -> process.stat().pid())
                .toList();
        processes.stream()
                .filter(process ->
                        process.leads() || !groups.contains(process.stat().group()))
                .forEach(process -> send(identity(process), signal, steps));
    }

    /** Signals one process, or its group, if it is still the one that was seen; true if it was there. */
    boolean send(Marked process, String signal, Launcher.Scope scope) {
        return context.launcher().signal(identity(process), signal, scope) == Launcher.SignalAnswer.SENT;
    }

    /** Ends one process, if it is still the one that was seen. */
    boolean kill(Marked process) {
        return send(process, "KILL", Launcher.Scope.PROCESS);
    }

    /** True if a step was a signal to the worker, and not to its descendants. */
    static boolean isForWorker(String step) {
        return step.contains(FOR_WORKER);
    }

    /** False if the time is over, or the thread interrupted, before the worker has ended. */
    boolean awaitDeath(ProcessIdentity worker, String workerId, long deadline) {
        return await(() -> context.local().processes().probe(worker, workerId).runs(), deadline);
    }

    /** False if the time is over, or the thread interrupted, before all of these have ended. */
    boolean awaitEnd(List<Marked> processes, long deadline) {
        LocalEvidence local = context.local();
        return await(() -> processes.stream().anyMatch(process -> local.lives(process)), deadline);
    }

    /** False if the time is over, or the thread interrupted, before everything has ended. */
    boolean await(BooleanSupplier runs, long deadline) {
        Duration poll = Duration.ofMillis(1);
        while (runs.getAsBoolean()) {
            long left = deadline - context.nanos();
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            context.timing()
                    .pause(poll.toNanos() < left ? poll : Duration.ofNanos(left).plusMillis(1));
            poll = poll.multipliedBy(2).compareTo(LONGEST_POLL) < 0 ? poll.multipliedBy(2) : LONGEST_POLL;
        }
        return true;
    }

    /** True if the process of such a mark runs, although it may have cleared its environment. */
    boolean runs(Marked process) {
        return context.local()
                .processes()
                .probe(identity(process), process.workerId())
                .runs();
    }

    private ProcessIdentity identity(Marked process) {
        return context.local().identity(process);
    }
}
