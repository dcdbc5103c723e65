package io.workersupervisor.sqlite;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.WorkerSupervisorException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** A file of ours before it is opened: made whole where it is missing, refused where it is not what it should be. */
final class DatabaseFile {
    private DatabaseFile() {}

    /** The file for writing, without symbolic links; made if nothing is there. */
    static Database forWriting(FileKind kind, Path path, Duration busyTimeout) {
        Path file = DataDirectory.absolute(path);
        DataDirectory.requireLocal(file);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            create(new Database(kind, file), busyTimeout);
        }
        Database real = existing(kind, file);
        DataDirectory.requireLocal(real.file());
        Path directory = directoryOf(real);
        if (!Files.isWritable(real.file()) || !Files.isWritable(directory)) {
            throw real.failure(real.name() + " cannot be written by this user, or its directory cannot:"
                    + " give write permission on both, remount their file system if it is mounted read-only, or choose"
                    + " another place");
        }
        return real;
    }

    /** The file as it is, without symbolic links. */
    static Database existing(FileKind kind, Path path) {
        Path file = DataDirectory.absolute(path);
        try {
            Database real = new Database(kind, DataDirectory.absolute(file.toRealPath()));
            if (!Files.isRegularFile(real.file())) {
                throw real.failure(real.name() + " is a directory or device, not a file: choose another place");
            }
            if (!Files.isReadable(real.file())) {
                throw real.failure(
                        real.name() + " cannot be read by this user: run as its owner, or choose another place");
            }
            if (Files.size(real.file()) == 0) {
                throw real.failure(real.name() + " is empty, which this library never leaves behind: its"
                        + " content was lost. Restore a backup, or delete it to begin anew");
            }
            return real;
        } catch (IOException e) {
            Database missing = new Database(kind, file);
            throw missing.failure(missing.name() + " is not there or cannot be reached: " + SqliteFailure.reason(e), e);
        }
    }

    /**
     * Makes the file beside its place and links it there: at its place it is whole or missing, and of several makers
     * one wins. A crash leaves a file NAME-*.new, which nothing reads. The first commit syncs the directory.
     */
    private static void create(Database database, Duration busyTimeout) {
        Path file = database.file();
        Path directory = directoryOf(database);
        if (!Files.isDirectory(directory)) {
            throw database.failure(database.name() + " cannot be made: there is no directory " + directory
                    + ". Make it, or choose another place");
        }
        requireNoRemains(database);
        try {
            Path fresh = Files.createTempFile(directory, file.getFileName() + "-", ".new");
            try {
                fill(new Database(database.kind(), fresh), busyTimeout);
                Files.createLink(file, fresh);
            } catch (FileAlreadyExistsException madeByAnother) {
                return;
            } finally {
                for (String suffix : new String[] {"", "-wal", "-shm", "-journal"}) {
                    Files.deleteIfExists(Snapshot.beside(fresh, suffix));
                }
            }
        } catch (IOException e) {
            throw unmakeable(database, SqliteFailure.reason(e), e);
        } catch (UnsupportedOperationException e) {
            throw unmakeable(database, String.valueOf(e.getMessage()), e);
        } catch (SQLException e) {
            throw SqliteFailure.of(database, "making it", e);
        }
    }

    private static WorkerSupervisorException unmakeable(Database database, String reason, Exception cause) {
        return database.failure(
                database.name() + " cannot be made: " + reason
                        + ". Its directory must be writable and allow hard links",
                cause);
    }

    private static void fill(Database fresh, Duration busyTimeout) throws SQLException {
        try (SqliteConnection session = SqliteConnection.open(fresh.file(), "mode=rw", busyTimeout)) {
            session.execute("PRAGMA auto_vacuum = " + fresh.kind().autoVacuum());
            session.query("PRAGMA journal_mode = WAL");
            session.update("PRAGMA synchronous = FULL");
            session.atomically(inside -> {
                Schema.create(inside, fresh.kind());
                return true;
            });
        }
    }

    /** SQLite would mix the journal of a lost database into the new one. */
    private static void requireNoRemains(Database database) {
        for (String suffix : new String[] {"-wal", "-journal"}) {
            Path remains = Snapshot.beside(database.file(), suffix);
            if (holdsSomething(remains) && !Files.exists(database.file())) {
                throw database.failure(database.name() + " is missing but " + remains
                        + " is there: it was moved or deleted without its journal. Bring it back, or delete the journal"
                        + " to begin anew");
            }
        }
    }

    private static boolean holdsSomething(Path remains) {
        try {
            return Files.exists(remains) && Files.size(remains) > 0;
        } catch (IOException e) {
            return true;
        }
    }

    private static Path directoryOf(Database database) {
        Path directory = database.file().getParent();
        if (directory == null) {
            throw database.failure(database.name() + " is no file: choose another place");
        }
        return directory;
    }
}
