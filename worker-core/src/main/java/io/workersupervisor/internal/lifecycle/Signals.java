package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Signals to processes, and the wait until they have vanished. Start ticks are compared right before each signal, in the
 * process that sends it; where the system has none (not Linux), the number alone is signalled, a moment after the process
 * was looked at.
 */
record Signals(ProtocolContext context) {
    private static final String FOR_WORKER = " sent to the group of pid ";

    static final Duration LONGEST_POLL = Duration.ofMillis(50);

    /** Time for a sweep: processes that fork without end may need several rounds. */
    private static final Duration SWEEP = Duration.ofSeconds(10);

    /** Longer than a process takes to vanish after KILL: a search then finds new ones only. */
    private static final Duration DYING = Duration.ofMillis(500);

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
        return await(() -> context.local().runs(worker, workerId), deadline);
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

    /** Kills all of these and those that are found again, until nobody is, or the time is over; returns who is left. */
    List<Marked> sweep(List<Marked> found, Consumer<List<Marked>> kill, UnaryOperator<List<Marked>> search) {
        List<Marked> left = found;
        long deadline = context.nanos() + SWEEP.toNanos();
        while (!left.isEmpty()
                && context.nanos() < deadline
                && !Thread.currentThread().isInterrupted()) {
            kill.accept(left);
            awaitEnd(left, context.nanos() + DYING.toNanos());
            left = search.apply(left);
        }
        return left;
    }

    private ProcessIdentity identity(Marked process) {
        return context.local().identity(process);
    }
}
