package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.util.List;
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
        Require.noneNull("entries source trouble", entries, source, trouble);
        entries = List.copyOf(entries);
    }
}
