package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import java.time.Instant;
import java.util.Optional;

/**
 * What the bytes of one entry say. Immutable.
 *
 * @param level how grave it is
 * @param timestamp when it was written
 * @param inferred whether the entry does not give its time, and it is that of the entry before
 * @param logger who logged it, where the line names that
 * @param message the text after time, level and logger; may be empty
 * @param form how the entry begins
 */
public record Parsed(
        LogLevel level, Instant timestamp, boolean inferred, Optional<String> logger, String message, Form form) {
    /** What the begin of an entry tells of who wrote it. */
    public enum Form {
        /** Plain output: its level is a guess. */
        PLAIN,
        /** A record of a logging framework that names no level. */
        RECORD,
        /** A record of a logging framework with its level. */
        LEVELLED
    }
}
