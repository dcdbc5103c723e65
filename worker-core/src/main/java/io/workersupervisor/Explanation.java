package io.workersupervisor;

import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.text.Require;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The reason of a stop, as far as the exit and the log show it. Immutable.
 *
 * @param reason the reason
 * @param confidence the confidence in it
 * @param retryAfter the time to wait before the next start, if the log names it
 * @param evidence the facts behind it, a sentence each
 * @param logEvidence the lines of the log behind it
 * @param lastEntries the last entries of the log, oldest first
 * @param advice the next thing to do
 * @param problems the faults of the application's rules, a sentence each
 */
public record Explanation(
        StopReason reason,
        Confidence confidence,
        Optional<Duration> retryAfter,
        List<String> evidence,
        List<LogExcerpt> logEvidence,
        List<LogExcerpt> lastEntries,
        String advice,
        List<String> problems) {
    public Explanation {
        Require.noneNull("reason confidence retryAfter evidence", reason, confidence, retryAfter, evidence);
        Require.noneNull("logEvidence lastEntries advice problems", logEvidence, lastEntries, advice, problems);
    }

    /**
     * Explains the end of a process from its log alone, with the library's facts about exits and its rules. The lines of the
     * log that it shows are masked by {@link Redaction#standard()}. Blocks for reading at most 256 KiB. A log that cannot be
     * read is named in the evidence.
     *
     * @param exit {@link ExitStatus.Unknown} if it is not known
     */
    public static Explanation of(Path log, ExitStatus exit) {
        Require.noneNull("log exit", log, exit);
        return Diagnosis.explain(log, exit, Optional.empty());
    }

    /**
     * Explains as {@link #of(Path, ExitStatus)}, and asks the rules of a directory's {@code *.json} files first, in the order
     * of their names. A file or a rule that is wrong is left out and named in {@link #problems()}.
     *
     * @param rules for instance {@code rules.d} of a data directory; it need not exist
     */
    public static Explanation of(Path log, ExitStatus exit, Path rules) {
        Require.noneNull("log exit rules", log, exit, rules);
        return Diagnosis.explain(log, exit, Optional.of(rules));
    }

    /** Explains the end of a process that the caller stopped itself; no log is read. */
    public static Explanation ofOwnStop(ExitStatus exit) {
        return Diagnosis.explainOwnStop(Require.nonNull("exit", exit));
    }
}
