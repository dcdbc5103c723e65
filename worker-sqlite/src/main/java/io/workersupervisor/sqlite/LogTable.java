package io.workersupervisor.sqlite;

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
     * All of these mean no more than the first. SQLite takes the indexes of grave entries for a query that has one of them
     * word for word, and operators do not write the levels in one order. Each costs every insert a little.
     */
    private static final String ANY_GRAVE = String.join(
            " OR ",
            GRAVE,
            "level IN ('ERROR', 'WARNING')",
            "level IN ('WARNING', 'ERROR')",
            "level IN ('ERROR', 'CRITICAL')",
            "level IN ('ERROR', 'WARNING', 'CRITICAL')",
            "level = 'ERROR'",
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
            "CREATE INDEX worker_logs_time ON worker_logs (timestamp, worker_id, byte_offset)",
            "CREATE INDEX worker_logs_account ON worker_logs (account_id, timestamp, worker_id, byte_offset)",
            "CREATE INDEX worker_logs_grave ON worker_logs (timestamp, worker_id, byte_offset, level) WHERE "
                    + ANY_GRAVE,
            "CREATE INDEX worker_logs_account_grave ON worker_logs (account_id, timestamp, worker_id, byte_offset, level)"
                    + " WHERE " + ANY_GRAVE,
            // What the planner of every client goes by: entries are many, of one account some, and few are grave.
            // Without
            // it the planner takes all indexes of an account for equal. An ANALYZE of real entries says the same.
            "ANALYZE",
            """
            INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
                ('worker_logs', 'sqlite_autoindex_worker_logs_1', '2000000 1000 1'),
                ('worker_logs', 'worker_logs_time', '2000000 2 1 1'),
                ('worker_logs', 'worker_logs_account', '2000000 2000 1 1 1'),
                ('worker_logs', 'worker_logs_grave', '20000 1 1 1 1'),
                ('worker_logs', 'worker_logs_account_grave', '20000 20 1 1 1 1')
            """);

    private LogTable() {}
}
