package io.workersupervisor.sqlite;

import io.workersupervisor.RegistryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file open for reading and writing: one connection behind a lock. A connection that failed is closed, which rolls
 * back, and the next call opens another, so the store works again as soon as the cause is gone.
 */
final class WritableStore implements Store {
    /** How long a call waits for other threads of this JVM. */
    static final Duration LONGEST_QUEUE = Duration.ofSeconds(30);

    private final ReentrantLock lock = new ReentrantLock();
    private final Path file;
    private final String id;
    private final Duration busyTimeout;
    private final Object inode;
    private @Nullable Session session;
    private boolean closed;

    private WritableStore(Path file, String id, Duration busyTimeout) {
        this.file = file;
        this.id = id;
        this.busyTimeout = busyTimeout;
        this.inode = inode();
    }

    static WritableStore open(Path path, Duration busyTimeout) {
        Path file = RegistryFile.forWriting(path, busyTimeout);
        String id = Snapshot.read(
                file, "opening it", Snapshot.Unseen.ACCEPT, busyTimeout, session -> Schema.verify(session, file));
        WritableStore store = new WritableStore(file, id, busyTimeout);
        store.read("opening it", session -> true);
        return store;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public <T> T read(String doing, Session.Work<T> work) {
        enter(doing);
        try {
            return work.in(session());
        } catch (SQLException e) {
            drop(e);
            throw SqliteFailure.of(file, doing, e);
        } catch (RuntimeException | Error e) {
            drop(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <T> T write(String doing, Session.Work<T> work) {
        return read(doing, work);
    }

    private Session session() throws SQLException {
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

    private void drop(Throwable cause) {
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

    /** Waits for the lock; an interrupt is kept for the caller and cuts nothing short. */
    private void enter(String doing) {
        long end = System.nanoTime() + LONGEST_QUEUE.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (lock.tryLock(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    throw new RegistryException(name() + ": " + doing + " failed: other threads kept it busy for "
                            + LONGEST_QUEUE.toSeconds() + " s. Try again");
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        enter("closing it");
        try {
            closed = true;
            disconnect();
        } catch (SQLException e) {
            throw SqliteFailure.of(file, "closing it", e);
        } finally {
            lock.unlock();
        }
    }
}
