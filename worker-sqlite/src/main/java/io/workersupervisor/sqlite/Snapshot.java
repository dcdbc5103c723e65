package io.workersupervisor.sqlite;

import io.workersupervisor.WorkerSupervisorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Reads a database without making or altering any file, in use or not. SQLite has no single way of doing that:
 *
 * <ul>
 *   <li>With {@code -wal} and {@code -shm}, of a program that uses it or left by a crash: {@code mode=ro&readonly_shm=1}
 *       sees every commit; where nobody is attached it builds the index of the {@code -wal} in memory.
 *   <li>With neither, {@code mode=ro} would make them. The file holds everything, and {@code immutable=1} reads it
 *       without locks. A writer that comes meanwhile shows in sizes and times: then the reading is repeated.
 *   <li>With a {@code -wal} alone, as a careless copy has: only {@code immutable=1} alters nothing, and it does not see
 *       what the {@code -wal} holds.
 * </ul>
 *
 * <p>None of this opens the files past SQLite: closing any descriptor of theirs would drop the locks that this process
 * holds on them. SQLite keeps one {@code -shm} for each file and process, in the mode of the connection that came first:
 * {@link Database#enter} keeps a connection for writing from coming second.
 */
final class Snapshot {
    private static final int ATTEMPTS = 20;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    private Snapshot() {}

    /** The remedy where commits cannot be seen. */
    enum Unseen {
        ACCEPT,
        REFUSE
    }

    /** Runs work that only reads, on one state of the database. */
    static <T> T read(
            Database database, String doing, Unseen unseen, Duration busyTimeout, SqliteConnection.Work<T> work) {
        database.enter(doing);
        try {
            return settled(database, doing, unseen, busyTimeout, work);
        } finally {
            database.leave();
        }
    }

    private static <T> T settled(
            Database database, String doing, Unseen unseen, Duration busyTimeout, SqliteConnection.Work<T> work) {
        long end = System.nanoTime() + busyTimeout.toNanos();
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt >= ATTEMPTS;
            Traces before = Traces.of(database);
            try (SqliteConnection session = SqliteConnection.open(database.file(), before.mode(), busyTimeout)) {
                T result = work.in(session);
                boolean whole = unseen == Unseen.ACCEPT || !before.hidesCommits();
                if (whole && (before.attachable() || before.equals(Traces.of(database)))) {
                    return result;
                } else if (last) {
                    throw unsettled(database, doing, before);
                }
            } catch (WorkerSupervisorException verdict) {
                if (last || before.attachable() || before.equals(Traces.of(database))) {
                    throw verdict;
                }
            } catch (SQLException e) {
                boolean settled = last || before.equals(Traces.of(database));
                if (isBeingOpened(e) ? System.nanoTime() > end : settled) {
                    throw SqliteFailure.of(database, doing, e);
                }
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** A program that is about to use the database has made the index, or cleared it, and has yet to fill it. */
    private static boolean isBeingOpened(SQLException e) {
        return e instanceof SQLiteException failure
                && failure.getResultCode() == SQLiteErrorCode.SQLITE_READONLY_RECOVERY;
    }

    private static WorkerSupervisorException unsettled(Database database, String doing, Traces traces) {
        return database.failure(database.name() + ": " + doing + " failed: "
                + (traces.hidesCommits()
                        ? "there is a -wal and no -shm, so the last commits cannot be seen without altering it. Copy all"
                                + " three files while no host runs, or open it for writing once"
                        : "it was opened and closed by others all the time. Try again"));
    }

    static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** The marks that change whenever a database is written. */
    private record Traces(Optional<Trace> file, Optional<Trace> wal, Optional<Trace> shm) {
        static Traces of(Database database) {
            try {
                Path file = database.file();
                return new Traces(Trace.of(file), Trace.of(beside(file, "-wal")), Trace.of(beside(file, "-shm")));
            } catch (IOException e) {
                throw database.failure(database.name() + " cannot be looked at: " + SqliteFailure.reason(e), e);
            }
        }

        boolean attachable() {
            return wal.isPresent() && shm.isPresent();
        }

        /** Also true for a moment while the last program that used it closes it. */
        boolean hidesCommits() {
            return shm.isEmpty() && wal.isPresent() && wal.get().size() > 0;
        }

        String mode() {
            return attachable() ? "mode=ro&readonly_shm=1" : "mode=ro&immutable=1";
        }
    }

    private record Trace(long size, FileTime changed) {
        static Optional<Trace> of(Path file) throws IOException {
            try {
                BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                return Optional.of(new Trace(found.size(), found.lastModifiedTime()));
            } catch (NoSuchFileException missing) {
                return Optional.empty();
            }
        }
    }
}
