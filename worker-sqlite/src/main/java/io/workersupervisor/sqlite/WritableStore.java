package io.workersupervisor.sqlite;

import io.workersupervisor.RegistryException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file open for reading and writing: one connection behind a lock. After a failure the store works again as soon as
 * the cause is gone. A sync to disk is what a write costs, so writes that meet share it:
 *
 * <ol>
 *   <li>A write joins the batch that is gathering. The first of a batch leads it and waits for the lock; the others wait
 *       for their leader. The batch shuts when the leader has the lock, or when it is full.
 *   <li>The leader runs all pieces in the order of joining, in one transaction that begins with the write lock, and
 *       commits once. Nobody returns before that commit, and nobody waits for more to join: a write that meets no other
 *       is a batch of one.
 *   <li>If the transaction cannot begin, because another process keeps the write lock or the file cannot be opened,
 *       nothing ran and each caller gets that failure. Trying again, one after the other, would only multiply the wait.
 *   <li>If a piece fails, or the disk has no room for all, everything is rolled back. Each runs again in a transaction of
 *       its own and in its own thread, so that nobody fails through another's fault. A batch of one gets its failure at once.
 *   <li>If the commit fails in any other way, only a reading shows what was written. Nothing runs again, as it might take
 *       its own traces for another's; each caller gets the failure.
 *   <li>A leader that does not get the lock in time gives up; the others, who came later, wait on
 *       by themselves.
 * </ol>
 */
final class WritableStore implements Store {
    /** The longest wait of a registry's call for other threads of this JVM. */
    static final Duration LONGEST_QUEUE = Duration.ofSeconds(30);

    /** Guards the connector. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Database database;
    private final String id;
    private final Duration longestQueue;
    private final WritableConnection connector;

    /** Guarded by this; null while nobody gathers. */
    private @Nullable Batch gathering;

    private WritableStore(Database database, String id, Duration busyTimeout, Duration longestQueue) {
        this.database = database;
        this.id = id;
        this.longestQueue = longestQueue;
        this.connector = new WritableConnection(database, busyTimeout);
    }

    static WritableStore open(Path path, Duration busyTimeout, Duration longestQueue) {
        Database database = DatabaseFile.forWriting(FileKind.REGISTRY, path, busyTimeout);
        String id = Snapshot.read(
                database,
                "opening it",
                Snapshot.Unseen.ACCEPT,
                busyTimeout,
                session -> Schema.verify(session, database));
        WritableStore store = new WritableStore(database, id, busyTimeout, longestQueue);
        store.read("opening it", session -> true);
        return store;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Database database() {
        return connector.database();
    }

    @Override
    public <T> T read(String doing, SqliteConnection.Work<T> work) {
        return byItself(doing, deadline(), work);
    }

    @Override
    public <T> T write(String doing, SqliteConnection.Work<T> work) {
        long deadline = deadline();
        Batch.Piece<T> piece = new Batch.Piece<>(work);
        Batch batch = join(piece);
        if (batch.isLedBy(piece)) {
            lead(batch, doing, deadline);
        }
        Batch.End end = batch.end();
        if (end instanceof Batch.Committed) {
            return piece.result();
        } else if (end instanceof Batch.Failed failed) {
            throw failure(doing, failed.cause());
        }
        return byItself(doing, deadline, session -> session.atomically(work));
    }

    private synchronized Batch join(Batch.Piece<?> piece) {
        Batch open = gathering;
        if (open == null || open.isFull()) {
            open = new Batch(piece);
            gathering = open;
        } else {
            open.add(piece);
        }
        return open;
    }

    private synchronized void shut(Batch batch) {
        if (gathering == batch) {
            gathering = null;
        }
    }

    private void lead(Batch batch, String doing, long deadline) {
        Batch.End end = new Batch.Apart();
        try {
            enter(doing, deadline);
            try {
                shut(batch);
                end = commit(batch);
            } finally {
                lock.unlock();
            }
        } finally {
            shut(batch);
            batch.end(end);
        }
    }

    private Batch.End commit(Batch batch) {
        SqliteConnection session;
        try {
            session = connector.session();
            session.begin();
        } catch (SQLException e) {
            return failed(e, new Batch.Failed(e));
        } catch (RuntimeException | Error e) {
            return failed(e, batch.retried(e));
        }
        try {
            batch.run(session);
        } catch (SQLException | RuntimeException | Error e) {
            return failed(e, batch.retried(e));
        }
        try {
            session.commit();
            return new Batch.Committed();
        } catch (SQLException | RuntimeException | Error e) {
            return failed(e, SqliteFailure.isFull(e) ? batch.retried(e) : new Batch.Failed(e));
        }
    }

    private Batch.End failed(Throwable cause, Batch.End end) {
        connector.drop(cause);
        return end;
    }

    private RuntimeException failure(String doing, Throwable cause) {
        if (cause instanceof SQLException e) {
            return SqliteFailure.of(database, doing, e);
        } else if (cause instanceof Error e) {
            throw e;
        }
        return (RuntimeException) cause;
    }

    private <T> T byItself(String doing, long deadline, SqliteConnection.Work<T> work) {
        enter(doing, deadline);
        try {
            return work.in(connector.session());
        } catch (SQLException | RuntimeException | Error e) {
            connector.drop(e);
            throw failure(doing, e);
        } finally {
            lock.unlock();
        }
    }

    private long deadline() {
        return System.nanoTime() + longestQueue.toNanos();
    }

    /** Waits for the lock; an interrupt is kept for the caller and cuts nothing short. */
    private void enter(String doing, long deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (lock.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    throw new RegistryException(name() + ": " + doing + " failed: other threads kept it busy for "
                            + longestQueue.toSeconds() + " s. Try again");
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
        enter("closing it", deadline());
        try {
            connector.close();
        } catch (SQLException e) {
            throw SqliteFailure.of(database, "closing it", e);
        } finally {
            lock.unlock();
        }
    }
}
