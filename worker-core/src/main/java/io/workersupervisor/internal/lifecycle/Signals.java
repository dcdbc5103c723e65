package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.internal.launch.Launcher.Scope;
import io.workersupervisor.internal.launch.Launcher.SignalAnswer;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Signals to processes, and the wait until they have vanished. Start ticks are compared right before each signal, in the
 * process that sends it; where the system has none (not Linux), the number alone is signalled, a moment after the process
 * was looked at. The launch path sends, since a group is signalled as a whole there; where it cannot, as on a host that can
 * run no program any more, this process signals each member of the group by itself.
 */
record Signals(ProtocolContext context) {
    private static final String FOR_WORKER = " sent to the group of pid ";

    static final Duration LONGEST_POLL = Duration.ofMillis(50);

    /** Time for a sweep: processes that fork without end may need several rounds. */
    private static final Duration SWEEP = Duration.ofSeconds(10);

    /** Longer than a process takes to vanish after KILL: a search then finds new ones only. */
    private static final Duration DYING = Duration.ofMillis(500);

    /** Signals the process group of a worker; adds to the steps in words. */
    SignalAnswer send(ProcessIdentity worker, String signal, List<String> steps) {
        SignalAnswer answer = send(worker, signal, Scope.GROUP);
        if (answer instanceof SignalAnswer.Sent) {
            steps.add(signal + FOR_WORKER + worker.pid());
        }
        return answer;
    }

    /**
     * Signals the groups of those that lead one, and all that are in none of these; the failure in words, if there was one.
     */
    Optional<String> sendAll(List<Marked> processes, String signal, List<String> steps) {
        List<Long> groups = processes.stream()
                .filter(Marked::leads)
                .map(process -> process.stat().pid())
                .toList();
        return processes.stream()
                .filter(process ->
                        process.leads() || !groups.contains(process.stat().group()))
                .flatMap(process -> {
                    ProcessIdentity identity = context.local().identity(process);
                    return failure(signal, identity.pid(), send(identity, signal, steps)).stream();
                })
                .reduce((one, other) -> one + "; " + other);
    }

    /** The words for a signal that was not sent. */
    static Optional<String> failure(String signal, long pid, SignalAnswer answer) {
        return answer instanceof SignalAnswer.NotSent not
                ? Optional.of(signal + " could not be sent to pid " + pid + ": " + not.error())
                : Optional.empty();
    }

    /** Signals one process, or its group, if it is still the one that was seen. */
    SignalAnswer send(Marked process, String signal, Scope scope) {
        return send(context.local().identity(process), signal, scope);
    }

    /** By the launch path; where that cannot, by this process itself, which needs no program. */
    SignalAnswer send(ProcessIdentity process, String signal, Scope scope) {
        SignalAnswer answer = context.launcher().signal(process, signal, scope);
        if (!(answer instanceof SignalAnswer.NotSent not)) {
            return answer;
        }
        LocalEvidence local = context.local();
        if (local.processes().probe(process).kind() == ProcessProbe.Kind.DEAD) {
            return new SignalAnswer.Gone();
        }
        Optional<ProcFs.Stat> own =
                local.proc().stat(process.pid()).filter(stat -> stat.startTicks() == process.startTicks());
        boolean group = scope == Scope.ITS_GROUP
                || (scope == Scope.GROUP
                        && own.filter(stat -> stat.group() == stat.pid()).isPresent());
        long sent = own.stream()
                .flatMap(stat -> group
                        ? local.proc().table().stream().filter(other -> other.group() == stat.group())
                        : Stream.of(stat))
                .filter(stat -> sendByHandle(stat, signal))
                .count();
        if (sent == 0) {
            return answer;
        }
        context.events()
                .troubleOnce(
                        Optional.empty(), "this host signals by itself, as its launch path cannot: " + not.error());
        return new SignalAnswer.Sent();
    }

    /** The handle knows its process's start, which is compared with the tick here and again by the handle as it sends. */
    private boolean sendByHandle(ProcFs.Stat receiver, String signal) {
        return ProcessHandle.of(receiver.pid())
                .filter(handle -> !handle.equals(ProcessHandle.current()))
                .filter(handle -> context.local()
                        .proc()
                        .stat(receiver.pid())
                        .filter(now -> now.startTicks() == receiver.startTicks())
                        .isPresent())
                .filter(handle -> switch (signal) {
                    case "TERM" -> handle.destroy();
                    case "KILL" -> handle.destroyForcibly();
                    default -> false;
                })
                .isPresent();
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
}
