package io.workersupervisor.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a file that is open for writing, as long as that file is in its place. One that failed is closed,
 * which rolls back, and the next call opens another. Not thread-safe.
 */
final class WritableConnection {
    private final Database database;
    private final Duration busyTimeout;
    private final Object inode;
    private @Nullable SqliteConnection session;
    private boolean closed;

    WritableConnection(Database database, Duration busyTimeout) {
        this.database = database;
        this.busyTimeout = busyTimeout;
        this.inode = inode();
    }

    Database database() {
        return database;
    }

    SqliteConnection session() throws SQLException {
        if (closed) {
            throw new IllegalStateException(database.name() + " is closed");
        }
        if (!inode.equals(inode())) {
            throw database.failure(database.name() + " was replaced while it was open: "
                    + database.kind().advice().replaced());
        }
        SqliteConnection open = session;
        return open == null ? connect() : open;
    }

    private SqliteConnection connect() throws SQLException {
        database.enter("opening it");
        try {
            SqliteConnection opened = SqliteConnection.open(database.file(), "mode=rw", busyTimeout);
            session = opened;
            opened.query("PRAGMA journal_mode = WAL");
            opened.update("PRAGMA synchronous = FULL");
            for (String setting : database.kind().settings()) {
                opened.execute(setting);
            }
            Schema.requireReadable(opened, database);
            return opened;
        } finally {
            database.leave();
        }
    }

    private Object inode() {
        try {
            return Objects.requireNonNull(
                    Files.readAttributes(database.file(), BasicFileAttributes.class)
                            .fileKey(),
                    "this system has no file keys");
        } catch (IOException e) {
            throw database.failure(
                    database.name() + " was moved or deleted while it was open: "
                            + database.kind().advice().moved(),
                    e);
        }
    }

    /**
     * Closes the connection for good. Where its file is no longer in its place, its last commits may be in the -wal alone,
     * which SQLite leaves behind there: they are moved into the file, so that it is whole and no other file gets them.
     */
    void forsake() throws SQLException {
        try {
            SqliteConnection open = session;
            if (open != null && !isInPlace()) {
                open.query("PRAGMA wal_checkpoint(TRUNCATE)");
            }
        } finally {
            close();
        }
    }

    private boolean isInPlace() {
        try {
            return inode.equals(Files.readAttributes(database.file(), BasicFileAttributes.class)
                    .fileKey());
        } catch (IOException gone) {
            return false;
        }
    }

    /** Closes the connection that failed. */
    void drop(Throwable cause) {
        try {
            disconnect();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void disconnect() throws SQLException {
        SqliteConnection open = session;
        session = null;
        if (open != null) {
            open.close();
        }
    }

    void close() throws SQLException {
        closed = true;
        disconnect();
    }
}
