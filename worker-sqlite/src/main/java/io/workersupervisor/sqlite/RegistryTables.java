package io.workersupervisor.sqlite;

import java.util.List;

/** The tables of a registry. */
final class RegistryTables {
    /** The columns of worker_registry that this version knows; a newer one may have more. */
    static final List<String> COLUMNS = List.of(
            "account_id",
            "epoch",
            "version",
            "worker_id",
            "node",
            "state",
            "desired",
            "pid",
            "started_at",
            "user_id",
            "spec_version",
            "detail");

    /** The time of the next start, in the expression of {@link #DUE_INDEX}; null where the detail cannot be read. */
    static final String DUE_AT = "CASE WHEN json_valid(detail) THEN json_extract(detail, '$.restart.at') END";

    /** Of thousands of rows that wait, only those that are due are read. */
    static final String DUE_INDEX = "CREATE INDEX IF NOT EXISTS worker_registry_due ON worker_registry (" + DUE_AT
            + ") WHERE state = 'BACKING_OFF'";

    /** account_id has no declared type, so that numbers and strings stay what they are. */
    static final List<String> STATEMENTS =
            List.of("""
            CREATE TABLE worker_registry (
                account_id NOT NULL PRIMARY KEY CHECK (typeof(account_id) IN ('integer', 'text')),
                epoch INTEGER NOT NULL,
                version INTEGER NOT NULL,
                worker_id TEXT NOT NULL,
                node TEXT NOT NULL,
                state TEXT NOT NULL,
                desired TEXT NOT NULL,
                pid INTEGER,
                started_at TEXT NOT NULL,
                user_id TEXT,
                spec_version TEXT,
                detail TEXT NOT NULL
            ) WITHOUT ROWID
            """, """
            CREATE TABLE worker_stops (
                worker_id TEXT NOT NULL PRIMARY KEY,
                account_id NOT NULL CHECK (typeof(account_id) IN ('integer', 'text')),
                ended_at TEXT NOT NULL,
                report TEXT NOT NULL
            )
            """, "CREATE INDEX worker_stops_newest ON worker_stops (account_id, worker_id)", DUE_INDEX);

    private RegistryTables() {}
}
