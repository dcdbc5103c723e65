package io.workersupervisor;

import io.workersupervisor.internal.inspect.Inspector;
import io.workersupervisor.internal.text.Require;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.WorkerRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks at the workers of a data directory and changes nothing: for consoles and health checks, whether or not a host
 * runs. Thread-safe; every method blocks for a reading of the registry, of {@code /proc} and of locks. Nothing needs to be
 * closed.
 */
public interface WorkerInspector {
    /**
     * An inspector without a log sink; the registry may be opened for reading only.
     *
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    static WorkerInspector of(DataDirectory data, WorkerRegistry registry) {
        Require.noneNull("data registry", data, registry);
        return Inspector.of(data, registry, Optional.empty());
    }

    /**
     * An inspector that looks up log entries in a sink; registry and sink may be opened for reading only, and the caller
     * closes them.
     *
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    static WorkerInspector of(DataDirectory data, WorkerRegistry registry, LogSink sink) {
        Require.noneNull("data registry sink", data, registry, sink);
        return Inspector.of(data, registry, Optional.of(sink));
    }

    /**
     * The state of every account, in order, workers that the registry does not know among them; empty if nothing was ever
     * started. An account whose row cannot be read is missing, as is a process that carries the library's variables with an
     * account that is none: each is logged as a warning when it is first met, and named by {@link #doctor()} every time.
     *
     * @throws RegistryException if the store fails
     */
    List<WorkerStatus> list();

    /**
     * The state of an account; empty if the registry has no row for it and no unregistered worker of it lives.
     *
     * @throws RegistryException if the store fails or the row cannot be read
     */
    Optional<WorkerStatus> status(AccountId account);

    /**
     * The reports of the last stops of an account, newest first and at most {@value StopReport#KEPT}; empty if no worker has
     * ended yet.
     *
     * @throws RegistryException if the store fails
     */
    List<StopReport> why(AccountId account);

    /**
     * Looks up log entries, oldest first: in the sink, and in the files of the workers those that it does not have yet; all of
     * them where there is no sink, or it is down or holds nothing of it. Only the ends of files are read, 64 MiB together and
     * an eighth of the heap at most, with the standard redaction. The answer is in memory as a whole.
     *
     * @throws LogSinkException if the files cannot be read either
     */
    LogAnswer logs(LogQuery query);

    /**
     * Looks up log entries as {@link #logs(LogQuery)} does, for more of them than memory holds: hands them out in parts, oldest
     * first, each with its own source; one part without entries if there are none. Entries that come meanwhile are left out.
     * The calling thread runs the consumer.
     *
     * @throws LogSinkException if neither sink nor files can be read, or the sink fails after the first part
     */
    void logs(LogQuery query, Consumer<LogAnswer> part);

    /** Follows the log of an account live; the caller closes the follower. */
    LogFollower follow(AccountId account);

    /**
     * The history of an account, oldest first, as far as it is kept: starts, stops with their reasons, and from the end of
     * {@code worker.log} the refusals. Empty if nothing is known.
     *
     * @throws RegistryException if the registry fails
     */
    List<TimelineEntry> timeline(AccountId account);

    /**
     * The number of stops of all accounts since an instant, by reason and by version; of each account at most its last
     * {@value StopReport#KEPT} stops are known.
     *
     * @throws RegistryException if the registry fails
     */
    StopCounts counts(Instant since);

    /**
     * Tells whether the data directory was copied, restored or moved since a host used it: hosts refuse it until a person
     * accepts it, and all that is found here may belong to the original.
     *
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    boolean isMoved();

    /** The faults that were found here, and facts worth knowing; the most urgent first. */
    List<Finding> doctor();

    /** A finding of the doctor: its urgency, and in words the fault and the remedy. */
    record Finding(Level level, String text) {
        public Finding {
            Require.noneNull("level text", level, text);
        }

        /** The urgency of a finding. */
        public enum Level {
            /** Something does not work. */
            ERROR,
            /** A person should act. */
            WARNING,
            /** Worth knowing. */
            OK
        }
    }
}
