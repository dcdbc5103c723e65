package io.workersupervisor.sqlite;

import static java.util.stream.Collectors.joining;

import java.util.List;

/**
 * The table of a log store. It has row ids, so that a batch goes to the end of the table and retention frees whole pages;
 * each index ends in the key, so that entries of one time have one order.
 */
final class LogTable {
    /** The columns of worker_logs that this version knows, as they stand in the table; a newer one may have more. */
    static final List<String> COLUMNS = List.of(
            "timestamp", "account_id", "user_id", "level", "message", "logger", "inferred", "worker_id", "byte_offset");

    /** What a person should look at, in the words that the index of those entries knows. */
    static final String GRAVE = "level IN ('WARNING', 'ERROR', 'CRITICAL')";

    /**
     * All of these mean no more than the first. SQLite takes the index for a query that has one of them word for word, and
     * operators do not write the levels in one order.
     */
    private static final List<String> GRAVE_AS_WRITTEN = List.of(
            GRAVE,
            "level IN ('ERROR', 'WARNING')",
            "level IN ('WARNING', 'ERROR')",
            "level IN ('ERROR', 'CRITICAL')",
            "level IN ('CRITICAL', 'ERROR')",
            "level IN ('ERROR', 'WARNING', 'CRITICAL')",
            "level IN ('CRITICAL', 'ERROR', 'WARNING')",
            "level = 'ERROR'",
            "level = 'WARNING'",
            "level = 'CRITICAL'");

    /** account_id has no declared type, so that numbers and strings stay what they are. */
    static final List<String> STATEMENTS = List.of(
            """
            CREATE TABLE worker_logs (
                timestamp TEXT NOT NULL,
                account_id NOT NULL CHECK (typeof(account_id) IN ('integer', 'text')),
                user_id TEXT,
                level TEXT NOT NULL,
                message TEXT NOT NULL,
                logger TEXT,
                inferred INTEGER NOT NULL,
                worker_id TEXT NOT NULL,
                byte_offset INTEGER NOT NULL,
                PRIMARY KEY (worker_id, byte_offset)
            )
            """,
            "CREATE INDEX worker_logs_time ON worker_logs (timestamp, worker_id, byte_offset, level)",
            "CREATE INDEX worker_logs_account ON worker_logs (account_id, timestamp, worker_id, byte_offset)",
            GRAVE_AS_WRITTEN.stream()
                    .collect(joining(
                            " OR ",
                            "CREATE INDEX worker_logs_grave ON worker_logs"
                                    + " (account_id, timestamp, worker_id, byte_offset, level) WHERE ",
                            "")));

    private LogTable() {}
}
