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

    /** The levels that a person should look at. This form costs an insert least, half as much as a list of three. */
    static final String GRAVE = "level = 'WARNING' OR level = 'ERROR' OR level = 'CRITICAL'";

    /**
     * Means the same. SQLite takes an index of grave entries for a query that has one of these terms word for word, and
     * operators write lists.
     */
    private static final String GRAVE_AS_WRITTEN =
            GRAVE + " OR level IN ('ERROR', 'WARNING') OR level IN ('WARNING', 'ERROR')";

    private static final String GRAVE_OF_ACCOUNT_AS_WRITTEN =
            GRAVE_AS_WRITTEN + " OR level IN ('ERROR', 'WARNING', 'CRITICAL')";

    /**
     * The levels of other programs, which spell them otherwise; numbers are stored as text. This form ends at the first
     * comparison for most entries, and costs an insert next to nothing; a list costs a third of it.
     */
    static final String FOREIGN = "level <> 'INFO' AND level <> 'DEBUG' AND level <> 'WARNING' AND level <> 'ERROR'"
            + " AND level <> 'CRITICAL'";

    private static final String FOREIGN_INDEX =
            "CREATE INDEX IF NOT EXISTS worker_logs_foreign ON worker_logs (timestamp, worker_id, byte_offset) WHERE "
                    + FOREIGN;

    private static final String ACCOUNT_FOREIGN_INDEX = "CREATE INDEX IF NOT EXISTS worker_logs_account_foreign"
            + " ON worker_logs (account_id, timestamp, worker_id, byte_offset) WHERE " + FOREIGN;

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
                    + GRAVE_AS_WRITTEN,
            "CREATE INDEX worker_logs_account_grave ON worker_logs (account_id, timestamp, worker_id, byte_offset, level)"
                    + " WHERE " + GRAVE_OF_ACCOUNT_AS_WRITTEN,
            FOREIGN_INDEX,
            ACCOUNT_FOREIGN_INDEX,
            // Statistics for the planner of every client: entries are many, of one account some, few are WARNING or
            // above. Without it the planner takes all indexes of an account for equal. An ANALYZE of real entries says
            // the same.
            "ANALYZE",
            """
            INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
                ('worker_logs', 'sqlite_autoindex_worker_logs_1', '2000000 1000 1'),
                ('worker_logs', 'worker_logs_time', '2000000 2 1 1'),
                ('worker_logs', 'worker_logs_account', '2000000 2000 1 1 1'),
                ('worker_logs', 'worker_logs_grave', '20000 1 1 1 1'),
                ('worker_logs', 'worker_logs_account_grave', '20000 20 1 1 1 1'),
                ('worker_logs', 'worker_logs_foreign', '10 1 1 1'),
                ('worker_logs', 'worker_logs_account_foreign', '10 1 1 1 1')
            """);

    /**
     * A file that was made by an older version of this library has no index of foreign levels. Each is made by itself, so
     * that a program that waits to write waits for one: seconds for a file of 2 GiB.
     */
    static final List<String> LATER_STATEMENTS = List.of(
            "ANALYZE sqlite_schema", // makes the table of statistics where it is missing, and reads nothing
            """
            INSERT INTO sqlite_stat1 (tbl, idx, stat)
            SELECT 'worker_logs', column1, column2
            FROM (VALUES ('worker_logs_foreign', '10 1 1 1'), ('worker_logs_account_foreign', '10 1 1 1 1'))
            WHERE column1 NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)
            """,
            FOREIGN_INDEX,
            ACCOUNT_FOREIGN_INDEX);

    /** The number of {@link #LATER_STATEMENTS}' indexes that are there. */
    static final String LATER_INDEXES = "SELECT count(*) FROM sqlite_schema WHERE name IN ('worker_logs_foreign',"
            + " 'worker_logs_account_foreign')";

    private LogTable() {}
}
