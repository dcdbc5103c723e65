package io.workersupervisor.internal.logs;

import io.workersupervisor.LogLevel;
import io.workersupervisor.LogRetention;
import io.workersupervisor.Redaction;
import io.workersupervisor.spi.LogSink;
import java.util.List;
import java.util.OptionalInt;

/**
 * What becomes of the lines that workers log.
 *
 * @param sinks where entries go
 * @param summaryLevel from which level on entries are written to {@code data/worker.log}
 * @param redaction what is masked
 * @param budget entries of one worker that go into a sink in a minute; empty for all
 * @param retention when files are archived and removed
 */
public record LogSettings(
        List<LogSink> sinks, LogLevel summaryLevel, Redaction redaction, OptionalInt budget, LogRetention retention) {
    /** The name of the sink that writes {@code data/worker.log}: no other may have it. */
    public static final String RESERVED_SINK = OperatorLogSink.NAME;
}
