package io.workersupervisor;

import java.util.List;
import java.util.Optional;

/** Answers queries from a sink, or from the workers' files where the sink cannot. Thread-safe. */
final class LogLookup {
    private static final String FILES = "files";

    private final DataDirectory data;
    private final Incarnations incarnations;
    private final Optional<LogSink> sink;
    private final Redaction redaction;
    private final Timing timing;

    LogLookup(DataDirectory data, WorkerRegistry registry, Optional<LogSink> sink, Redaction redaction, Timing timing) {
        this.data = data;
        this.incarnations = Incarnations.of(registry);
        this.sink = sink;
        this.redaction = redaction;
        this.timing = timing;
    }

    LogAnswer find(LogQuery query) {
        if (sink.isEmpty()) {
            return inFiles(query, "no log sink is used");
        }
        String name = sink.get().name();
        try {
            List<LogEntry> found = sink.get().find(query);
            if (!found.isEmpty()) {
                return new LogAnswer(found, name, Optional.empty());
            }
            LogAnswer files = inFiles(query, "log sink " + name + " holds nothing of this yet");
            return files.entries().isEmpty() ? new LogAnswer(found, name, Optional.empty()) : files;
        } catch (LogSinkException down) {
            return inFiles(query, "log sink " + name + " cannot be asked: " + down.getMessage());
        }
    }

    private LogAnswer inFiles(LogQuery query, String why) {
        return new LogAnswer(new FileLogs(data, incarnations, redaction).find(query), FILES, Optional.of(why));
    }

    LogFollower follow(AccountId account) {
        return new LogFollower(data, account, incarnations, redaction, timing);
    }
}
