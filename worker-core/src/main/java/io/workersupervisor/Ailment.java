package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.util.Optional;

/**
 * The trouble of a worker that lives but cannot work: it is cut off for good, its session is in use elsewhere, or it is
 * silent although its spec promised a heartbeat. Immutable.
 *
 * @param workerId the worker
 * @param reason the reason of its stop if it ended now; empty for silence
 * @param text the trouble in one line
 * @param evidence the line of its log that shows the trouble; empty if no line does
 */
public record Ailment(String workerId, Optional<StopReason> reason, String text, Optional<LogExcerpt> evidence) {
    public Ailment {
        Require.noneNull("workerId reason text evidence", workerId, reason, text, evidence);
    }
}
