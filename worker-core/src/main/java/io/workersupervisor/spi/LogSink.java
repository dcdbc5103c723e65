package io.workersupervisor.spi;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import java.util.List;

/**
 * Where the log entries of all workers go, and where they are looked up.
 *
 * <p>An entry is known by its {@link LogPosition}: appending one that is there changes nothing, so that a host that died
 * between append and checkpoint may append again. One thread of one host of a data directory appends; any thread of any
 * process may search meanwhile. Methods may block for as long as the store does but with a bound of their own. A failing
 * store is a {@link LogSinkException}: the same batch is then appended again, later, and the worker never waits for it.
 */
public interface LogSink extends AutoCloseable {
    /**
     * Names the sink in messages, and its checkpoints in the data directory: another name begins at the first line again.
     *
     * @return 1 to 32 characters of {@code [a-z0-9-]}, always the same
     */
    String name();

    /**
     * Appends entries in one go. When it returns they are durable, but for those that it names.
     *
     * @param entries each with its position, in order for each worker; may be empty
     * @return the entries that the store refuses for themselves and always will; they are set aside by the caller
     * @throws LogSinkException if the store fails; some of the entries may be there then
     */
    List<Rejected> append(List<LogEntry> entries);

    /**
     * The last entries that fit.
     *
     * @param query which entries
     * @return oldest first: by time, then by position, what has none last; those of one worker by position alone
     * @throws LogSinkException if the store fails
     */
    List<LogEntry> find(LogQuery query);

    /** Lets go of the store; a second call does nothing. Never throws for a store that is down. */
    @Override
    void close();

    /**
     * An entry that the store refuses for itself.
     *
     * @param entry the entry
     * @param why in words, without the message
     */
    record Rejected(LogEntry entry, String why) {}
}
