package io.workersupervisor.sqlite;

import io.workersupervisor.WorkerSupervisorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A file of ours, which may be missing or be something else yet.
 *
 * @param kind its contents
 * @param file its path
 */
record Database(FileKind kind, Path file) {
    /** Its name in messages. */
    String name() {
        return kind.noun() + " " + file;
    }

    WorkerSupervisorException failure(String words) {
        return kind.exception().apply(words);
    }

    WorkerSupervisorException failure(String words, Throwable cause) {
        WorkerSupervisorException failure = failure(words);
        failure.initCause(cause);
        return failure;
    }

    /** The remedy where the file has no SQLite header. */
    String noDatabase() {
        return isOurPlace()
                ? "It is damaged. " + kind.advice().damaged()
                : "It is no SQLite database: choose another place, or move that file away";
    }

    /** The traces of a host beside its registry, and the place of its log store: the file there was a registry. */
    private boolean isOurPlace() {
        return kind.equals(FileKind.LOGS)
                || Files.exists(file.resolveSibling("node"))
                || Files.isDirectory(file.resolveSibling("locks"));
    }

    /**
     * Waits until no other thread reads files of this kind, or opens one for writing. An interrupt is kept for the caller
     * and cuts nothing short.
     */
    void enter(String doing) {
        Duration longest = kind.longestQueue();
        long deadline = System.nanoTime() + longest.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (kind.index().tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    throw failure(name() + ": " + doing + " failed: other threads kept it busy for "
                            + longest.toSeconds() + " s. Try again");
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

    /** Lets the next thread in. */
    void leave() {
        kind.index().unlock();
    }
}
