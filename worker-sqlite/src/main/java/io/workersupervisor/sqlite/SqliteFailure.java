package io.workersupervisor.sqlite;

import io.workersupervisor.RegistryException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteErrorCode;

/** SQLite's errors in words: the file, what was done, what SQLite says, what to do. */
final class SqliteFailure {
    static final String DAMAGED =
            "Stop all hosts, move the file with its -wal and -shm aside, and restore a backup: copy what VACUUM INTO made to"
                    + " its place. Without one the next host begins anew and finds the workers that run";

    private SqliteFailure() {}

    static RegistryException of(Path file, String doing, SQLException error) {
        String words = "registry " + file + ": " + doing + " failed: " + error.getMessage() + ". ";
        return new RegistryException(words + advice(file, error), error);
    }

    /** Whether the disk had no room: then nothing of the transaction is there, even where it was the commit that failed. */
    static boolean isFull(Throwable error) {
        return error instanceof SQLException e && code(e) == SQLiteErrorCode.SQLITE_FULL;
    }

    private static SQLiteErrorCode code(SQLException error) {
        return SQLiteErrorCode.getErrorCode(error.getErrorCode() & 0xff);
    }

    private static String advice(Path file, SQLException error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof NativeLibraryNotFoundException) {
                return "SQLite's native library could not be unpacked: set the system property org.sqlite.tmpdir to a"
                        + " directory that can be written and is not mounted noexec";
            }
        }
        return switch (code(error)) {
            case SQLITE_BUSY, SQLITE_LOCKED ->
                "Another process holds the write lock for long: find it (fuser -v FILE) and end it, then try again";
            case SQLITE_FULL -> "Its file system needs free space; then try again";
            case SQLITE_READONLY, SQLITE_PERM ->
                "Give this user write permission on the file, its -wal and -shm, and their directory, and see that their"
                        + " file system is not mounted read-only";
            case SQLITE_NOTADB ->
                isInDataDirectory(file)
                        ? "It is damaged. " + DAMAGED
                        : "It is no SQLite database: choose another place, or move that file away";
            case SQLITE_CORRUPT -> DAMAGED;
            case SQLITE_IOERR ->
                "See that its file system has free space and the disk is sound (kernel's log); only reading tells what was"
                        + " written";
            case SQLITE_CANTOPEN -> "See that the file and its directory are there and may be read and written";
            default -> "Try again; if it stays, restart the host and keep this message";
        };
    }

    /** What a host leaves beside its registry: the file there was one. */
    private static boolean isInDataDirectory(Path file) {
        return Files.exists(file.resolveSibling("node")) || Files.isDirectory(file.resolveSibling("locks"));
    }

    /** An I/O error in words; the message of some is only the path. */
    static String reason(IOException error) {
        if (error instanceof AccessDeniedException) {
            return "permission denied";
        } else if (error instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        return error instanceof FileSystemException failed && failed.getReason() != null
                ? failed.getReason()
                : String.valueOf(error.getMessage());
    }
}
