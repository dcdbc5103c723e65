package io.workersupervisor.sqlite;

import io.workersupervisor.WorkerSupervisorException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteErrorCode;

/** SQLite's errors in words: the file, what was done, what SQLite says, what to do. */
final class SqliteFailure {
    private SqliteFailure() {}

    static WorkerSupervisorException of(Database database, String doing, SQLException error) {
        String words = database.name() + ": " + doing + " failed: " + error.getMessage() + ". ";
        return database.failure(words + advice(database, error), error);
    }

    /** Tells whether the disk had no room: then nothing of the transaction is there, even if the commit itself failed. */
    static boolean isFull(Throwable error) {
        return error instanceof SQLException e && code(e) == SQLiteErrorCode.SQLITE_FULL;
    }

    /** Tells whether the table refuses a row, and nothing else is wrong. */
    static boolean isRefusal(SQLException error) {
        return code(error) == SQLiteErrorCode.SQLITE_CONSTRAINT;
    }

    private static SQLiteErrorCode code(SQLException error) {
        return SQLiteErrorCode.getErrorCode(error.getErrorCode() & 0xff);
    }

    private static String advice(Database database, SQLException error) {
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
            case SQLITE_NOTADB -> database.noDatabase();
            case SQLITE_CORRUPT -> database.kind().advice().damaged();
            case SQLITE_IOERR ->
                "See that its file system has free space and the disk is sound (kernel's log); only a reading shows what was"
                        + " written";
            case SQLITE_CANTOPEN -> "See that the file and its directory are there and may be read and written";
            default -> "Try again; if it stays, restart the host and keep this message";
        };
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
