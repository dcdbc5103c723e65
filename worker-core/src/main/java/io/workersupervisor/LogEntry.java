package io.workersupervisor;

import io.workersupervisor.internal.text.Json;
import io.workersupervisor.spi.LogPosition;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a worker's log: a line, or the lines of one traceback. Immutable.
 *
 * @param position the place in the worker's file; empty for an entry that another program wrote into the store
 * @param account the account
 * @param userId the owner of the account, if given
 * @param level the level
 * @param timestamp the time of writing, in milliseconds
 * @param inferred true if the line gave no time that can be right, and this is the time at which it came
 * @param logger the logger, if the line names one
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

    public LogEntry {
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(account, "account");
        Objects.requireNonNull(userId, "userId");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(timestamp, "timestamp");
        Objects.requireNonNull(logger, "logger");
        Objects.requireNonNull(message, "message");
        timestamp = Instant.ofEpochMilli(timestamp.toEpochMilli());
    }

    /**
     * The position of an entry that came from a worker's file.
     *
     * @throws IllegalStateException if another program wrote the entry
     */
    public LogPosition requirePosition() {
        return position.orElseThrow(
                () -> new IllegalStateException("an entry of account " + account + " comes from no worker's file"));
    }

    /** The entry as a JSON object on one line, with the field names that stores use. */
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
