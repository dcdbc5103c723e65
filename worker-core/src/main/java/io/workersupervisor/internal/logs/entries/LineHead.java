package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The front of a line before its message: time, level, thread, process and logger, in any of the orders that logging libraries
 * use. Immutable.
 *
 * <p>A level counts only here, never within the message: alone in brackets or between separators in any case, before a colon
 * in any case, else in capitals only. A bounded number of bytes of a line is read.
 *
 * @param level the level, or null where the line names none
 * @param time the time, or null where the line names none
 * @param loggerFrom where the logger stands; an empty range where the line names none
 * @param loggerTo where the logger ends
 * @param message where the message begins
 * @param isColon whether a colon stands behind the level
 */
public record LineHead(
        @Nullable LogLevel level,
        @Nullable TimeScanner time,
        int loggerFrom,
        int loggerTo,
        int message,
        boolean isColon) {
    /** A line that begins with its message. */
    static LineHead none(int from) {
        return new LineHead(null, null, from, from, from, false);
    }

    /** Reads the front of a line without its newline. */
    static LineHead of(byte[] bytes, int from, int to) {
        LineBytes line = new LineBytes();
        line.set(bytes, to);
        return Optional.ofNullable(FixedHead.of(line, from)).orElseGet(() -> new HeadScanner(line, from).scan());
    }

    /** True if the line begins a record: it has a time or a level in front. */
    boolean isRecord() {
        return time != null || level != null;
    }

    /** The grave levels: a record of theirs may have a traceback. */
    boolean isGrave() {
        return level != null && level.compareTo(LogLevel.WARNING) >= 0;
    }

    /** The same behind the prefix of a collector, whose time counts where the line names none. */
    LineHead behind(LineHead outer) {
        boolean isNamed = loggerTo > loggerFrom;
        return new LineHead(
                level == null ? outer.level : level,
                time == null ? outer.time : time,
                isNamed ? loggerFrom : outer.loggerFrom,
                isNamed ? loggerTo : outer.loggerTo,
                message,
                isColon);
    }
}
