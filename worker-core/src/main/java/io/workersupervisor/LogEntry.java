package io.workersupervisor;

import io.workersupervisor.internal.text.Json;
import io.workersupervisor.spi.LogPosition;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a worker logged: a line, or the lines of one traceback. Immutable.
 *
 * @param position where it stands in the worker's file; empty for an entry that another program wrote into the store
 * @param account the account
 * @param userId the owner of the account, if given
 * @param level how grave it is
 * @param timestamp when it was written, in milliseconds
 * @param inferred whether the line did not give the time, and it is that of the entry before
 * @param logger who logged it, where the line names that
 * @param message the text after time, level and logger
 */
public record LogEntry(
        Optional<LogPosition> position,
        AccountId account,
        Optional<String> userId,
        LogLevel level,
        Instant timestamp,
        boolean inferred,
        Optional<String> logger,
        String message) {
    /** The most bytes of a worker's file that make one entry: 64 KiB. What is longer is cut into several entries. */
    public static final int LONGEST = 64 * 1024;

    /** Takes the time to the millisecond, as stores keep it. */
    public LogEntry {
        timestamp = Instant.ofEpochMilli(timestamp.toEpochMilli());
    }

    /**
     * The position of an entry that came from a worker's file.
     *
     * @return the position
     * @throws IllegalStateException if another program wrote the entry
     */
    public LogPosition requirePosition() {
        return position.orElseThrow(
                () -> new IllegalStateException("an entry of account " + account + " comes from no worker's file"));
    }

    /** The entry as a JSON object, with the field names that stores use; one line. */
    public String toJson() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("timestamp", timestamp.toString());
        fields.put("level", level.name());
        fields.put("account_id", account.value());
        userId.ifPresent(user -> fields.put("user_id", user));
        logger.ifPresent(logger -> fields.put("logger", logger));
        fields.put("message", message);
        position.ifPresent(position -> {
            fields.put("worker_id", position.workerId());
            fields.put("byte_offset", position.offset());
        });
        if (inferred) {
            fields.put("inferred", true);
        }
        return Json.write(fields);
    }
}
