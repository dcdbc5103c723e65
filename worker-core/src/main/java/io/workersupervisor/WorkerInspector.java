package io.workersupervisor;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Looks at the workers of a data directory and changes nothing: for consoles and health checks, whether or not a host
 * runs. Thread-safe; every method blocks for a reading of the registry, of {@code /proc} and of locks.
 */
public final class WorkerInspector {
    private final DataDirectory data;
    private final WorkerRegistry registry;
    private final LocalMachine local;
    private final Judge judge;
    private final Unregistered unregistered;

    WorkerInspector(DataDirectory data, WorkerRegistry registry, LocalMachine local, Judge judge) {
        this.data = data;
        this.registry = registry;
        this.local = local;
        this.judge = judge;
        this.unregistered = new Unregistered(registry, local);
    }

    /**
     * An inspector for a data directory.
     *
     * @param data the directory
     * @param registry its registry, which may be opened for reading only
     * @return the inspector
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    public static WorkerInspector of(DataDirectory data, WorkerRegistry registry) {
        LocalMachine local = LocalMachine.of(data, true);
        String node = NodeStamp.read(data).map(NodeStamp::node).orElse("");
        return new WorkerInspector(data, registry, local, new Judge(local.probe(node), Optional.empty()));
    }

    /**
     * How every account stands, in order; workers that the registry does not know among them.
     *
     * @return empty if nothing was ever started
     * @throws RegistryException if the store fails
     */
    public List<WorkerStatus> list() {
        List<WorkerStatus> all = new ArrayList<>();
        registry.list(RowSelection.ALL).rows().forEach(row -> all.add(status(row)));
        unregistered.look().stream()
                .filter(EnvironmentSearch.Marked::leads)
                .map(this::status)
                .forEach(all::add);
        all.sort(Comparator.comparing(WorkerStatus::account));
        return all;
    }

    /**
     * How an account stands.
     *
     * @param account the account
     * @return empty if the registry has no row for it and no unregistered worker of it lives
     * @throws RegistryException if the store fails or the row cannot be read
     */
    public Optional<WorkerStatus> status(AccountId account) {
        Optional<WorkerStatus> registered = registry.find(account).map(this::status);
        return registered
                .filter(status -> status.state().isOpen())
                .or(() -> unregistered.search(account, "").stream()
                        .findFirst()
                        .map(this::status)
                        .or(() -> registered));
    }

    /**
     * Why the last workers of an account stopped.
     *
     * @param account the account
     * @return at most {@value StopReport#KEPT} reports, newest first; empty if none has ended yet
     * @throws RegistryException if the store fails
     */
    public List<StopReport> why(AccountId account) {
        return registry.reports(account, StopReport.KEPT);
    }

    /**
     * Whether the data directory was copied, restored or moved since a host used it: hosts refuse it until somebody accepts
     * it, and what is found here may belong to the original.
     *
     * @return true if it is another directory than the one that was stamped
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    public boolean isMoved() {
        return NodeStamp.read(data).filter(stamp -> !stamp.isIntact(data)).isPresent();
    }

    /**
     * What is wrong here, and what is worth knowing.
     *
     * @return findings, those that need somebody first
     */
    public List<Finding> doctor() {
        return new Doctor(data, registry, local, judge, unregistered).examine();
    }

    /**
     * One thing that the doctor found.
     *
     * @param level how bad it is
     * @param text what it is and what to do
     */
    public record Finding(Level level, String text) {
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

    private WorkerStatus status(WorkerRow row) {
        return new WorkerStatus(
                row.account(),
                row.state(),
                row.desired(),
                row.state().isOpen() ? Optional.of(judge.liveness(row)) : Optional.empty(),
                true,
                row.workerId(),
                row.epoch(),
                row.pid(),
                row.startedAt(),
                row.node(),
                row.userId(),
                row.specVersion(),
                row.detail().log().map(name -> data.path().resolve(name)));
    }

    private WorkerStatus status(EnvironmentSearch.Marked marked) {
        AccountId account = AccountId.parse(marked.account());
        return new WorkerStatus(
                account,
                WorkerState.RUNNING,
                Desired.STOPPED,
                Optional.of(Liveness.alive("pid " + marked.stat().pid() + " runs, the registry does not know it")),
                false,
                marked.workerId(),
                marked.epoch(),
                OptionalLong.of(marked.stat().pid()),
                WorkerIds.timeOf(marked.workerId()),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.of(data.path().resolve(DataDirectory.logName(account, marked.workerId())))
                        .filter(Files::exists));
    }
}
