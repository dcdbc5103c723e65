package io.workersupervisor;

import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the workers of a data directory and changes nothing: for consoles and health checks, whether or not a host
 * runs. Thread-safe; every method blocks for a reading of the registry, of {@code /proc} and of locks.
 */
public final class WorkerInspector {
    /** How many findings are remembered as told; then they are told once more. */
    private static final int MOST_TOLD = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(WorkerInspector.class);

    private final DataDirectory data;
    private final WorkerRegistry registry;
    private final LocalMachine local;
    private final Judge judge;
    private final Supplier<List<String>> launchPath;
    private final LogLookup logs;
    private final Unregistered unregistered;
    private final Ailments ailments;
    private final Consumer<String> trouble;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    WorkerInspector(
            DataDirectory data,
            WorkerRegistry registry,
            LocalMachine local,
            Judge judge,
            Supplier<List<String>> launchPath,
            Ailments ailments,
            LogLookup logs,
            Consumer<String> trouble) {
        this.data = data;
        this.registry = registry;
        this.local = local;
        this.judge = judge;
        this.launchPath = launchPath;
        this.ailments = ailments;
        this.logs = logs;
        this.unregistered = new Unregistered(registry, local);
        this.trouble = trouble;
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
        return of(data, registry, Optional.empty());
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
    public static WorkerInspector of(DataDirectory data, WorkerRegistry registry, LogSink sink) {
        return of(data, registry, Optional.of(sink));
    }

    private static WorkerInspector of(DataDirectory data, WorkerRegistry registry, Optional<LogSink> sink) {
        LocalMachine local = LocalMachine.of(data, true);
        String node = NodeStamp.read(data).map(NodeStamp::node).orElse("");
        return new WorkerInspector(
                data,
                registry,
                local,
                new Judge(local.probe(node), Optional.empty()),
                () -> Keepers.living(data, local.script()),
                ailments(data),
                new LogLookup(data, registry, sink, Redaction.standard(), Timing.system(InstantSource.system())),
                LOG::warn);
    }

    private static Ailments ailments(DataDirectory data) {
        Timing timing = Timing.system(InstantSource.system());
        return new Ailments(
                data, new RulesDirectory(data.rules(), List.of(), timing, LOG::warn), Redaction.standard(), timing);
    }

    /**
     * How every account stands, in order; workers that the registry does not know among them. An account whose row cannot
     * be read is missing, as is a process that carries the library's variables with an account that is none: each is
     * logged as a warning when it is first met, and named by {@link #doctor()} every time.
     *
     * @return empty if nothing was ever started
     * @throws RegistryException if the store fails
     */
    public List<WorkerStatus> list() {
        List<WorkerStatus> all = new ArrayList<>();
        RowListing listing = registry.list(RowSelection.ALL);
        listing.unreadable().forEach(row -> tell("a row cannot be read and is not listed: " + row));
        listing.rows().forEach(row -> all.add(status(row)));
        for (EnvironmentSearch.Marked marked : unregistered.look()) {
            if (marked.accountId().isEmpty()) {
                tell(marked + " names this data directory and is not listed: its account is none, "
                        + Text.quoted(marked.account()));
            } else if (marked.leads()) {
                all.add(status(marked.accountId().get(), marked));
            }
        }
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
                        .map(marked -> status(account, marked))
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
     * Looks up what workers logged: in the sink, and in the files of the workers what it does not have yet; all of it
     * where there is no sink, or it is down or holds nothing of it. Of the files only the ends are read, 64 MiB together,
     * with the standard redaction.
     *
     * @param query which entries
     * @return the entries, oldest first, and where they are from
     * @throws LogSinkException if the files cannot be read either
     */
    public LogAnswer logs(LogQuery query) {
        return logs.find(query);
    }

    /**
     * Follows live what the workers of an account log.
     *
     * @param account the account
     * @return to be asked again and again; the caller closes it
     */
    public LogFollower follow(AccountId account) {
        return logs.follow(account);
    }

    /**
     * What happened to an account, as far as it is kept: starts, stops with their reasons, and from the end of
     * {@code worker.log} what was refused.
     *
     * @param account the account
     * @return oldest first; empty if nothing is known
     * @throws RegistryException if the registry fails
     */
    public List<TimelineEntry> timeline(AccountId account) {
        return Timeline.of(registry.find(account), why(account), Timeline.refusals(data.eventLog(), account));
    }

    /**
     * How often workers of all accounts stopped, by reason and by version; of each account at most its last
     * {@value StopReport#KEPT} stops are known.
     *
     * @param since from when on
     * @return counts
     * @throws RegistryException if the registry fails
     */
    public StopCounts counts(Instant since) {
        return StopCounts.of(since, registry.reportsSince(since));
    }

    /**
     * Whether the data directory was copied, restored or moved since a host used it: hosts refuse it until somebody accepts
     * it, and what is found here may belong to the original.
     *
     * @return true if it is another directory than the one that was stamped
     * @throws DataDirectoryException if the directory's stamp is damaged
     */
    public boolean isMoved() {
        return NodeStamp.read(data)
                .filter(stamp -> !stamp.isIntact(data, local.machine()))
                .isPresent();
    }

    /**
     * What is wrong here, and what is worth knowing.
     *
     * @return findings, those that need somebody first
     */
    public List<Finding> doctor() {
        return new Doctor(data, registry, local, judge, unregistered, launchPath.get()).examine();
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
        Optional<Liveness> liveness = row.state().isOpen() ? Optional.of(judge.liveness(row)) : Optional.empty();
        boolean isAlive = liveness.filter(found -> found.verdict() == Liveness.Verdict.ALIVE)
                .isPresent();
        return new WorkerStatus(
                row.account(),
                row.state(),
                row.desired(),
                liveness,
                true,
                row.workerId(),
                row.epoch(),
                row.pid(),
                row.startedAt(),
                row.node(),
                row.userId(),
                row.specVersion(),
                row.detail().log().map(name -> data.path().resolve(name)),
                isAlive ? ailments.look(row) : Optional.empty());
    }

    private void tell(String text) {
        if (told.size() >= MOST_TOLD) {
            told.clear();
        }
        if (told.add(text)) {
            trouble.accept(text);
        }
    }

    private WorkerStatus status(AccountId account, EnvironmentSearch.Marked marked) {
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
                        .filter(Files::exists),
                Optional.empty());
    }
}
