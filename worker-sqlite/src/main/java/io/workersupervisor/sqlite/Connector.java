package io.workersupervisor.sqlite;

import io.workersupervisor.RegistryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a file that is open for writing, as long as that file is in its place. One that failed is closed,
 * which rolls back, and the next call opens another. Not thread-safe.
 */
final class Connector {
    private final Path file;
    private final Duration busyTimeout;
    private final Object inode;
    private @Nullable Session session;
    private boolean closed;

    Connector(Path file, Duration busyTimeout) {
        this.file = file;
        this.busyTimeout = busyTimeout;
        this.inode = inode();
    }

    String name() {
        return "registry " + file;
    }

    Session session() throws SQLException {
        if (closed) {
            throw new IllegalStateException(name() + " is closed");
        }
        if (!inode.equals(inode())) {
            throw new RegistryException(name() + " was replaced while it was open: restart the hosts that use it");
        }
        Session open = session;
        return open == null ? connect() : open;
    }

    private Session connect() throws SQLException {
        Snapshot.INDEX.lock();
        try {
            Session opened = Session.open(file, "mode=rw", busyTimeout);
            session = opened;
            opened.query("PRAGMA journal_mode = WAL");
            opened.update("PRAGMA synchronous = FULL");
            Schema.requireReadable(opened, file);
            return opened;
        } finally {
            Snapshot.INDEX.unlock();
        }
    }

    private Object inode() {
        try {
            return Objects.requireNonNull(
                    Files.readAttributes(file, BasicFileAttributes.class).fileKey(), "this system has no file keys");
        } catch (IOException e) {
            throw new RegistryException(
                    name() + " was moved or deleted while it was open: bring it back, or restart its hosts", e);
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
        Session open = session;
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
