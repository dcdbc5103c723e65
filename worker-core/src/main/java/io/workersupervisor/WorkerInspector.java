package io.workersupervisor;

import io.workersupervisor.internal.inspect.Inspector;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.WorkerRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Looks at the workers of a data directory and changes nothing: for consoles and health checks, whether or not a host
 * runs. Thread-safe; every method blocks for a reading of the registry, of {@code /proc} and of locks. Nothing needs to be
 * closed.
 */
public interface WorkerInspector {
    /**
     * An inspector for a data directory.
     *
     * @param data the directory
     * @param registry its registry, which may be opened for reading only
     * @return the inspector
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    static WorkerInspector of(DataDirectory data, WorkerRegistry registry) {
        return Inspector.of(data, registry, Optional.empty());
    }

    /**
     * An inspector for a data directory and a log sink.
     *
     * @param data the directory
     * @param registry its registry, which may be opened for reading only
     * @param sink where entries are looked up, which may be opened for reading only; the caller closes it
     * @return the inspector
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    static WorkerInspector of(DataDirectory data, WorkerRegistry registry, LogSink sink) {
        return Inspector.of(data, registry, Optional.of(sink));
    }

    /**
     * How every account stands, in order; workers that the registry does not know among them. An account whose row cannot
     * be read is missing, as is a process that carries the library's variables with an account that is none: each is
     * logged as a warning when it is first met, and named by {@link #doctor()} every time.
     *
     * @return empty if nothing was ever started
     * @throws RegistryException if the store fails
     */
    List<WorkerStatus> list();

    /**
     * How an account stands.
     *
     * @param account the account
     * @return empty if the registry has no row for it and no unregistered worker of it lives
     * @throws RegistryException if the store fails or the row cannot be read
     */
    Optional<WorkerStatus> status(AccountId account);

    /**
     * Why the last workers of an account stopped.
     *
     * @param account the account
     * @return at most {@value StopReport#KEPT} reports, newest first; empty if none has ended yet
     * @throws RegistryException if the store fails
     */
    List<StopReport> why(AccountId account);

    /**
     * Looks up what workers logged: in the sink, and in the files of the workers what it does not have yet; all of it
     * where there is no sink, or it is down or holds nothing of it. Of the files only the ends are read, 64 MiB together,
     * with the standard redaction.
     *
     * @param query which entries
     * @return the entries, oldest first, and where they are from
     * @throws LogSinkException if the files cannot be read either
     */
    LogAnswer logs(LogQuery query);

    /**
     * Follows live what the workers of an account log.
     *
     * @param account the account
     * @return to be asked again and again; the caller closes it
     */
    LogFollower follow(AccountId account);

    /**
     * What happened to an account, as far as it is kept: starts, stops with their reasons, and from the end of
     * {@code worker.log} what was refused.
     *
     * @param account the account
     * @return oldest first; empty if nothing is known
     * @throws RegistryException if the registry fails
     */
    List<TimelineEntry> timeline(AccountId account);

    /**
     * How often workers of all accounts stopped, by reason and by version; of each account at most its last
     * {@value StopReport#KEPT} stops are known.
     *
     * @param since from when on
     * @return counts
     * @throws RegistryException if the registry fails
     */
    StopCounts counts(Instant since);

    /**
     * Whether the data directory was copied, restored or moved since a host used it: hosts refuse it until somebody accepts
     * it, and what is found here may belong to the original.
     *
     * @return true if it is another directory than the one that was stamped
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    boolean isMoved();

    /** What is wrong here, and what is worth knowing; findings, those that need somebody first. */
    List<Finding> doctor();

    /**
     * One thing that the doctor found.
     *
     * @param level how bad it is
     * @param text what it is and what to do
     */
    record Finding(Level level, String text) {
        /** How bad a finding is. */
        public enum Level {
            /** Something does not work. */
            ERROR,
            /** Something needs somebody. */
            WARNING,
            /** Worth knowing. */
            OK
        }
    }
}
