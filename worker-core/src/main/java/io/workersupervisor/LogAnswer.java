package io.workersupervisor;

import java.util.List;
import java.util.Optional;

/**
 * What was found in the logs, and where. Immutable.
 *
 * @param entries oldest first
 * @param source where they are from: the name of a sink, or {@code files}
 * @param trouble why the sink was not used, in words; empty if it was
 */
public record LogAnswer(List<LogEntry> entries, String source, Optional<String> trouble) {
    /**
     * Copies the list.
     *
     * @param entries oldest first
     * @param source where they are from
     * @param trouble why the sink was not used, in words; empty if it was
     */
    public LogAnswer {
        entries = List.copyOf(entries);
    }
}
