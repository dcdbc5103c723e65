package io.workersupervisor;

import io.workersupervisor.internal.diagnosis.Explainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Why a worker stopped, as far as its exit and its log tell. Immutable.
 *
 * @param reason why
 * @param confidence how sure that is
 * @param retryAfter how long to wait before the next start, where the log names it
 * @param evidence what it rests on, a sentence each
 * @param logEvidence the lines of the log that it rests on
 * @param lastEntries the last entries of the log, oldest first
 * @param advice what to do
 * @param problems what is wrong with the application's rules, a sentence each
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
    /**
     * Explains the end of a process from its log alone, with the library's facts about exits and its rules. The lines it
     * shows of the log are masked by {@link Redaction#standard()}. Blocks for reading at most 256 KiB.
     *
     * @param log what it wrote
     * @param exit how it ended, {@link ExitStatus.Unknown} if that is not known
     * @return the explanation; a log that cannot be read is told in its evidence
     */
    public static Explanation of(Path log, ExitStatus exit) {
        return Explainer.of(log, exit, Optional.empty());
    }

    /**
     * Explains as {@link #of(Path, ExitStatus)}, and asks the rules of a directory's {@code *.json} files first, in the order
     * of their names. A file or a rule that is wrong is left out and named in {@link #problems()}.
     *
     * @param log what it wrote
     * @param exit how it ended, {@link ExitStatus.Unknown} if that is not known
     * @param rules for instance {@code rules.d} of a data directory; it need not exist
     * @return the explanation; a log that cannot be read is told in its evidence
     */
    public static Explanation of(Path log, ExitStatus exit, Path rules) {
        return Explainer.of(log, exit, Optional.of(rules));
    }

    /**
     * Explains the end of a process that was stopped by whoever asks: the log is not looked at.
     *
     * @param exit how it ended
     * @return the explanation
     */
    public static Explanation ofOwnStop(ExitStatus exit) {
        return Explainer.ofOwnStop(exit);
    }
}
