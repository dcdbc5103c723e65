package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Initiator;
import io.workersupervisor.LogLevel;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.text.SignalName;
import io.workersupervisor.internal.text.Text;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Comes from facts to a reason. Pure, but that it asks for last words and log where it needs them.
 *
 * <ol>
 *   <li>Nothing was run: START_FAILED.
 *   <li>The machine went down, and no exit was recorded: MACHINE_LOST.
 *   <li>A stop of ours: STOPPED_ON_REQUEST.
 *   <li>KILL that no host of ours sent, and the kernel killed something for want of memory meanwhile: OUT_OF_MEMORY.
 *   <li>A signal: KILLED_BY_SIGNAL. Of a program that ended itself by one, the text of the crash can tell more.
 *   <li>The worker's last words.
 *   <li>Exit code 0: COMPLETED, unless the very end of the log says that the account cannot go on, which is POSSIBLE.
 *   <li>The end of the log, PROBABLE at best.
 *   <li>What exit codes mean by convention: 126 and 127, those of HUP, INT and TERM.
 *   <li>Else UNKNOWN, with what was looked at.
 * </ol>
 */
final class Verdicts {
    private static final int KILL = 9;

    /** ILL, ABRT, BUS, FPE, SEGV: the program's own doing. */
    private static final Set<Integer> CRASHES = Set.of(4, 6, 7, 8, 11);

    /** HUP, INT, TERM: programs that handle one of these give its number by their exit code. */
    private static final Set<Integer> POLITE = Set.of(1, 2, 15);

    /** What the end of a log says of an account although the exit was a success. */
    private static final Set<StopReason> OF_ACCOUNT = EnumSet.of(
            StopReason.SESSION_CONFLICT,
            StopReason.AUTHORIZATION_LOST,
            StopReason.ACCOUNT_BANNED,
            StopReason.LOGIN_REQUIRED,
            StopReason.FLOOD_WAIT);

    private Verdicts() {}

    static Verdict of(Facts facts) {
        ExitStatus exit = facts.exit();
        if (exit instanceof ExitStatus.NeverRan) {
            return Verdict.of(
                    StopReason.START_FAILED,
                    Confidence.CERTAIN,
                    Initiator.LIBRARY,
                    "No worker code was run; see the evidence for the step that failed.");
        }
        if (facts.otherBoot() && exit instanceof ExitStatus.Unknown) {
            return Verdict.of(
                    StopReason.MACHINE_LOST,
                    Confidence.CERTAIN,
                    Initiator.KERNEL,
                    "The machine went down while the worker ran; start it again.");
        }
        if (facts.asked().isPresent()) {
            return ownStop(facts.asked().get(), exit);
        }
        int signal = signal(exit);
        if (signal == KILL && facts.memory().isPresent()) {
            return heard(outOfMemory(facts.memory().get()), facts.words().get());
        } else if (signal > 0) {
            Optional<Verdict> told =
                    CRASHES.contains(signal) ? fromLog(facts, facts.log().get()) : Optional.empty();
            return heard(
                    told.orElseGet(() -> killed(facts, signal)), facts.words().get());
        }
        return ofCode(facts);
    }

    private static int signal(ExitStatus exit) {
        if (exit instanceof ExitStatus.Signalled signalled) {
            return signalled.signal();
        }
        return exit instanceof ExitStatus.ExitedOrSignalled either ? either.code() - 128 : 0;
    }

    private static Verdict ownStop(Facts.Asked asked, ExitStatus exit) {
        boolean isKilled = signal(exit) == KILL && asked.rung().contains("KILL");
        return Verdict.of(
                StopReason.STOPPED_ON_REQUEST,
                asked.confidence(),
                asked.initiator(),
                isKilled
                        ? "It did not end within its stop grace and was killed: let it handle TERM, or give it more time."
                        : "Nothing to do; start it when it shall run again.");
    }

    /** The counter is that of a control group, or of the machine: another process may have been the one that was killed. */
    private static Verdict outOfMemory(MemoryEvidence memory) {
        return Verdict.of(
                StopReason.OUT_OF_MEMORY,
                memory.isCertain() ? Confidence.CERTAIN : Confidence.PROBABLE,
                Initiator.KERNEL,
                "The kernel killed it for want of memory: give it more, or run fewer workers on this machine.");
    }

    private static Verdict ofCode(Facts facts) {
        ExitStatus exit = facts.exit();
        LastWords words = facts.words().get();
        if (words.reason().isPresent()) {
            return ofWords(words, words.reason().get());
        }
        LogReading log = facts.log().get();
        Optional<Verdict> told = fromLog(facts, log);
        if (exit instanceof ExitStatus.Exited exited && exited.code() == 0) {
            return heard(
                    told.filter(known -> OF_ACCOUNT.contains(known.reason()) && isError(log))
                            .map(known -> with(known, Confidence.POSSIBLE, "although it ended with success"))
                            .orElseGet(() -> Verdict.of(
                                    StopReason.COMPLETED,
                                    Confidence.CERTAIN,
                                    Initiator.WORKER,
                                    "The worker ended by itself with success.")),
                    words);
        }
        return heard(told.orElseGet(() -> byConvention(facts, log)), words);
    }

    private static boolean isError(LogReading log) {
        return log.evidence()
                .found()
                .filter(found -> found.level().compareTo(LogLevel.ERROR) >= 0)
                .isPresent();
    }

