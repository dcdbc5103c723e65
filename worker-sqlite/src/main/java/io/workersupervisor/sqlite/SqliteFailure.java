package io.workersupervisor.sqlite;

import io.workersupervisor.RegistryException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteErrorCode;

/** SQLite's errors in words: the file, what was done, what SQLite says, what to do. */
final class SqliteFailure {
    static final String DAMAGED =
            "Stop all hosts, keep a copy of the file with its -wal and -shm, and restore a backup";

    private SqliteFailure() {}

    static RegistryException of(Path file, String doing, SQLException error) {
        String words = "registry " + file + ": " + doing + " failed: " + error.getMessage() + ". ";
        return new RegistryException(words + advice(error), error);
    }

    /** Whether the disk had no room: then nothing of the transaction is there, even where it was the commit that failed. */
    static boolean isFull(Throwable error) {
        return error instanceof SQLException e && code(e) == SQLiteErrorCode.SQLITE_FULL;
    }

    private static SQLiteErrorCode code(SQLException error) {
        return SQLiteErrorCode.getErrorCode(error.getErrorCode() & 0xff);
    }

    private static String advice(SQLException error) {
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
                "Give this user write permission on the file, its -wal and -shm, and their directory";
            case SQLITE_NOTADB -> "It is no SQLite database: choose another place, or move that file away";
            case SQLITE_CORRUPT -> DAMAGED;
            case SQLITE_IOERR ->
                "See that its file system has free space and the disk is sound (kernel's log); only reading tells what was"
                        + " written";
            case SQLITE_CANTOPEN -> "See that the file and its directory are there and may be read and written";
            default -> "Try again; if it stays, restart the host and keep this message";
        };
    }
}
