package io.workersupervisor.internal.directory;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A lock between the hosts of a data directory. It is Java's own, which a process loses by dying and no worker inherits. */
public final class ProcessLock implements AutoCloseable {
    /** The kernel forgets a process's lock when the process closes the file anywhere: it is opened once. */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final RandomAccessFile open;

    private ProcessLock(Path file, RandomAccessFile open) {
        this.file = file;
        this.open = open;
    }

    /** Never waits; empty where another host has it. */
    public static Optional<ProcessLock> tryLock(Path directory, String name) throws IOException {
        OwnFiles.makeDirectories(directory);
        Path file = directory.toRealPath().resolve(name);
        if (!HELD_HERE.add(file)) {
            return Optional.empty();
        }
        Optional<ProcessLock> lock = Optional.empty();
        try {
            lock = tryLockFile(file);
            return lock;
        } finally {
            if (lock.isEmpty()) {
                HELD_HERE.remove(file);
            }
        }
    }

    private static Optional<ProcessLock> tryLockFile(Path file) throws IOException {
        RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
        FileLock lock = null;
        try {
            lock = open.getChannel().tryLock();
        } finally {
            if (lock == null) {
                open.close();
            }
        }
        return Optional.ofNullable(lock).map(held -> new ProcessLock(file, open));
    }

    @Override
    public void close() throws IOException {
        open.close();
        HELD_HERE.remove(file);
    }
}
