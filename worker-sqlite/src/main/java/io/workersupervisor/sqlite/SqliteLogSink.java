package io.workersupervisor.sqlite;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.spi.LogSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log sink in a SQLite file of its own, {@code data/logs/logs.db}.
 *
 * <pre>
 * worker_logs   timestamp, account_id (number or string), user_id, level, message, logger, inferred, worker_id, byte_offset
 * worker_meta   schema, min_reader
 * </pre>
 *
 * <p>The key is (worker_id, byte_offset). Times are UTC with milliseconds and sort as text. Reading the file with
 * {@code sqlite3} at any time is fine; the last entries of all, of one account, of its WARNING, ERROR and CRITICAL, and of
 * a period are read from an index in their order. Programs in the same JVM must not open, copy or archive the file or its
 * {@code -wal} and {@code -shm} past SQLite while it is open: closing such a descriptor drops SQLite's locks.
 *
 * <p><b>Opening is lazy.</b> The file is looked at by the first call that needs it, and made by the first {@code append}
 * (directory 0700, files 0600). A file that is broken, locked or not ours fails those calls with a
 * {@link LogSinkException} that says what to do, and neither the making of this object nor the registry. After any failure
 * the next call begins with the file that is there then; one that was moved or deleted while it was open is reported once.
 *
 * <p><b>Retention.</b> Each {@code append} takes out some of the oldest entries where there are too old ones, or too many
 * bytes: a bounded step, at least twice as many as come. Freed pages are used again.
 *
 * <p><b>Threads.</b> Thread-safe. An {@code append} blocks for its one sync to disk, for up to {@link #BUSY_TIMEOUT} while
 * another process holds the write lock, and for other threads that append; {@code find} waits for no writer, and no
 * writer for it. An interrupt shortens nothing and stays set.
 *
 * <p><b>Crashes.</b> A batch is on disk as a whole when {@code append} returns (write-ahead log, {@code synchronous=FULL});
 * a crash inside leaves all of it or nothing, and the next opening recovers by itself. While a program keeps one reading
 * open, the {@code -wal} grows; it shrinks after that.
 */
public final class SqliteLogSink implements LogSink {
    /** The longest wait of a call for a lock that another process holds: 5 s. */
    public static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

    /** The time for which entries are kept: 30 days. */
    public static final Duration KEEP_FOR = Duration.ofDays(30);

    /** The most bytes of the file in use: 2 GiB. */
    public static final long KEEP_AT_MOST = 2L << 30;

    private final Path path;
    private final Duration busyTimeout;
    private final @Nullable LogWriter store;
    private volatile boolean closed;

    private SqliteLogSink(Path path, Duration busyTimeout, @Nullable LogWriter store) {
        this.path = path;
        this.busyTimeout = busyTimeout;
        this.store = store;
    }

    /**
     * The sink of a data directory with every default. Never blocks and never fails.
     *
     * @param data the data directory
     * @return the sink, to be closed
     */
    public static SqliteLogSink open(DataDirectory data) {
        return builder(data).build();
    }

    /**
     * The sink of a data directory for tools that look at it, whether a host uses it or not. Never blocks and never fails.
     * No file and no directory is made or altered, and no lock of a host is held up. Each {@code find} reads the present
     * state; {@code append} throws {@link UnsupportedOperationException}.
     *
     * @param data the data directory
     * @return the sink
     */
    public static SqliteLogSink openReadOnly(DataDirectory data) {
        return new SqliteLogSink(file(data), BUSY_TIMEOUT, null);
    }

    /**
     * Begins a sink with other bounds.
     *
     * @param data the data directory
     * @return the builder
     */
    public static Builder builder(DataDirectory data) {
        return new Builder(file(data));
    }

    private static Path file(DataDirectory data) {
        return data.path().resolve("logs").resolve("logs.db");
    }

    /** The settings of a sink. Not thread-safe. */
    public static final class Builder {
        private static final Duration LEAST_TIME = Duration.ofMinutes(1);
        private static final Duration MOST_TIME = Duration.ofDays(36_500);
        private static final long LEAST_BYTES = 1L << 20;

        private final Path path;
        private Duration keepFor = KEEP_FOR;
        private long keepAtMost = KEEP_AT_MOST;
        private Duration busyTimeout = BUSY_TIMEOUT;
        private Clock clock = Clock.systemUTC();

        private Builder(Path path) {
            this.path = path;
        }

        /**
         * Sets the time for which entries are kept, by their time.
         *
         * @param age from 1 minute to 36,500 days; default {@link SqliteLogSink#KEEP_FOR}
         * @return this
         */
        public Builder keepFor(Duration age) {
            if (age.compareTo(LEAST_TIME) < 0 || age.compareTo(MOST_TIME) > 0) {
                throw new IllegalArgumentException("age must be between 1 minute and 36500 days, was " + age);
            }
            keepFor = age;
            return this;
        }

        /**
         * Sets the most bytes of the file in use. An entry takes its message and about 250 bytes.
         *
         * @param bytes at least 1 MiB; default {@link SqliteLogSink#KEEP_AT_MOST}
         * @return this
         */
        public Builder keepAtMost(long bytes) {
            if (bytes < LEAST_BYTES) {
                throw new IllegalArgumentException("bytes must be at least " + LEAST_BYTES + ", was " + bytes);
            }
            keepAtMost = bytes;
            return this;
        }

        /**
         * The clock by which entries are too old.
         *
         * @param wall a wall clock; default {@link Clock#systemUTC()}
         * @return this
         */
        public Builder clock(Clock wall) {
            clock = wall;
            return this;
        }

        Builder busyTimeout(Duration longest) {
            busyTimeout = longest;
            return this;
        }

        /**
         * The sink. Never blocks and never fails.
         *
         * @return the sink, to be closed
         */
        public SqliteLogSink build() {
            Pruning pruning = new Pruning(keepFor, keepAtMost, clock);
            return new SqliteLogSink(path, busyTimeout, new LogWriter(path, busyTimeout, pruning));
        }
    }

    /**
     * Always the same, as a data directory has one such sink.
     *
     * @return {@code sqlite}
     */
    @Override
    public String name() {
        return "sqlite";
    }

    @Override
    public List<Rejected> append(List<LogEntry> entries) {
        requireOpen();
        LogWriter writable = store;
        if (writable == null) {
            throw new UnsupportedOperationException(database().name() + " is open for reading only");
        }
        List<Rejected> rejected = new ArrayList<>();
        List<LogEntry> storable = new ArrayList<>();
        for (LogEntry entry : entries) {
            entry.requirePosition();
            Instant time = entry.timestamp();
            if (LogSearch.isStorable(time)) {
                storable.add(entry);
            } else {
                rejected.add(new Rejected(entry, "its time " + time + " is not within the years 0 to 9999"));
            }
        }
        if (!storable.isEmpty()) {
            rejected.addAll(writable.append(storable));
        }
        return rejected;
    }

    @Override
    public List<LogEntry> find(LogQuery query) {
        requireOpen();
        if (store != null && Files.notExists(path)) {
            return List.of();
        }
        Database database = DatabaseFile.existing(FileKind.LOGS, path);
        LogSearch search = LogSearch.of(query);
        List<ResultRow> found =
                Snapshot.read(database, "searching it", Snapshot.Unseen.REFUSE, busyTimeout, session -> {
                    Schema.glance(session, database);
                    return session.query(search.sql(), search.values().toArray());
                });
        List<LogEntry> entries = new ArrayList<>(found.size());
        for (ResultRow fields : found) {
            entries.add(entry(database, fields));
        }
        Collections.reverse(entries);
        return Collections.unmodifiableList(entries);
    }

    private static LogEntry entry(Database database, ResultRow found) {
        try {
            return LogMapper.entry(found);
        } catch (IllegalArgumentException e) {
            throw database.failure(
                    database.name() + ": the entry of worker " + found.value("worker_id") + " at byte "
                            + found.value("byte_offset") + " cannot be read: " + e.getMessage()
                            + ". It was changed past this library: correct or delete it with sqlite3",
                    e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(database().name() + " is closed");
        }
    }

    private Database database() {
        return new Database(FileKind.LOGS, path);
    }

    @Override
    public void close() {
        closed = true;
        if (store != null) {
            store.close();
        }
    }
}
