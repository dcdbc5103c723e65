package io.workersupervisor;

import java.util.List;
import java.util.Optional;

/**
 * What was found in the logs, and where. Immutable.
 *
 * @param entries oldest first
 * @param source where they are from: the name of a sink, or {@code files}
 * @param trouble why they are from the files of the workers, or how many of them are, in words; empty if all are from
 *     the sink
 */
public record LogAnswer(List<LogEntry> entries, String source, Optional<String> trouble) {
    /** Copies the list. */
    public LogAnswer {
        entries = List.copyOf(entries);
    }
}
