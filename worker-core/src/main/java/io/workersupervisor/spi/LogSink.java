package io.workersupervisor.spi;

import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.internal.logs.LogPages;
import io.workersupervisor.internal.text.Require;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The store of the log entries of all workers.
 *
 * <p>An entry is known by its {@link LogPosition}: appending one that is there changes nothing, so that a host that died
 * between append and checkpoint may append again. One thread of one host of a data directory appends; any thread of any
 * process may search meanwhile. Methods may block for as long as the store does but with a bound of their own. A failing
 * store is a {@link LogSinkException}: the same batch is then appended again, later, and the worker never waits for it.
 */
public interface LogSink extends AutoCloseable {
    /**
     * Names the sink in messages, and its checkpoints in the data directory: always the same 1 to 32 characters of
     * {@code [a-z0-9-]}. Under another name the sink gets every line again from the first.
     */
    String name();

    /**
     * Appends entries in one batch. When it returns they are durable, but for those that it names.
     *
     * @param entries each with its position, in order for each worker; may be empty
     * @return the entries that the store never takes because of the entry itself; the caller puts them aside
     * @throws LogSinkException if the store fails; some of the entries may be there then
     */
    List<Rejected> append(List<LogEntry> entries);

    /**
     * Finds the last entries that fit, oldest first: by time, then by position, entries without one last; those of one worker
     * by position alone. All of them are in memory; for more see
     * {@link #find(LogQuery, Consumer)}.
     *
     * @throws LogSinkException if the store fails
     */
    List<LogEntry> find(LogQuery query);

    /**
     * Hands out what {@link #find(LogQuery)} would find, in the same order and in parts of some hundred; one part without
     * entries if there are none. By default it is read in pages, some of them twice. Entries that come meanwhile are left out.
     *
     * @throws LogSinkException if the store fails; some entries may have been handed out then
     */
    default void find(LogQuery query, Consumer<List<LogEntry>> part) {
        Require.noneNull("query part", query, part);
        LogPages.forEach(
                query,
                page -> new LogAnswer(find(page), name(), Optional.empty()),
                answer -> part.accept(answer.entries()));
    }

    /**
     * Names the one whom the sink tells what a person should know of its store while entries are appended: long work and its
     * progress, a setting that could not be applied. A finding that is {@code OK} takes back the warning before. A host calls
     * this once, before it appends; by default nothing is told. Any thread may tell, and the listener returns at once.
     */
    default void reportTo(Consumer<Finding> listener) {
        Require.nonNull("listener", listener);
    }

    /**
     * Examines the store for the doctor: reads a bounded part of it, says of a part that was not looked at, and changes
     * nothing. By default there is nothing to find.
     *
     * @throws LogSinkException if the store fails
     */
    default List<Finding> findings() {
        return List.of();
    }

    /** Closes the store; a second call does nothing. Never throws for a store that is down. */
    @Override
    void close();

    /**
     * An entry that the store never takes because of the entry itself.
     *
     * @param entry the entry
     * @param why the reason in words, without the message
     */
    record Rejected(LogEntry entry, String why) {
        public Rejected {
            Require.noneNull("entry why", entry, why);
        }
    }
}
