package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.Optional;

/**
 * An event in the history of an account. Immutable.
 *
 * @param at the time
 * @param kind the kind of event
 * @param workerId the incarnation, empty where there was none
 * @param report the report of a stop
 * @param text the event in one line
 */
public record TimelineEntry(Instant at, Kind kind, String workerId, Optional<StopReport> report, String text) {
    public TimelineEntry {
        Require.noneNull("at kind workerId report text", at, kind, workerId, report, text);
    }

    /** The kinds of events. */
    public enum Kind {
        /** A worker was started. */
        STARTED,
        /** A worker ended, or a start failed. */
        STOPPED,
        /** A start or a stop was refused, or failed. */
        REFUSED,
        /** Somebody ordered a stop, a pause, a resume or a signal, or that the account be forgotten. */
        ORDERED
    }
}
