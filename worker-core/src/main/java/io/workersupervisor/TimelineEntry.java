package io.workersupervisor;

import java.time.Instant;
import java.util.Optional;

/**
 * One thing that happened to an account. Immutable.
 *
 * @param at when
 * @param kind what
 * @param workerId the incarnation, empty where there was none
 * @param report the report of a stop
 * @param text the thing in one line
 */
public record TimelineEntry(Instant at, Kind kind, String workerId, Optional<StopReport> report, String text) {
    /** What happened. */
    public enum Kind {
        /** A worker was started. */
        STARTED,
        /** A worker ended, or a start came to nothing. */
        STOPPED,
        /** A start or a stop was refused, or failed. */
        REFUSED
    }
}
