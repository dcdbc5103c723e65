package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.directory.ProcessLock;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * Calls the hosts of a data directory that keep accounts running: {@code data/bell} is written anew when a row was changed for
 * them, and {@code data/keeping.lock} is held by one of them. A bell that cannot be rung or heard is made up for by the next
 * tick. Thread-safe.
 */
public final class Bell implements AutoCloseable {
    private static final String LOCK = "keeping.lock";

    private final Path directory;
    private final Path file;
    private Optional<FileTime> heard = Optional.empty();
    private Optional<ProcessLock> lock = Optional.empty();

    private Bell(DataDirectory data) {
        this.directory = data.path();
        this.file = Layout.bell(data);
    }

    /** The bell of a host's data directory. */
    public static Bell of(ProtocolContext context) {
        return new Bell(context.local().data());
    }

    void ring() {
        try {
            if (Files.notExists(file)) {
                OwnFiles.make(file);
            }
            Files.write(file, new byte[0]);
        } catch (FileAlreadyExistsException another) {
            // Another process has just rung.
            return;
        } catch (IOException late) {
            return;
        }
    }

    /** True if it was rung since the last call. */
    public synchronized boolean isRung() {
        try {
            FileTime now = Files.getLastModifiedTime(file);
            boolean changed = !heard.equals(Optional.of(now));
            heard = Optional.of(now);
            return changed;
        } catch (IOException never) {
            return false;
        }
    }

    /** Says that a host is here, from now on until it is closed or its process ends. */
    public synchronized void attend() {
        if (lock.isEmpty()) {
            lock = tryLock();
        }
    }

    /** True if a host of this data directory keeps accounts running. */
    boolean isAttended() {
        Optional<ProcessLock> free = tryLock();
        free.ifPresent(Bell::release);
        return free.isEmpty();
    }

    /** Where the lock cannot be tried, somebody may hold it. */
    private Optional<ProcessLock> tryLock() {
        try {
            return ProcessLock.tryLock(directory, LOCK);
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    private static void release(ProcessLock held) {
        try {
            held.close();
        } catch (IOException atExit) {
            // The kernel lets go of it with the process.
            return;
        }
    }

    @Override
    public synchronized void close() {
        lock.ifPresent(Bell::release);
        lock = Optional.empty();
    }
}
