package io.workersupervisor.sqlite;

import static java.util.stream.Collectors.joining;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.spi.LogSink.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of a log store: one connection behind a lock, opened by the first batch. After a failure nothing is
 * kept: the next batch begins with the file that is there then, and makes it if there is none.
 */
final class LogWriter {
    /** Entries of one statement. */
    private static final int ROWS = 50;

    private static final String ONE =
            LogTable.COLUMNS.stream().map(column -> "?").collect(joining(", ", "(", ")"));
    private static final String SOME = insert(ROWS);
    private static final String SINGLE = insert(1);

    /**
     * Pages that a batch changes lie all over the indexes, and the next one changes many of them again: they are moved
     * from the -wal into the file together, every 16 MiB.
     */
    static final List<String> SETTINGS = List.of(
            "PRAGMA wal_autocheckpoint = 4096", "PRAGMA journal_size_limit = 33554432", "PRAGMA cache_size = -16000");

    /** A -wal beyond this is waited for. */
    private static final long WAL_LIMIT = 64L << 20;

    private static final Duration READER_PATIENCE = Duration.ofSeconds(1);

    private final Path path;
    private final Duration busyTimeout;
    private final Pruning pruning;

    /** Guards what follows. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable WritableConnection connector;

    private long tolerated = WAL_LIMIT;
    private boolean closed;

    LogWriter(Path path, Duration busyTimeout, Pruning pruning) {
        this.path = path;
        this.busyTimeout = busyTimeout;
        this.pruning = pruning;
    }

    private static String insert(int rows) {
        return "INSERT INTO worker_logs (" + String.join(", ", LogTable.COLUMNS) + ") VALUES "
                + Stream.generate(() -> ONE).limit(rows).collect(joining(", "))
                + " ON CONFLICT (worker_id, byte_offset) DO NOTHING";
    }

    /**
     * Appends entries in one transaction that is on disk when this returns.
     *
     * @return the entries that the table refuses
     */
    List<Rejected> append(List<LogEntry> entries) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException(database().name() + " is closed");
            }
            SqliteConnection session = session();
            session.begin();
            pruning.step(session, entries.size());
            List<Rejected> rejected = insert(session, entries);
            session.commit();
            boundWal(session);
            return rejected;
        } catch (SQLException e) {
            letGo(e);
            throw SqliteFailure.of(database(), "appending " + entries.size() + " entries", e);
        } catch (RuntimeException | Error e) {
            letGo(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private static List<Rejected> insert(SqliteConnection session, List<LogEntry> entries) throws SQLException {
        List<Rejected> rejected = new ArrayList<>();
        for (int at = 0; at < entries.size(); at += ROWS) {
            List<LogEntry> some = entries.subList(at, Math.min(at + ROWS, entries.size()));
            if (some.size() < ROWS || !insertTogether(session, some)) {
                insertOneByOne(session, some, rejected);
            }
        }
        return rejected;
    }

    /** Tells whether all are there now; if not, none is. */
    private static boolean insertTogether(SqliteConnection session, List<LogEntry> entries) throws SQLException {
        @Nullable
        Object[] values =
                entries.stream().map(LogMapper::values).flatMap(Stream::of).toArray();
        try {
            session.update(SOME, values);
            return true;
        } catch (SQLException e) {
            if (SqliteFailure.isRefusal(e)) {
                return false;
            }
            throw e;
        }
    }

    private static void insertOneByOne(SqliteConnection session, List<LogEntry> entries, List<Rejected> rejected)
            throws SQLException {
        for (LogEntry entry : entries) {
            try {
                session.update(SINGLE, LogMapper.values(entry));
            } catch (SQLException e) {
                if (!SqliteFailure.isRefusal(e)) {
                    throw e;
                }
                rejected.add(new Rejected(entry, String.valueOf(e.getMessage())));
            }
        }
    }

    private SqliteConnection session() throws SQLException {
        WritableConnection open = connector;
        if (open == null) {
            open = connect();
            try {
                completeIndexes(open.session());
            } catch (SQLException | RuntimeException failed) {
                open.close();
                throw failed;
            }
            connector = open;
        }
        return open.session();
    }

    private static void completeIndexes(SqliteConnection session) throws SQLException {
        if (session.number(LogTable.LATER_INDEXES) < 2) {
            for (String statement : LogTable.LATER_STATEMENTS) {
                session.update(statement);
            }
        }
    }

    private WritableConnection connect() {
        try {
            makeDirectory();
            Database database = DatabaseFile.forWriting(FileKind.LOGS, path, busyTimeout);
            Snapshot.read(database, "opening it", Snapshot.Unseen.ACCEPT, busyTimeout, session -> {
                Schema.glance(session, database);
                return true;
            });
            return new WritableConnection(database, busyTimeout);
        } catch (IOException e) {
            throw database()
                    .failure(database().name() + ": its directory cannot be made: " + SqliteFailure.reason(e), e);
        } catch (DataDirectoryException e) {
            throw database().failure(database().name() + " cannot be opened: " + e.getMessage(), e);
        }
    }

    private void makeDirectory() throws IOException {
        Path directory = Objects.requireNonNull(path.getParent());
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Waits a little for readers to let go of a -wal that has grown, once for each time that it has doubled. */
    private void boundWal(SqliteConnection session) throws SQLException {
        long size = walSize();
        if (size <= WAL_LIMIT) {
            tolerated = WAL_LIMIT;
        } else if (size > tolerated) {
            session.execute("PRAGMA busy_timeout = " + READER_PATIENCE.toMillis());
            session.query("PRAGMA wal_checkpoint(TRUNCATE)");
            session.execute("PRAGMA busy_timeout = " + busyTimeout.toMillis());
            tolerated = Math.max(WAL_LIMIT, 2 * walSize());
        }
    }

    private long walSize() {
        try {
            return Files.size(Snapshot.beside(path.toRealPath(), "-wal"));
        } catch (IOException e) {
            throw database()
                    .failure(database().name() + ": its -wal cannot be looked at: " + SqliteFailure.reason(e), e);
        }
    }

    private void letGo(Throwable cause) {
        WritableConnection open = connector;
        connector = null;
        if (open != null) {
            try {
                open.forsake();
            } catch (SQLException e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** Closes the file; where that fails the next program that opens it recovers it. */
    void close() {
        lock.lock();
        try {
            closed = true;
            letGo(new LogSinkException(database().name() + " is being closed"));
        } finally {
            lock.unlock();
        }
    }

    private Database database() {
        return new Database(FileKind.LOGS, path);
    }
}
