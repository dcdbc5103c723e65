package io.workersupervisor.internal.directory;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A lock between the hosts of a data directory. It is Java's own, which a process loses by dying and no worker inherits. */
public final class ProcessLock implements AutoCloseable {
    /**
     * The kernel forgets a process's lock when the process closes the file anywhere: it is opened once, whatever the paths
     * that lead to it. A place is the identity of a directory, and a name in it.
     */
    private static final Set<List<Object>> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final List<Object> place;
    private final RandomAccessFile open;

    private ProcessLock(List<Object> place, RandomAccessFile open) {
        this.place = place;
        this.open = open;
    }

    /** Never waits; empty where another host has it. */
    public static Optional<ProcessLock> tryLock(Path directory, String name) throws IOException {
        OwnFiles.makeDirectories(directory);
        List<Object> place = List.of(
                Files.readAttributes(directory, BasicFileAttributes.class).fileKey(), name);
        if (!HELD_HERE.add(place)) {
            return Optional.empty();
        }
        Optional<ProcessLock> lock = Optional.empty();
        try {
            lock = tryLockFile(place, directory.resolve(name));
            return lock;
        } finally {
            if (lock.isEmpty()) {
                HELD_HERE.remove(place);
            }
        }
    }

    private static Optional<ProcessLock> tryLockFile(List<Object> place, Path file) throws IOException {
        RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
        FileLock lock = null;
        try {
            lock = open.getChannel().tryLock();
        } finally {
            if (lock == null) {
                open.close();
            }
        }
        return Optional.ofNullable(lock).map(held -> new ProcessLock(place, open));
    }

    @Override
    public void close() throws IOException {
        open.close();
        HELD_HERE.remove(place);
    }
}
