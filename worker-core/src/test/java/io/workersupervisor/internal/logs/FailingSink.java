package io.workersupervisor.internal.logs;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.spi.InMemoryLogSink;
import io.workersupervisor.spi.LogSink;
import java.util.List;
import java.util.function.UnaryOperator;

/** A sink in memory that does something else where a test says so. */
final class FailingSink implements LogSink {
    final InMemoryLogSink kept = new InMemoryLogSink();
    int batches;
    /** Is given each batch, and what it returns is appended; it may throw. */
    UnaryOperator<List<LogEntry>> before = batch -> batch;
    /** Called when a batch is there; it may throw. */
    Runnable after = () -> {};
    /** What the sink refuses for itself. */
    java.util.function.Predicate<LogEntry> refused = entry -> false;

    @Override
    public String name() {
        return "failing";
    }

    @Override
    public List<Rejected> append(List<LogEntry> entries) {
        batches++;
        kept.append(before.apply(entries).stream().filter(refused.negate()).toList());
        after.run();
        return entries.stream()
                .filter(refused)
                .map(entry -> new Rejected(entry, "too strange"))
                .toList();
    }

    @Override
    public List<LogEntry> find(LogQuery query) {
        return kept.find(query);
    }

    List<String> messages(int number) {
        return find(LogQuery.last(LogQuery.MOST).worker(TailedDirectory.worker(number))).stream()
                .map(LogEntry::message)
                .toList();
    }

    @Override
    public void close() {
        kept.close();
    }
}
