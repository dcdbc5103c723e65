package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Desired;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.Initiator;
import io.workersupervisor.Redaction;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Composes the stop report of a worker: gathers the facts, has {@link Reasoner} come to a reason, and freezes the end of the
 * log. The log, the last words and the kernel's messages are read only where the exit and our own stop leave a question.
 * Thread-safe; blocks for reading small files, of the log at most 256 KiB.
 */
public final class Diagnosis {
    private final DataDirectory data;
    private final RulesDirectory rules;
    private final OomCounters memory;
    private final Redaction redaction;
    private final boolean isLocked;

    /**
     * Makes one.
     *
     * @param redaction masks what a report shows of the log and of the last words
     * @param isLocked whether this machine keeps two workers of an account apart by a kernel lock
     */
    public Diagnosis(
            DataDirectory data, RulesDirectory rules, OomCounters memory, Redaction redaction, boolean isLocked) {
        this.data = data;
        this.rules = rules;
        this.memory = memory;
        this.redaction = redaction;
        this.isLocked = isLocked;
    }

    /** Adds to a row what lets its worker be watched, and its end explained, whatever happens to this host. */
    public WorkerRow prepared(WorkerRow claimed) {
        WorkerRow counting = RowChanges.counting(claimed, memory.now());
        return ReadySign.mark(counting)
                .map(mark -> RowChanges.marking(counting, mark))
                .orElse(counting);
    }

    public StopReport report(WorkerRow row, Ending ending) {
        Supplier<LogReading> log = once(() -> log(row, ending));
        Optional<OomCounters.Kills> counted = memory(row, ending);
        Reasoner.Conclusion conclusion = Reasoner.conclude(new Reasoner.Facts(
                ending.exit(),
                ending.otherBoot(),
                asked(row, ending),
                counted,
                once(() ->
                        LastWords.read(Layout.reasonFile(data, row.workerId())).masked(redaction)),
                log,
                Detail.of(row).log().orElse("its log")));
        boolean isFrozen = conclusion.reason() != StopReason.STOPPED_ON_REQUEST
                && !(ending.exit() instanceof ExitStatus.NeverRan)
                && !ending.otherBoot();
        return new StopReport(
                row.account(),
                row.workerId(),
                row.epoch(),
                row.node(),
                row.userId(),
                row.version(),
                row.startedAt(),
                ending.at(),
                ending.exit(),
                ending.usage(),
                conclusion.initiator(),
                conclusion.reason(),
                conclusion.confidence(),
                evidence(row, ending, counted, conclusion),
                conclusion.advice(),
                conclusion.retryAfter(),
                conclusion.logEvidence(),
                isFrozen ? log.get().lastEntries() : List.of());
    }

    /** The state of the row that such an end closes. */
    public static WorkerState closedState(WorkerRow row, StopReport report) {
        return row.desired() == Desired.STOPPED
                        || report.reason() == StopReason.STOPPED_ON_REQUEST
                        || report.reason() == StopReason.COMPLETED
                ? WorkerState.STOPPED
                : WorkerState.FAILED;
    }

    /**
     * Explains the end of a process of which nothing is known but its exit and its log.
     *
     * @param rules a directory whose rules are asked first
     */
    public static Explanation explain(Path log, ExitStatus exit, Optional<Path> rules) {
        RulePack own = rules.map(RulesDirectory::read).orElseGet(() -> RulePack.of(List.of(), List.of()));
        return explain(log, exit, RuleSet.builtIn().with(own), own.problems());
    }

    static Explanation explain(Path log, ExitStatus exit, RuleSet rules, List<String> problems) {
        LogReading reading = LogReading.of(log, rules, exit, Redaction.standard());
        return explain(exit, Optional.empty(), reading, String.valueOf(log.getFileName()), problems);
    }

    public static Explanation explainOwnStop(ExitStatus exit) {
        Reasoner.Asked asked = new Reasoner.Asked(Confidence.CERTAIN, Initiator.USER, false, Optional.empty());
        return explain(exit, Optional.of(asked), LogReading.NONE, "its log", List.of());
    }

