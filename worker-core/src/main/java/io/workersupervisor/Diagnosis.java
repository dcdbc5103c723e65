package io.workersupervisor;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes the stop report of a worker from facts alone. Pure.
 *
 * <ol>
 *   <li>Nothing was run: START_FAILED.
 *   <li>The machine went down, and no exit was recorded: MACHINE_LOST.
 *   <li>A stop was asked for, and a ladder signalled the worker: STOPPED_ON_REQUEST; certain where that was this host's
 *       ladder, probable where the row says that one was about to, as the host that was is gone.
 *   <li>KILL that no host of ours sent, and an out-of-memory kill was counted meanwhile: OUT_OF_MEMORY.
 *   <li>Exit code 0: COMPLETED. A signal: KILLED_BY_SIGNAL, probable where a shell cannot tell it from a code.
 *   <li>Everything else: UNKNOWN, with the exit as far as it is known.
 * </ol>
 */
final class Diagnosis {
    private static final int KILL = 9;

    private Diagnosis() {}

    /** What the facts come to. */
    private record Verdict(StopReason reason, Confidence confidence, Initiator initiator, String advice) {}

    static StopReport report(WorkerRow row, Ending ending) {
        Verdict verdict = verdict(row, ending);
        List<String> evidence = new ArrayList<>();
        stopAsked(row).ifPresent(at -> evidence.add(row.detail().stopCause().words() + " at " + at));
        if (!ending.signalled()) {
            row.detail().termedAt().ifPresent(at -> evidence.add("a ladder was about to signal it at " + at));
        }
        evidence.addAll(ending.evidence());
        return new StopReport(
                row.account(),
                row.workerId(),
                row.epoch(),
                row.node(),
                row.userId(),
                row.specVersion(),
                row.startedAt(),
                ending.at(),
                ending.exit(),
                ending.usage(),
                verdict.initiator(),
                verdict.reason(),
                verdict.confidence(),
                evidence,
                verdict.advice());
    }

    /** The state of the row that such an end closes. */
    static WorkerState closedState(WorkerRow row, StopReport report) {
        return row.desired() == Desired.STOPPED
                        || report.reason() == StopReason.STOPPED_ON_REQUEST
                        || report.reason() == StopReason.COMPLETED
                ? WorkerState.STOPPED
                : WorkerState.FAILED;
    }

    private static Verdict verdict(WorkerRow row, Ending ending) {
        ExitStatus exit = ending.exit();
        if (exit instanceof ExitStatus.NeverRan) {
            return new Verdict(
                    StopReason.START_FAILED,
                    Confidence.CERTAIN,
                    Initiator.LIBRARY,
                    "No worker code was run; see the evidence for the step that failed.");
        }
        if (ending.otherBoot() && exit instanceof ExitStatus.Unknown) {
            return new Verdict(
                    StopReason.MACHINE_LOST,
                    Confidence.CERTAIN,
                    Initiator.KERNEL,
                    "The machine went down while the worker ran; start it again.");
        }
        boolean asked = stopAsked(row)
                .filter(at -> ending.signalled() || row.detail().termedAt().isPresent())
                .isPresent();
        if (asked) {
            return new Verdict(
                    StopReason.STOPPED_ON_REQUEST,
                    ending.signalled() ? Confidence.CERTAIN : Confidence.PROBABLE,
                    row.detail().stopCause().initiator(),
                    "Nothing to do; start it when it shall run again.");
        }
        return ending.outOfMemory() && isKilled(exit) ? outOfMemory() : ofExit(row, exit);
    }

    private static boolean isKilled(ExitStatus exit) {
        return exit instanceof ExitStatus.Signalled signalled && signalled.signal() == KILL;
    }

    /** The counter is that of a control group, or of the machine: another process may have been the one that was killed. */
    private static Verdict outOfMemory() {
        return new Verdict(
                StopReason.OUT_OF_MEMORY,
                Confidence.PROBABLE,
                Initiator.KERNEL,
                "The kernel killed it for want of memory: give it more, or run fewer workers on this machine.");
    }

    /** Leftovers are swept after the worker has ended by itself: that is no stop of the worker. */
    private static Optional<Instant> stopAsked(WorkerRow row) {
        return row.state() == WorkerState.STOPPING && row.detail().stopCause() != StopCause.LEFTOVERS
                ? row.detail().stopAskedAt()
                : Optional.empty();
    }

    private static Verdict ofExit(WorkerRow row, ExitStatus exit) {
        String log = row.detail()
                .log()
                .map(name -> "Look at the end of " + name + ".")
                .orElse("Look at its log.");
        if (exit instanceof ExitStatus.Exited exited && exited.code() == 0) {
            return new Verdict(
                    StopReason.COMPLETED,
                    Confidence.CERTAIN,
                    Initiator.WORKER,
                    "The worker ended by itself with success.");
        } else if (exit instanceof ExitStatus.Exited exited && (exited.code() == 126 || exited.code() == 127)) {
            return new Verdict(
                    StopReason.START_FAILED,
                    Confidence.PROBABLE,
                    Initiator.UNKNOWN,
                    "By convention the program, or one that it called, was not found or could not be run. " + log);
        } else if (exit instanceof ExitStatus.Exited) {
            return new Verdict(StopReason.UNKNOWN, Confidence.POSSIBLE, Initiator.WORKER, "It ended by itself. " + log);
        } else if (exit instanceof ExitStatus.Signalled signalled) {
            return killed(signalled.signal(), Confidence.CERTAIN, log);
        } else if (exit instanceof ExitStatus.ExitedOrSignalled either) {
            return killed(either.code() - 128, Confidence.PROBABLE, log);
        }
        return new Verdict(
                StopReason.UNKNOWN, Confidence.POSSIBLE, Initiator.UNKNOWN, "Nobody saw how it ended. " + log);
    }

    private static Verdict killed(int signal, Confidence confidence, String log) {
        boolean own = signal == 4 || signal == 6 || signal == 7 || signal == 8 || signal == 11;
        return new Verdict(
                StopReason.KILLED_BY_SIGNAL,
                confidence,
                own ? Initiator.WORKER : Initiator.UNKNOWN,
                own
                        ? String.format(Locale.ROOT, "The program crashed (signal %s). %s", SignalName.of(signal), log)
                        : "This library did not send it: see who did, and whether memory ran out. " + log);
    }
}
