package io.workersupervisor;

import java.util.List;

/**
 * Follows live what the workers of an account log, from their own files: whether or not a host or a sink runs. Not
 * thread-safe; nothing runs between two calls.
 */
public interface LogFollower extends AutoCloseable {
    /**
     * The entries that came since the last call; at first those at the end of the present worker's file. A worker that is
     * started meanwhile is followed from its first line. An entry comes when the next one has begun, or shortly after
     * its last line. Reads files and returns at once.
     *
     * @return oldest first; empty if there is nothing new
     * @throws LogSinkException if a file cannot be read
     */
    List<LogEntry> poll();

    @Override
    void close();
}
