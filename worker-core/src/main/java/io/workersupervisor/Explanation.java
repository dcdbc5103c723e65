package io.workersupervisor;

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
 */
public record Explanation(
        StopReason reason,
        Confidence confidence,
        Optional<Duration> retryAfter,
        List<String> evidence,
        List<LogExcerpt> logEvidence,
        List<LogExcerpt> lastEntries,
        String advice) {
    /**
     * Explains the end of a process from its log alone, with the library's facts about exits and the given rules. What it
     * shows of the log is masked by {@link Redaction#standard()}. Blocks for reading at most 256 KiB.
     *
     * @param log what it wrote
     * @param exit how it ended, {@link ExitStatus.Unknown} if that is not known
     * @param rules what is asked, for instance {@link DiagnosisRules#builtIn()}
     * @return the explanation; a log that cannot be read is told in its evidence
     */
    public static Explanation of(java.nio.file.Path log, ExitStatus exit, DiagnosisRules rules) {
        LogReading reading = LogReading.of(log, rules, exit, Redaction.standard());
        Verdict verdict = Verdicts.of(new Facts(
                exit,
                false,
                Optional.empty(),
                Optional.empty(),
                () -> LastWords.NONE,
                () -> reading,
                String.valueOf(log.getFileName())));
        return of(verdict, exit, reading.lastEntries());
    }

    /**
     * Explains the end of a process that was stopped by whoever asks: the log is not looked at.
     *
     * @param exit how it ended
     * @return the explanation
     */
    public static Explanation ofOwnStop(ExitStatus exit) {
        Facts.Asked asked = new Facts.Asked(Confidence.CERTAIN, Initiator.USER, "");
        Verdict verdict = Verdicts.of(new Facts(
                exit,
                false,
                Optional.of(asked),
                Optional.empty(),
                () -> LastWords.NONE,
                () -> LogReading.NONE,
                "its log"));
        return of(verdict, exit, List.of());
    }

    private static Explanation of(Verdict verdict, ExitStatus exit, List<LogExcerpt> lastEntries) {
        List<String> evidence = new java.util.ArrayList<>();
        evidence.add("it ended with " + exit);
        evidence.addAll(verdict.evidence());
        return new Explanation(
                verdict.reason(),
                verdict.confidence(),
                verdict.retryAfter(),
                List.copyOf(evidence),
                verdict.logEvidence(),
                lastEntries,
                verdict.advice());
    }
}
