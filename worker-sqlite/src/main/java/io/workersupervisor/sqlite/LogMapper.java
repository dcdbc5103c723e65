package io.workersupervisor.sqlite;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.spi.LogPosition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Log entries as columns. What cannot be read is an {@link IllegalArgumentException} that names the column. */
final class LogMapper {
    private LogMapper() {}

    /** The values of {@link LogTable#COLUMNS}, in their order. */
    static @Nullable Object[] values(LogEntry entry) {
        LogPosition position = entry.requirePosition();
        return new @Nullable Object[] {
            ResultRow.time(entry.timestamp()),
            entry.account().value(),
            entry.userId().orElse(null),
            entry.level().name(),
            entry.message(),
            entry.logger().orElse(null),
            entry.inferred() ? 1 : 0,
            position.workerId(),
            position.offset()
        };
    }

    static LogEntry entry(ResultRow found) {
        return new LogEntry(
                Optional.of(new LogPosition(found.text("worker_id"), found.number("byte_offset"))),
                found.account(),
                found.optionalText("user_id"),
                LogLevel.ofStored(found.text("level")),
                found.instant("timestamp"),
                found.number("inferred") != 0,
                found.optionalText("logger"),
                found.text("message"));
    }
}
