package io.workersupervisor.examples;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogSink;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.sqlite.SqliteLogSink;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A data directory opened for looking at it; nothing is made or changed. */
record Inspection(DataDirectory data, SqliteWorkerRegistry registry, Optional<LogSink> sink, WorkerInspector inspector)
        implements AutoCloseable {
    /** The source of what is in no sink. */
    static final String FILES = "files";

    static Inspection open(Path path) {
        DataDirectory data = existing(path);
        SqliteWorkerRegistry registry = SqliteWorkerRegistry.openReadOnly(data);
        return new Inspection(data, registry, Optional.empty(), WorkerInspector.of(data, registry));
    }

    /** With the log sink, where a host has made one. */
    static Inspection withLogs(Path path) {
        DataDirectory data = existing(path);
        if (Files.notExists(data.path().resolve("logs").resolve("logs.db"))) {
            return open(path);
        }
        SqliteWorkerRegistry registry = SqliteWorkerRegistry.openReadOnly(data);
        LogSink sink = SqliteLogSink.openReadOnly(data);
        return new Inspection(data, registry, Optional.of(sink), WorkerInspector.of(data, registry, sink));
    }

    private static DataDirectory existing(Path path) {
        DataDirectory data = DataDirectory.existing(path);
        if (Files.notExists(data.registryFile())) {
            throw new DataDirectoryException(
                    "data directory " + data + " has no registry.db: nothing was started there yet, or it was lost");
        }
        return data;
    }

    /** Whether nothing is known of an account: neither a row nor a worker, nor the end of one. */
    boolean isUnknown(AccountId account) {
        return inspector.status(account).isEmpty() && inspector.why(account).isEmpty();
    }

    /** Says where an answer is from, unless all of it is from the sink. */
    void noteSource(Output output, LogAnswer answer) {
        answer.trouble()
                .ifPresent(why -> output.note(
                        answer.source().equals(FILES) ? "from the workers' files in " + data + ": " + why : why));
    }

    /** Says that nothing was found, and where it was looked for. */
    void noteNothing(Output output, String what, LogAnswer answer) {
        output.note("nothing found (" + what + "); looked in "
                + (answer.source().equals(FILES) ? "" : "log sink " + answer.source() + " and ")
                + "the workers' files in " + data
                + answer.trouble().map(why -> ": " + why).orElse(""));
    }

    /** The state for programs. */
    static String state(WorkerStatus status) {
        return status.registered() ? status.state().name() : "UNREGISTERED";
    }

    /** Warns where hosts would refuse the directory: what is seen in it may be the original's. */
    void warnIfMoved(Output output) {
        if (inspector.isMoved()) {
            output.warn("data directory " + data
                    + " was copied, restored or moved since a host used it: start, stop and"
                    + " host refuse it without " + Option.ACCEPT_MOVED_DIRECTORY + ", and what is shown may be out of"
                    + " date");
        }
    }

    @Override
    public void close() {
        sink.ifPresent(LogSink::close);
        registry.close();
    }
}
