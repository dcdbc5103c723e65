package io.workersupervisor;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The log entries that were found, and their source. Immutable.
 *
 * @param entries the entries, oldest first
 * @param source the name of a sink, or {@code files}
 * @param trouble the reason why entries come from the files of the workers, or their number, in words; empty if all are
 *     from the sink
 */
public record LogAnswer(List<LogEntry> entries, String source, Optional<String> trouble) {
    public LogAnswer {
        Objects.requireNonNull(entries, "entries");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(trouble, "trouble");
        entries = List.copyOf(entries);
    }
}
