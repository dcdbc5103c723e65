package io.workersupervisor.sqlite;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.RegistryException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** A registry's file before it is opened: made whole where it is missing, refused where it is not what it should be. */
final class RegistryFile {
    private RegistryFile() {}

    /** The file for writing, without symbolic links; made if nothing is there. */
    static Path forWriting(Path path, Duration busyTimeout) {
        Path file = path.toAbsolutePath().normalize();
        DataDirectory.requireLocal(file);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            create(file, busyTimeout);
        }
        Path real = existing(file);
        DataDirectory.requireLocal(real);
        Path directory = directoryOf(real);
        if (!Files.isWritable(real) || !Files.isWritable(directory)) {
            throw new RegistryException("registry " + real + " cannot be written by this user, or its directory cannot:"
                    + " give write permission on both, remount their file system if it is mounted read-only, or choose"
                    + " another place");
        }
        return real;
    }

    /** The file as it is, without symbolic links. */
    static Path existing(Path path) {
        Path file = path.toAbsolutePath().normalize();
        try {
            Path real = file.toRealPath();
            if (!Files.isRegularFile(real)) {
                throw new RegistryException(
                        "registry " + real + " is a directory or device, not a file: choose another place");
            }
            if (!Files.isReadable(real)) {
                throw new RegistryException(
                        "registry " + real + " cannot be read by this user: run as its owner, or choose another place");
            }
            if (Files.size(real) == 0) {
                throw new RegistryException(
                        "registry " + real + " is empty, which this library never leaves behind: its"
                                + " content was lost. Restore a backup, or delete it to begin anew");
            }
            return real;
        } catch (IOException e) {
            throw new RegistryException(
                    "registry " + file + " is not there or cannot be reached: " + SqliteFailure.reason(e), e);
        }
    }

    /**
     * Makes the registry beside its place and links it there: at its place it is whole or missing, and of several makers
     * one wins. A crash leaves a file NAME-*.new, which nothing reads. The first commit syncs the directory.
     */
    private static void create(Path file, Duration busyTimeout) {
        Path directory = directoryOf(file);
        if (!Files.isDirectory(directory)) {
            throw new RegistryException("registry " + file + " cannot be made: there is no directory " + directory
                    + ". Make it, or choose another place");
        }
        requireNoRemains(file);
        try {
            Path fresh = Files.createTempFile(directory, file.getFileName() + "-", ".new");
            try {
                fill(fresh, busyTimeout);
                Files.createLink(file, fresh);
            } catch (FileAlreadyExistsException madeByAnother) {
                return;
            } finally {
                for (String suffix : new String[] {"", "-wal", "-shm", "-journal"}) {
                    Files.deleteIfExists(Snapshot.beside(fresh, suffix));
                }
            }
        } catch (IOException e) {
            throw unmakeable(file, SqliteFailure.reason(e), e);
        } catch (UnsupportedOperationException e) {
            throw unmakeable(file, String.valueOf(e.getMessage()), e);
        } catch (SQLException e) {
            throw SqliteFailure.of(file, "making it", e);
        }
    }

    private static RegistryException unmakeable(Path file, String reason, Exception cause) {
        return new RegistryException(
                "registry " + file + " cannot be made: " + reason
                        + ". Its directory must be writable and allow hard links",
                cause);
    }

    private static void fill(Path fresh, Duration busyTimeout) throws SQLException {
        try (Session session = Session.open(fresh, "mode=rw", busyTimeout)) {
            session.query("PRAGMA journal_mode = WAL");
            session.update("PRAGMA synchronous = FULL");
            session.atomically(inside -> {
                Schema.create(inside);
                return true;
            });
        }
    }

    /** SQLite would mix the journal of a lost database into the new one. */
    private static void requireNoRemains(Path file) {
        for (String suffix : new String[] {"-wal", "-journal"}) {
            Path remains = Snapshot.beside(file, suffix);
            if (Files.exists(remains) && !Files.exists(file)) {
                throw new RegistryException("registry " + file + " is missing but " + remains
                        + " is there: it was moved or deleted without its journal. Bring it back, or delete the journal"
                        + " to begin anew");
            }
        }
    }

    private static Path directoryOf(Path file) {
        Path directory = file.getParent();
        if (directory == null) {
            throw new RegistryException("registry " + file + " is no file: choose another place");
        }
        return directory;
    }
}
