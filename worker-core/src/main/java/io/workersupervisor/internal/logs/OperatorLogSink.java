package io.workersupervisor.internal.logs;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.internal.events.OperatorLog;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes grave entries to {@code data/worker.log}. After a crash, lines that are there already are known by their place. Used
 * by one thread.
 */
final class OperatorLogSink implements LogSink {
    static final String NAME = "worker-log";

    /** The longest batch, which may have been written before. */
    private static final int REPEATED = 8 << 20;

    private final OperatorLog file;
    private final LogLevel least;
    private boolean mayRepeat = true;

    OperatorLogSink(OperatorLog file, LogLevel least) {
        this.file = file;
        this.least = least;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Rejected> append(List<LogEntry> entries) {
        List<LogEntry> grave = entries.stream()
                .filter(entry -> entry.level().compareTo(least) >= 0)
                .toList();
        if (grave.isEmpty()) {
            return List.of();
        }
        try {
            Set<String> there = mayRepeat ? there() : Set.of();
            StringBuilder lines = new StringBuilder();
            for (LogEntry entry : grave) {
                if (!there.contains(OperatorLog.place(entry.requirePosition()))) {
                    lines.append(OperatorLog.line(entry)).append('\n');
                }
            }
            mayRepeat = true;
            if (lines.length() > 0) {
                file.append(lines.toString());
            }
            mayRepeat = false;
            return List.of();
        } catch (IOException e) {
            throw new LogSinkException("worker.log cannot be written: " + Text.reason(e), e);
        }
    }

    private Set<String> there() throws IOException {
        Set<String> places = new HashSet<>();
        for (String line : file.lastLines(REPEATED)) {
            String[] words = line.split(" +", 5);
            if (words.length == 5) {
                places.add(words[3]);
            }
        }
        return places;
    }

    /** Nothing is looked up here: {@code worker.log} is for people. */
    @Override
    public List<LogEntry> find(LogQuery query) {
        return List.of();
    }

    @Override
    public void close() {
        // Each append opens the file for itself.
    }
}
