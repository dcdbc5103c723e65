package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Initiator;
import io.workersupervisor.LogExcerpt;
import io.workersupervisor.LogLevel;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.internal.registry.Fault;
import io.workersupervisor.internal.text.SignalName;
import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Comes from facts to a reason. Pure, but that it asks for last words and log where it needs them.
 *
 * <ol>
 *   <li>Nothing was run: START_FAILED.
 *   <li>The machine went down, and no exit was recorded: MACHINE_LOST.
 *   <li>A stop of ours: STOPPED_ON_REQUEST; where the worker had a fault, the reason of that.
 *   <li>KILL that no host of ours sent, and the kernel killed this worker for want of memory: OUT_OF_MEMORY.
 *   <li>A signal: KILLED_BY_SIGNAL. Of a program that ended itself by one, the text of the crash tells more. A code above 128
 *       that a shell reported is read as a code.
 *   <li>The worker's last words.
 *   <li>Exit code 0: COMPLETED, unless the very end of the log says that the account cannot go on, which is POSSIBLE.
 *   <li>The exit code of a program that passes on the signal which ended another: that signal, before a log's bare exception.
 *   <li>The end of the log, PROBABLE at best.
 *   <li>What exit codes mean by convention: 126 and 127, those of HUP, INT and TERM.
 *   <li>Else UNKNOWN, with what was looked at.
 * </ol>
 *
 * Where facts and log disagree, both are told, and the poorer one is never CERTAIN.
 */
final class Reasoner {
    private static final int KILL = 9;
    private static final Set<Integer> CRASHES = Set.of(4, 5, 6, 7, 8, 11);
    /** HUP, INT, TERM: programs that handle one of these give its number by their exit code. */
    private static final Set<Integer> POLITE = Set.of(1, 2, 15);

    /** Facts of a stop, as {@link Ending} has them. Last words and log are read only where nothing before them decides. */
    record Facts(
            ExitStatus exit,
            boolean otherBoot,
            Optional<Asked> asked,
            Optional<OomCounters.Kills> kills,
            Supplier<LastWords> words,
            Supplier<LogReading> log,
            String logName) {}

    /** A stop of ours, certain where this host's ladder ended the worker; {@code isKilled} where it had to send KILL. */
    record Asked(Confidence confidence, Initiator initiator, boolean isKilled, Optional<Fault> fault) {}

    /** The reason that facts come to, and what it rests on beyond the facts themselves, as {@link StopReport} has them. */
    record Conclusion(
            StopReason reason,
            Confidence confidence,
            Initiator initiator,
            Optional<Duration> retryAfter,
            List<String> evidence,
            List<LogExcerpt> logEvidence,
            String advice) {
        static Conclusion of(StopReason reason, Confidence confidence, Initiator initiator, String advice) {
            return new Conclusion(reason, confidence, initiator, Optional.empty(), List.of(), List.of(), advice);
        }

        Conclusion with(Confidence sure, Optional<String> sentence, List<LogExcerpt> lines) {
            List<String> all = new ArrayList<>(evidence);
            sentence.ifPresent(all::add);
            return new Conclusion(reason, sure, initiator, retryAfter, List.copyOf(all), lines, advice);
        }

        Conclusion with(Optional<String> sentence) {
            return with(confidence, sentence, logEvidence);
        }

        /** With what the log says otherwise. */
        Conclusion besides(Optional<LogReading> log) {
            return log.isEmpty()
                    ? this
                    : with(
                            confidence,
                            Optional.of(log.get().saying()),
                            log.get().cause().stream().toList());
        }
    }

    private final Facts facts;
    private final String look;

    private Reasoner(Facts facts) {
        this.facts = facts;
        this.look = " Look at the end of " + facts.logName + ".";
    }

    static Conclusion conclude(Facts facts) {
        return new Reasoner(facts).conclude();
    }

