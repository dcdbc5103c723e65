package io.workersupervisor.sqlite;

import io.workersupervisor.LogSinkException;
import io.workersupervisor.RegistryException;
import io.workersupervisor.WorkerSupervisorException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The contents of a file of ours, the way it is opened and the words of its failures.
 *
 * @param noun the name of a file in messages
 * @param applicationId its {@code PRAGMA application_id}
 * @param table the table that matters
 * @param columns the columns of that table which this version knows
 * @param statements make its tables and indexes
 * @param autoVacuum true if a file can give back pages; settled when it is made
 * @param settings the settings of each connection for writing, beside those common to all
 * @param exception makes its failures
 * @param advice the remedies, beside those that follow from SQLite's errors
 * @param longestQueue the longest wait of a call for other threads that read or open files of this kind
 * @param index held by a reading connection as long as it is open, and by one for writing while it opens; each kind has
 *     its own, so that a log store never holds up a registry
 */
record FileKind(
        String noun,
        long applicationId,
        String table,
        List<String> columns,
        List<String> statements,
        String autoVacuum,
        List<String> settings,
        Function<String, WorkerSupervisorException> exception,
        Advice advice,
        Duration longestQueue,
        ReentrantLock index) {
    /** The registry, without which no worker starts: doubt about the file stops everything. */
    static final FileKind REGISTRY = new FileKind(
            "registry",
            0x57535550, // WSUP
            "worker_registry",
            RegistryTables.COLUMNS,
            RegistryTables.STATEMENTS,
            "NONE",
            List.of(),
            RegistryException::new,
            new Advice(
                    "bring it back, or restart its hosts",
                    "restart the hosts that use it",
                    "Stop all hosts, move the file with its -wal and -shm aside, and restore a backup: copy what VACUUM INTO"
                            + " made to its place. Without one the next host begins anew and finds the workers that run"),
            Duration.ofSeconds(30),
            new ReentrantLock());

    /** The log store: entries wait in the workers' files, so that a new file is better than none. */
    static final FileKind LOGS = new FileKind(
            "log store",
            0x57534c47, // WSLG
            "worker_logs",
            LogTable.COLUMNS,
            LogTable.STATEMENTS,
            "INCREMENTAL",
            LogWriter.SETTINGS,
            LogSinkException::new,
            new Advice(
                    "the next entries go to what is there then, or to a new file",
                    "the next entries go to the file that is there now",
                    "Move the file with its -wal and -shm aside: the next entries go to a new one. What can be saved of it,"
                            + " sqlite3 saves with .recover"),
            Duration.ofSeconds(5),
            new ReentrantLock());

    /**
     * The remedies, or the next steps.
     *
     * @param moved for a file that was moved or deleted while it was open
     * @param replaced for another file at its place
     * @param damaged for a damaged file
     */
    record Advice(String moved, String replaced, String damaged) {}
}
