package io.workersupervisor.examples.console.frame;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.examples.console.text.LogWords;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.WorkerRegistry;
import java.util.Optional;

/** A data directory opened for looking at it; nothing is made or changed. */
public record Inspection(DataDirectory data, Registry opened, Optional<LogSink> sink, WorkerInspector inspector)
        implements AutoCloseable {
    /** The source of what is in no sink. */
    public static final String FILES = "files";

    /** Without log entries. */
    public static Inspection open(Call call, Stores stores) {
        DataDirectory data = DataDirectory.existing(call.data());
        Registry opened = stores.registryToLookAt(data);
        return new Inspection(data, opened, Optional.empty(), WorkerInspector.of(data, opened.rows()));
    }

    /** With the log sink, where a host has made one. */
    public static Inspection withLogs(Call call, StoreOptions options) {
        DataDirectory data = DataDirectory.existing(call.data());
        Stores stores = Stores.of(options, call);
        Registry opened = stores.registryToLookAt(data);
        Optional<LogSink> sink = stores.sinkToLookAt(data);
        WorkerInspector inspector = sink.map(found -> WorkerInspector.of(data, opened.rows(), found))
                .orElseGet(() -> WorkerInspector.of(data, opened.rows()));
        return new Inspection(data, opened, sink, inspector);
    }

    public WorkerRegistry registry() {
        return opened.rows();
    }

    /** The state of an account, also of one whose worker lives and whose row is lost. */
    public Optional<WorkerStatus> status(AccountId account) {
        return inspector
                .status(account)
                .or(() -> inspector.list().stream()
                        .filter(status -> status.account().equals(account))
                        .findFirst());
    }

    /** Tells whether nothing is known of an account: no row, no worker and no end of one. */
    public boolean isUnknown(AccountId account) {
        return status(account).isEmpty() && inspector.why(account).isEmpty();
    }

    /** Says that nothing is known of an account. */
    public static int failUnknown(Output output, AccountId account) {
        return output.failure(LogWords.unknown(account));
    }

    /** Says where an answer is from, unless all of it is from the sink. */
    public void noteSource(Output output, LogAnswer answer) {
        answer.trouble()
                .ifPresent(why -> output.note(
                        answer.source().equals(FILES) ? "from the workers' files in " + data + ": " + why : why));
    }

    /** Says that nothing was found, and where it was looked for. */
    public void noteNothing(Output output, String what, LogAnswer answer) {
        output.note("nothing found (" + what + "); looked in "
                + (answer.source().equals(FILES) ? "" : "log sink " + answer.source() + " and ")
                + "the workers' files in " + data
                + answer.trouble().map(why -> ": " + why).orElse(""));
    }

    /** The state for programs. */
    public static String state(WorkerStatus status) {
        return status.registered() ? status.state().name() : "UNREGISTERED";
    }

    /** Warns where hosts would refuse the directory: what is seen in it may be the original's. */
    public void warnIfMoved(Output output) {
        if (inspector.isMoved()) {
            output.warn("data directory " + data
                    + " was copied, restored or moved since a host used it: start, stop and"
                    + " host refuse it without " + ChangeOptions.ACCEPT_MOVED_DIRECTORY
                    + ", and what is shown may be out of"
                    + " date");
        }
    }

    @Override
    public void close() {
        sink.ifPresent(LogSink::close);
        opened.close();
    }
}
