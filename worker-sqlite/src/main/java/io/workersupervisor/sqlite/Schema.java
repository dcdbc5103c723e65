package io.workersupervisor.sqlite;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** The tables of a file and the numbers that mark it as ours. */
final class Schema {
    /** The schema that this version writes. */
    static final long VERSION = 1;

    /** The least schema that a program must know to read what this version writes. */
    static final long MIN_READER = 1;

    /** The name under which worker_meta keeps the id of any file, which came with the registry. */
    private static final String ID = "registry_id";

    private static final String META =
            "CREATE TABLE worker_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID";

    private Schema() {}

    /** Makes the tables in an empty database, under a new id. */
    static void create(SqliteConnection session, FileKind kind) throws SQLException {
        session.update("PRAGMA application_id = " + kind.applicationId());
        for (String table : kind.statements()) {
            session.update(table);
        }
        session.update(META);
        writeMeta(session, "schema", Long.toString(VERSION));
        writeMeta(session, "min_reader", Long.toString(MIN_READER));
        writeMeta(session, ID, "sqlite-" + UUID.randomUUID());
    }

    private static void writeMeta(SqliteConnection session, String name, String value) throws SQLException {
        session.update("INSERT INTO worker_meta (name, value) VALUES (?, ?)", name, value);
    }

    /** The id of the file, after all that can be wrong with it was looked at, which reads the whole of it. Reads only. */
    static String verify(SqliteConnection session, Database database) throws SQLException {
        requireOurs(session, database);
        requireReadable(session, database);
        String verdict = session.query("PRAGMA quick_check(1)").get(0).text("quick_check");
        if (!verdict.equals("ok")) {
            throw database.failure(database.name() + " is damaged: " + verdict + ". "
                    + database.kind().advice().damaged());
        }
        requireColumns(session, database);
        return meta(session, database, ID);
    }

    /** As {@link #verify}, without reading the whole of it: damage shows when it is come upon. */
    static void glance(SqliteConnection session, Database database) throws SQLException {
        requireOurs(session, database);
        requireReadable(session, database);
        requireColumns(session, database);
    }

    private static void requireColumns(SqliteConnection session, Database database) throws SQLException {
        String table = database.kind().table();
        List<String> present = names(session, "SELECT name FROM pragma_table_info('" + table + "')");
        List<String> missing = database.kind().columns().stream()
                .filter(column -> !present.contains(column))
                .toList();
        if (!missing.isEmpty()) {
            throw database.failure(database.name() + " has a table " + table + " without " + missing
                    + ": something else has changed it. Restore the file from a backup or choose another place");
        }
    }

    private static void requireOurs(SqliteConnection session, Database database) throws SQLException {
        long id = session.query("PRAGMA application_id").get(0).number("application_id");
        if (id != database.kind().applicationId()) {
            throw database.failure(database.name() + " is a SQLite database of something else (application id "
                    + id + ", tables "
                    + names(session, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name LIMIT 5")
                    + "): choose another place, or move that file away");
        }
    }

    /** Refuses a file that needs a newer version of this library. */
    static void requireReadable(SqliteConnection session, Database database) throws SQLException {
        String least = meta(session, database, "min_reader");
        if (!least.matches("[0-9]{1,9}")) {
            throw database.failure(
                    database.name() + " says min_reader " + least + ", which is no number: restore it from a backup");
        }
        if (Long.parseLong(least) > VERSION) {
            throw database.failure(database.name() + " was written by a newer version of this library: it needs"
                    + " schema " + least + ", this version knows " + VERSION + ". Use that version");
        }
    }

    private static String meta(SqliteConnection session, Database database, String name) throws SQLException {
        List<ResultRow> found = session.query("SELECT value FROM worker_meta WHERE name = ?", name);
        if (found.isEmpty()) {
            throw database.failure(
                    database.name() + " has lost its " + name + " in worker_meta: restore it from a backup");
        }
        return found.get(0).text("value");
    }

    private static List<String> names(SqliteConnection session, String query) throws SQLException {
        return session.query(query).stream().map(found -> found.text("name")).toList();
    }
}