    private static Verdict ofWords(LastWords words, StopReason reason) {
        List<String> evidence = new ArrayList<>();
        evidence.add("the worker's last words: " + reason
                + (words.message().isEmpty() ? "" : ", " + Text.quoted(words.message())));
        return heard(
                new Verdict(
                        reason,
                        Confidence.CERTAIN,
                        Initiator.WORKER,
                        words.retryAfter(),
                        evidence,
                        List.of(),
                        advice(reason)),
                new LastWords(Optional.empty(), Optional.empty(), "", words.problem()));
    }

    /** A worker says why, not what to do. */
    private static String advice(StopReason reason) {
        if (reason == StopReason.COMPLETED) {
            return "The worker ended by itself with success.";
        } else if (reason == StopReason.FLOOD_WAIT) {
            return "The service asked to wait: start it again after that time, not before.";
        }
        return reason.restartCanHelp()
                ? "The worker itself gave this reason; see its words and its log."
                : "The worker itself gave this reason. Starting it again does not help before a person has mended that.";
    }

    private static Optional<Verdict> fromLog(Facts facts, LogReading log) {
        return log.evidence().found().map(found -> new Verdict(
                found.reason(),
                facts.exit() instanceof ExitStatus.Unknown ? Confidence.POSSIBLE : found.confidence(),
                Initiator.WORKER,
                found.retryAfter(),
                List.of("the end of its log " + found.by()),
                log.cause().stream().toList(),
                found.advice()));
    }

    /** What a worker said, or garbled, beside what decides. */
    private static Verdict heard(Verdict verdict, LastWords words) {
        List<String> evidence = new ArrayList<>(verdict.evidence());
        words.reason()
                .ifPresent(reason -> evidence.add("the worker's last words say " + reason
                        + (words.message().isEmpty() ? "" : ", " + Text.quoted(words.message()))));
        if (!words.problem().isEmpty()) {
            evidence.add(words.problem());
        }
        return with(verdict, verdict.confidence(), evidence);
    }

    private static Verdict with(Verdict verdict, Confidence confidence, String sentence) {
        List<String> evidence = new ArrayList<>(verdict.evidence());
        evidence.add(sentence);
        return with(verdict, confidence, evidence);
    }

    private static Verdict with(Verdict verdict, Confidence confidence, List<String> evidence) {
        return new Verdict(
                verdict.reason(),
                confidence,
                verdict.initiator(),
                verdict.retryAfter(),
                List.copyOf(evidence),
                verdict.logEvidence(),
                verdict.advice());
    }

    private static Verdict byConvention(Facts facts, LogReading log) {
        ExitStatus exit = facts.exit();
        String look = "Look at the end of " + facts.logName() + ".";
        if (exit instanceof ExitStatus.Exited exited && (exited.code() == 126 || exited.code() == 127)) {
            return unexplained(
                    StopReason.START_FAILED,
                    Confidence.PROBABLE,
                    Initiator.UNKNOWN,
                    log,
                    "By convention the program, or one that it called, was not found or could not be run. " + look);
        } else if (exit instanceof ExitStatus.Exited exited && exited.code() > 128 && exited.code() <= 128 + 31) {
            MemoryEvidence memory = facts.memory().orElse(null);
            if (exited.code() == 128 + KILL && memory != null) {
                return outOfMemory(new MemoryEvidence(false, memory.sentence()));
            }
            boolean isPolite = POLITE.contains(exited.code() - 128);
            return unexplained(
                    isPolite ? StopReason.KILLED_BY_SIGNAL : StopReason.UNKNOWN,
                    isPolite ? Confidence.PROBABLE : Confidence.POSSIBLE,
                    isPolite ? Initiator.UNKNOWN : Initiator.WORKER,
                    log,
                    "By convention it, or a program that it ran, was ended by signal "
                            + SignalName.of(exited.code() - 128) + ". " + look);
        } else if (facts.memory().isPresent() && exit instanceof ExitStatus.Exited) {
            return unexplained(
                    StopReason.OUT_OF_MEMORY,
                    Confidence.POSSIBLE,
                    Initiator.UNKNOWN,
                    log,
                    "The kernel killed something for want of memory while it ran, perhaps a process of its own. "
                            + look);
        } else if (exit instanceof ExitStatus.Exited) {
            return unexplained(
                    StopReason.UNKNOWN, Confidence.POSSIBLE, Initiator.WORKER, log, "It ended by itself. " + look);
        }
        return unexplained(
                StopReason.UNKNOWN, Confidence.POSSIBLE, Initiator.UNKNOWN, log, "Nobody saw how it ended. " + look);
    }

    /** What was looked at, and the last line that says something: often it is the best advice there is. */
    private static Verdict unexplained(
            StopReason reason, Confidence confidence, Initiator initiator, LogReading log, String advice) {
        List<String> evidence =
                List.of(log.looked() + (log.cause().isPresent() ? "; no rule fits, its last line was:" : ""));
        return new Verdict(
                reason,
                confidence,
                initiator,
                Optional.empty(),
                evidence,
                log.cause().stream().toList(),
                advice);
    }

    private static Verdict killed(Facts facts, int signal) {
        boolean isCrash = CRASHES.contains(signal);
        String look = " Look at the end of " + facts.logName() + ".";
        return Verdict.of(
                StopReason.KILLED_BY_SIGNAL,
                facts.exit() instanceof ExitStatus.Signalled ? Confidence.CERTAIN : Confidence.PROBABLE,
                isCrash ? Initiator.WORKER : Initiator.UNKNOWN,
                isCrash
                        ? String.format(Locale.ROOT, "The program crashed (signal %s).", SignalName.of(signal)) + look
                        : "This library did not send it: see who did, and whether memory ran out." + look);
    }
}