    private Conclusion conclude() {
        ExitStatus exit = facts.exit;
        if (exit instanceof ExitStatus.NeverRan) {
            String advice = "No worker code was run; see the evidence for the step that failed.";
            return Conclusion.of(StopReason.START_FAILED, Confidence.CERTAIN, Initiator.LIBRARY, advice);
        } else if (facts.otherBoot && exit instanceof ExitStatus.Unknown) {
            String advice = "The machine went down while the worker ran; start it again.";
            return Conclusion.of(StopReason.MACHINE_LOST, Confidence.CERTAIN, Initiator.KERNEL, advice);
        } else if (facts.asked.isPresent()) {
            Asked asked = facts.asked.get();
            if (asked.fault.isPresent()) {
                return ofFault(asked.fault.get(), asked);
            }
            String advice = Math.max(signal(exit), code(exit) - 128) == KILL && asked.isKilled
                    ? "It did not end within its stop grace and was killed: let it handle TERM, or give it more time."
                    : "Nothing to do; start it when it shall run again.";
            return Conclusion.of(StopReason.STOPPED_ON_REQUEST, asked.confidence, asked.initiator, advice);
        }
        LastWords words = facts.words.get();
        Optional<String> said = words.reason().map(reason -> "the worker's last words say " + reason + quoted(words));
        int signal = signal(exit);
        if (signal > 0) {
            return ofSignal(signal).with(said).with(problem(words));
        } else if (words.reason().isPresent()) {
            return ofWords(words, words.reason().get()).with(problem(words));
        }
        return ofCode().with(problem(words));
    }

    private static Conclusion ofFault(Fault fault, Asked asked) {
        boolean isLess = fault.confidence().compareTo(asked.confidence) > 0;
        String advice = switch (fault.reason()) {
            case START_FAILED ->
                "It ran and did not show in time that it was ready: see the end of its log, or give it a longer limit.";
            case OUT_OF_MEMORY -> "It used more memory than its spec allows: find the leak, or allow more.";
            case UNKNOWN -> "It lived and gave no heartbeat: see the end of its log for the work it hung in.";
            default ->
                "It lived and could not work, so it was ended."
                        + (fault.reason().restartCanHelp()
                                ? ""
                                : " Starting it again does not help before a person has mended that.");
        };
        return Conclusion.of(fault.reason(), isLess ? fault.confidence() : asked.confidence, asked.initiator, advice);
    }

    private static Optional<String> problem(LastWords words) {
        return Optional.of(words.problem()).filter(problem -> !problem.isEmpty());
    }

    private static String quoted(LastWords words) {
        return words.message().isEmpty() ? "" : ", " + Text.quoted(words.message());
    }

    /** The signal that certainly ended it, else 0. */
    static int signal(ExitStatus exit) {
        return exit instanceof ExitStatus.Signalled signalled ? signalled.signal() : 0;
    }

    /** The code that it exited with, or that a shell reported; negative for none. */
    static int code(ExitStatus exit) {
        return exit instanceof ExitStatus.Exited exited
                ? exited.code()
                : exit instanceof ExitStatus.ExitedOrSignalled either ? either.code() : -1;
    }

    private Conclusion ofSignal(int signal) {
        if (isOutOfMemory(signal)) {
            return outOfMemory();
        }
        boolean isCrash = CRASHES.contains(signal);
        Optional<Conclusion> told = isCrash ? fromLog() : Optional.empty();
        return told.orElseGet(() -> Conclusion.of(
                StopReason.KILLED_BY_SIGNAL,
                Confidence.CERTAIN,
                isCrash ? Initiator.WORKER : Initiator.UNKNOWN,
                isCrash
                        ? "The program crashed (signal " + SignalName.of(signal) + ")." + look
                        : "This library did not send it: see who did, and whether memory ran out." + look));
    }

    private boolean isOutOfMemory(int signal) {
        return signal == KILL && facts.kills.filter(OomCounters.Kills::isOurs).isPresent();
    }

    private Conclusion outOfMemory() {
        boolean isCertain = facts.kills.filter(OomCounters.Kills::isCertain).isPresent();
        Confidence sure = isCertain ? Confidence.CERTAIN : Confidence.PROBABLE;
        String advice = "The kernel killed it for want of memory: give it more, or run fewer workers on this machine.";
        return Conclusion.of(StopReason.OUT_OF_MEMORY, sure, Initiator.KERNEL, advice);
    }

    private static Conclusion ofWords(LastWords words, StopReason reason) {
        String evidence = "the worker's last words: " + reason + quoted(words);
        String advice = reason == StopReason.COMPLETED
                ? "The worker ended by itself with success."
                : reason == StopReason.FLOOD_WAIT
                        ? "The service asked to wait: start it again after that time, not before."
                        : reason.restartCanHelp()
                                ? "The worker itself gave this reason; see its words and its log."
                                : "The worker itself gave this reason. Starting it again does not help before a person has mended that.";
        return new Conclusion(
                reason, Confidence.CERTAIN, Initiator.WORKER, words.retryAfter(), List.of(evidence), List.of(), advice);
    }

