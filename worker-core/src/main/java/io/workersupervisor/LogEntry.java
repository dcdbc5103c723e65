package io.workersupervisor;

import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Require;
import io.workersupervisor.spi.LogPosition;
import java.time.Instant;
import java.util.Optional;

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
        Require.noneNull("position account userId level timestamp", position, account, userId, level, timestamp);
        Require.noneNull("logger message", logger, message);
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
        return Json.write(Json.map(
                "timestamp", timestamp,
                "level", level,
                "account_id", account.value(),
                "user_id", userId,
                "logger", logger,
                "message", message,
                "worker_id", position.map(LogPosition::workerId),
                "byte_offset", position.map(LogPosition::offset),
                "inferred", Optional.of(inferred).filter(known -> known)));
    }
}
