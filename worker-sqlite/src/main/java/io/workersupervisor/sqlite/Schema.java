package io.workersupervisor.sqlite;

import io.workersupervisor.RegistryException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** The tables of a registry file and the numbers that mark it as ours. */
final class Schema {
    /** What {@code PRAGMA application_id} says of a registry: the letters WSUP. */
    static final long APPLICATION_ID = 0x57535550;

    /** The schema that this version writes. */
    static final long VERSION = 1;

    /** The least schema that a program must know to read what this version writes. */
    static final long MIN_READER = 1;

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

    /** account_id has no declared type, so that numbers and strings stay what they are. */
    private static final List<String> TABLES = List.of(
            """
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
            """,
            """
            CREATE TABLE worker_stops (
                worker_id TEXT NOT NULL PRIMARY KEY,
                account_id NOT NULL CHECK (typeof(account_id) IN ('integer', 'text')),
                ended_at TEXT NOT NULL,
                report TEXT NOT NULL
            )
            """,
            "CREATE INDEX worker_stops_newest ON worker_stops (account_id, worker_id)",
            "CREATE TABLE worker_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");

    private Schema() {}

    /** Makes the tables in an empty database, under a new registry id. */
    static void create(Session session) throws SQLException {
        session.update("PRAGMA application_id = " + APPLICATION_ID);
        for (String table : TABLES) {
            session.update(table);
        }
        writeMeta(session, "schema", Long.toString(VERSION));
        writeMeta(session, "min_reader", Long.toString(MIN_READER));
        writeMeta(session, "registry_id", "sqlite-" + UUID.randomUUID());
    }

    private static void writeMeta(Session session, String name, String value) throws SQLException {
        session.update("INSERT INTO worker_meta (name, value) VALUES (?, ?)", name, value);
    }

    /** The id of the registry, after all that can be wrong with the file was looked at. Reads only. */
    static String verify(Session session, Path file) throws SQLException {
        requireOurs(session, file);
        requireReadable(session, file);
        String verdict = session.query("PRAGMA quick_check(1)").get(0).text("quick_check");
        if (!verdict.equals("ok")) {
            throw new RegistryException("registry " + file + " is damaged: " + verdict + ". " + SqliteFailure.DAMAGED);
        }
        List<String> present = names(session, "SELECT name FROM pragma_table_info('worker_registry')");
        List<String> missing =
                COLUMNS.stream().filter(column -> !present.contains(column)).toList();
        if (!missing.isEmpty()) {
            throw new RegistryException("registry " + file + " has a table worker_registry without " + missing
                    + ": something else has changed it. Restore the file from a backup or choose another place");
        }
        return meta(session, file, "registry_id");
    }

    private static void requireOurs(Session session, Path file) throws SQLException {
        long id = session.query("PRAGMA application_id").get(0).number("application_id");
        if (id != APPLICATION_ID) {
            throw new RegistryException("registry " + file + " is a SQLite database of something else (application id "
                    + id + ", tables "
                    + names(session, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name LIMIT 5")
                    + "): choose another place, or move that file away");
        }
    }

    /** Refuses a file that needs a newer version of this library. */
    static void requireReadable(Session session, Path file) throws SQLException {
        String least = meta(session, file, "min_reader");
        if (!least.matches("[0-9]{1,9}")) {
            throw new RegistryException("registry " + file + " says min_reader " + least
                    + ", which is no number: restore it from a backup");
        }
        if (Long.parseLong(least) > VERSION) {
            throw new RegistryException("registry " + file + " was written by a newer version of this library: it needs"
                    + " schema " + least + ", this version knows " + VERSION + ". Use that version");
        }
    }

    private static String meta(Session session, Path file, String name) throws SQLException {
        List<Fields> found = session.query("SELECT value FROM worker_meta WHERE name = ?", name);
        if (found.isEmpty()) {
            throw new RegistryException(
                    "registry " + file + " has lost its " + name + " in worker_meta: restore it from a backup");
        }
        return found.get(0).text("value");
    }

    private static List<String> names(Session session, String query) throws SQLException {
        return session.query(query).stream().map(found -> found.text("name")).toList();
    }
}