    private static Explanation explain(
            ExitStatus exit, Optional<Reasoner.Asked> asked, LogReading log, String name, List<String> problems) {
        Reasoner.Conclusion conclusion = Reasoner.conclude(
                new Reasoner.Facts(exit, false, asked, Optional.empty(), () -> LastWords.NONE, () -> log, name));
        List<String> evidence = new ArrayList<>();
        evidence.add("it ended with " + exit);
        evidence.addAll(conclusion.evidence());
        return new Explanation(
                conclusion.reason(),
                conclusion.confidence(),
                conclusion.retryAfter(),
                List.copyOf(evidence),
                conclusion.logEvidence(),
                log.lastEntries(),
                conclusion.advice(),
                problems);
    }

    private List<String> evidence(
            WorkerRow row, Ending ending, Optional<OomCounters.Kills> counted, Reasoner.Conclusion conclusion) {
        List<String> evidence = new ArrayList<>();
        stopAsked(row).ifPresent(at -> evidence.add(stopWords(row) + " at " + at));
        if (!ending.signalled()) {
            Detail.of(row).termedAt().ifPresent(at -> evidence.add("a ladder was about to signal it at " + at));
        }
        evidence.addAll(ending.evidence());
        counted.map(OomCounters.Kills::sentence).ifPresent(evidence::add);
        evidence.addAll(conclusion.evidence());
        boolean isConflict =
                conclusion.reason() == StopReason.SESSION_CONFLICT || conclusion.reason() == StopReason.DATABASE_LOCKED;
        if (isConflict && isLocked) {
            evidence.add("the session was used outside this system: here its account was locked for this worker alone");
        }
        return evidence;
    }

    private static String stopWords(WorkerRow row) {
        StopPurpose cause = Detail.of(row).stopCause();
        StopOrder order = Detail.of(row).stopOrder();
        boolean isOrdered = cause == StopPurpose.PERSON || cause == StopPurpose.APPLICATION;
        return cause.words()
                + Detail.of(row).fault().map(fault -> ", " + fault.text()).orElse("")
                + (isOrdered && (order.by().isPresent() || order.because().isPresent()) ? " " + order.describe() : "");
    }

    /** Leftovers are swept after the worker has ended by itself: that is no stop of the worker. */
    private static Optional<Instant> stopAsked(WorkerRow row) {
        return row.state() == WorkerState.STOPPING && Detail.of(row).stopCause() != StopPurpose.LEFTOVERS
                ? Detail.of(row).stopAskedAt()
                : Optional.empty();
    }

    /**
     * A stop that was asked for, and whose ladder signalled the worker; certain where that was this host's ladder, probable
     * where the row says that one was about to, as the host that was is gone.
     */
    private static Optional<Reasoner.Asked> asked(WorkerRow row, Ending ending) {
        return stopAsked(row)
                .filter(at -> ending.signalled() || Detail.of(row).termedAt().isPresent())
                .map(at -> new Reasoner.Asked(
                        ending.signalled() ? Confidence.CERTAIN : Confidence.PROBABLE,
                        Detail.of(row).stopCause().initiator(),
                        ending.evidence().stream().anyMatch(line -> line.startsWith("KILL sent")),
                        Detail.of(row).fault()));
    }

    private Optional<OomCounters.Kills> memory(WorkerRow row, Ending ending) {
        boolean isOpen = !ending.otherBoot() && asked(row, ending).isEmpty() && !isSuccess(ending.exit());
        return isOpen ? memory.since(row, ending.outOfMemory()) : Optional.empty();
    }

    private static boolean isSuccess(ExitStatus exit) {
        return exit instanceof ExitStatus.NeverRan || (exit instanceof ExitStatus.Exited exited && exited.code() == 0);
    }

    /** Only the file of this worker: what the one before it wrote explains nothing. */
    private LogReading log(WorkerRow row, Ending ending) {
        Optional<Path> file = Detail.of(row).log().map(name -> data.path().resolve(name));
        return file.map(path -> LogReading.of(path, rules.rules(), ending.exit(), redaction))
                .orElse(LogReading.NONE);
    }

    private static <T> Supplier<T> once(Supplier<T> made) {
        List<T> known = new ArrayList<>();
        return () -> {
            if (known.isEmpty()) {
                known.add(made.get());
            }
            return known.get(0);
        };
    }
}
