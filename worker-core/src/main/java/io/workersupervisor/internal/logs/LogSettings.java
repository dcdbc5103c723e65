package io.workersupervisor.internal.logs;

import io.workersupervisor.LogLevel;
import io.workersupervisor.LogRetention;
import io.workersupervisor.Redaction;
import io.workersupervisor.spi.LogSink;
import java.util.List;
import java.util.OptionalInt;

/**
 * A host's choices for the lines that workers log. Entries from the summary level on go to {@code data/worker.log}; the budget
 * is the number of entries of one worker that go into a sink in a minute, empty for all.
 */
public record LogSettings(
        List<LogSink> sinks, LogLevel summaryLevel, Redaction redaction, OptionalInt budget, LogRetention retention) {
    /** The name of the sink that writes {@code data/worker.log}: no other may have it. */
    public static final String RESERVED_SINK = OperatorLogSink.NAME;
}