    private Conclusion ofCode() {
        int code = code(facts.exit);
        Optional<Conclusion> told = fromLog();
        if (code == 0) {
            return success(told);
        }
        int signal = code - 128;
        Optional<LogReading> bare = told.map(known -> facts.log.get());
        boolean isBare = told.filter(known -> known.reason() != StopReason.UNHANDLED_EXCEPTION)
                .isEmpty();
        if (isBare && isOutOfMemory(signal)) {
            return outOfMemory().besides(bare);
        } else if ((isBare && signal == KILL) || (told.isEmpty() && CRASHES.contains(signal))) {
            return byConvention(signal, StopReason.KILLED_BY_SIGNAL, Confidence.PROBABLE)
                    .besides(bare);
        } else if (told.isPresent()) {
            return told.get();
        } else if (code == 126 || code == 127) {
            return unexplained(
                    StopReason.START_FAILED,
                    Confidence.PROBABLE,
                    Initiator.UNKNOWN,
                    "By convention the program, or one that it called, was not found or could not be run." + look);
        } else if (signal > 0 && signal <= 31) {
            return POLITE.contains(signal)
                    ? byConvention(signal, StopReason.KILLED_BY_SIGNAL, Confidence.PROBABLE)
                    : byConvention(signal, StopReason.UNKNOWN, Confidence.POSSIBLE);
        }
        return unexplained(
                StopReason.UNKNOWN,
                Confidence.POSSIBLE,
                code > 0 ? Initiator.WORKER : Initiator.UNKNOWN,
                (code > 0 ? "It ended by itself." : "Nobody saw how it ended.") + look);
    }

    private Conclusion success(Optional<Conclusion> told) {
        LogReading log = facts.log.get();
        Optional<LogEvidence.Found> found = log.evidence().found();
        boolean isError = found.filter(known -> known.isLast() && known.level().compareTo(LogLevel.ERROR) >= 0)
                .isPresent();
        boolean isOfAccount = told.filter(
                        known -> !known.reason().restartCanHelp() || known.reason() == StopReason.FLOOD_WAIT)
                .isPresent();
        if (isError && isOfAccount) {
            return told.get()
                    .with(
                            Confidence.POSSIBLE,
                            Optional.of("although it ended with success"),
                            told.get().logEvidence());
        }
        String advice = "The worker ended by itself with success.";
        return Conclusion.of(
                        StopReason.COMPLETED,
                        isError ? Confidence.PROBABLE : Confidence.CERTAIN,
                        Initiator.WORKER,
                        advice)
                .besides(Optional.of(log).filter(known -> isError));
    }

    private Optional<Conclusion> fromLog() {
        LogReading log = facts.log.get();
        return log.evidence()
                .found()
                .map(found -> new Conclusion(
                        found.reason(),
                        facts.exit instanceof ExitStatus.Unknown ? Confidence.POSSIBLE : found.confidence(),
                        Initiator.WORKER,
                        found.retryAfter(),
                        List.of("the end of its log " + found.by()),
                        log.cause().stream().toList(),
                        found.advice()));
    }

    private Conclusion byConvention(int signal, StopReason reason, Confidence sure) {
        boolean isOwn = reason == StopReason.UNKNOWN || CRASHES.contains(signal);
        return unexplained(
                reason,
                sure,
                isOwn ? Initiator.WORKER : Initiator.UNKNOWN,
                "By convention it, or a program that it ran, was ended by signal " + SignalName.of(signal) + "."
                        + look);
    }

    /** Names what was looked at, and the last line that says something: often it is the best advice there is. */
    private Conclusion unexplained(StopReason reason, Confidence confidence, Initiator initiator, String advice) {
        LogReading log = facts.log.get();
        boolean isLast = log.cause().isPresent() && log.evidence().found().isEmpty();
        String looked = log.looked() + (isLast ? "; no rule fits, its last line was:" : "");
        return new Conclusion(
                reason,
                confidence,
                initiator,
                Optional.empty(),
                List.of(looked),
                log.cause().stream().toList(),
                advice);
    }
}
