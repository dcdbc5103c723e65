package io.workersupervisor.spi;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.internal.text.Require;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A sink whose entries end with its process: for the tests of an application. Thread-safe; never blocks for long. */
public final class InMemoryLogSink implements LogSink {
    private static final Comparator<LogEntry> BY_POSITION = Comparator.comparing(LogEntry::requirePosition);
    private static final Comparator<LogEntry> BY_TIME =
            Comparator.comparing(LogEntry::timestamp).thenComparing(BY_POSITION);

    private final Map<LogPosition, LogEntry> entries = new TreeMap<>();

    /** An empty sink. */
    public InMemoryLogSink() {}

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public synchronized List<Rejected> append(List<LogEntry> batch) {
        Require.nonNull("batch", batch);
        batch.forEach(entry -> entries.putIfAbsent(entry.requirePosition(), entry));
        return List.of();
    }

    @Override
    public synchronized List<LogEntry> find(LogQuery query) {
        Require.nonNull("query", query);
        List<LogEntry> found = new ArrayList<>(entries.values().stream()
                .filter(query::selects)
                .sorted(query.workerId().isPresent() ? BY_POSITION : BY_TIME)
                .toList());
        return List.copyOf(found.subList(Math.max(0, found.size() - query.limit()), found.size()));
    }

    /** The number of entries. */
    public synchronized int size() {
        return entries.size();
    }

    @Override
    public void close() {
        // Entries in memory need no closing.
    }
}
