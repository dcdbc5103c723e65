package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.Initiator;
import io.workersupervisor.LogExcerpt;
import io.workersupervisor.StopReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the facts of a stop come to.
 *
 * @param reason why
 * @param confidence how sure that is
 * @param initiator who ended it
 * @param retryAfter how long to wait before the next start, where somebody named it
 * @param evidence what it rests on beyond the facts themselves, a sentence each
 * @param logEvidence the lines of the log that it rests on
 * @param advice what to do
 */
record Verdict(
        StopReason reason,
        Confidence confidence,
        Initiator initiator,
        Optional<Duration> retryAfter,
        List<String> evidence,
        List<LogExcerpt> logEvidence,
        String advice) {
    static Verdict of(StopReason reason, Confidence confidence, Initiator initiator, String advice) {
        return new Verdict(reason, confidence, initiator, Optional.empty(), List.of(), List.of(), advice);
    }
}
