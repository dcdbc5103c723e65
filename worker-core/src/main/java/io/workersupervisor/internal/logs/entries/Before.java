package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * What stands before an entry: all that reading it needs beside its bytes. Immutable; a checkpoint can keep it.
 *
 * @param time the time of the entry before, else the worker's birth
 * @param level the level of the entry before, else INFO
 * @param midLine whether the entry before was cut within a line, so that this one goes on with it
 * @param zone the zone of times that name none
 * @param end when the worker ended, if it has; no inferred time is later
 */
public record Before(Instant time, LogLevel level, boolean midLine, ZoneId zone, Optional<Instant> end) {
    /** Before the first entry of a worker's file. */
    public static Before first(Instant birth, ZoneId zone, Optional<Instant> end) {
        return new Before(birth, LogLevel.INFO, false, zone, end);
    }

    /** Before the entry that follows this one; {@code endsLine} where its last byte is a newline. */
    public Before then(Parsed entry, boolean endsLine) {
        return new Before(entry.timestamp(), entry.level(), !endsLine, zone, end);
    }
}
