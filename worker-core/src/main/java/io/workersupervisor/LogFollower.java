package io.workersupervisor;

import java.util.List;

/**
 * Follows the log of an account live, in the workers' own files; needs neither a host nor a sink. Not thread-safe; nothing
 * runs between two calls.
 */
public interface LogFollower extends AutoCloseable {
    /**
     * The entries that came since the last call, oldest first; at first those at the end of the present worker's file. A
     * worker that is started meanwhile is followed from its first line. An entry comes when the next one has begun, or shortly
     * after its last line. Reads files and returns at once; empty if nothing is new.
     *
     * @throws LogSinkException if a file cannot be read
     */
    List<LogEntry> poll();

    @Override
    void close();
}
