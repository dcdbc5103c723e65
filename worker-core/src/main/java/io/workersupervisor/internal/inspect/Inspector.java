package io.workersupervisor.internal.inspect;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Desired;
import io.workersupervisor.Liveness;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogFollower;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Redaction;
import io.workersupervisor.StopCounts;
import io.workersupervisor.StopReport;
import io.workersupervisor.TimelineEntry;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.internal.diagnosis.Ailments;
import io.workersupervisor.internal.diagnosis.RulesDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.NodeStamp;
import io.workersupervisor.internal.directory.Pauses;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.liveness.RowJudge;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.logs.LogLookup;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessScope;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers from registry, machine and files.
 *
 * @param launchPath the path in use and its keepers, in words
 * @param troubleOnce reports a finding that lists leave out, once
 */
public record Inspector(
        DataDirectory data,
        WorkerRegistry registry,
        LocalEvidence local,
        RowJudge judge,
        Supplier<List<String>> launchPath,
        Ailments ailments,
        WorkerFigures figures,
        LogLookup logs,
        UnregisteredWorkers unregistered,
        RunningFiles running,
        Consumer<String> troubleOnce)
        implements WorkerInspector {
    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerInspector");

    /** Findings remembered as reported; beyond this number they are reported once more. */
    private static final int MOST_REPORTED = 1_000;

    static final ProcessScope SCOPE = ProcessScope.of(Path.of("/"));

    public static Inspector of(DataDirectory data, WorkerRegistry registry, Optional<LogSink> sink) {
        LocalEvidence local = LocalEvidence.of(data, true);
        String node = NodeStamp.read(data).map(NodeStamp::node).orElse("");
        Clocks timing = Clocks.system(InstantSource.system());
        RulesDirectory rules = new RulesDirectory(Layout.rules(data), List.of(), timing, LOG::warn);
        return new Inspector(
                data,
                registry,
                local,
                local.judge(node, Optional.empty()),
                () -> keepers(data, local.script()),
                new Ailments(data, rules, Redaction.standard(), timing),
                new WorkerFigures(local, timing),
                new LogLookup(data, registry, sink, Redaction.standard(), timing),
                new UnregisteredWorkers(registry, local),
                new RunningFiles(local.script()),
                once(ConcurrentHashMap.newKeySet()));
    }

    /** A sentence about each thing of the system that ends this process, a host, and the workers that it starts with it. */
    public List<String> endsOfHost() {
        long pid = ProcessHandle.current().pid();
        List<String> found = new ArrayList<>(SCOPE.unitsThatEnd(List.of(pid)));
        SCOPE.containerOf(pid).ifPresent(found::add);
        return found;
    }

    private static Consumer<String> once(Set<String> reported) {
        return text -> {
            if (reported.size() >= MOST_REPORTED) {
                reported.clear();
            }
            if (reported.add(text)) {
                LOG.warn(text);
            }
        };
    }

    @Override
    public List<WorkerStatus> list() {
        List<WorkerStatus> all = new ArrayList<>();
        List<Marked> processes = unregistered.processes();
        RowListing listing = registry.list(RowSelection.ALL);
        listing.unreadable().forEach(row -> troubleOnce.accept("a row cannot be read and is not listed: " + row));
        Pauses.Counting pauses = pauses();
        Map<String, WorkerStatus.Figures> read = figures.of(listing.rows());
        listing.rows().stream()
                .filter(row -> !Detail.of(row).isForgotten())
                .forEach(row ->
                        all.add(status(row, pauses.of(row.account()), Optional.ofNullable(read.get(row.workerId())))));
        for (Marked marked : unregistered.look(processes, listing.rows())) {
            if (marked.accountId().isEmpty()) {
                troubleOnce.accept(
                        marked + " names this data directory and is not listed: its account name is not valid, "
                                + Text.quoted(marked.account()));
            } else if (marked.leads()) {
                all.add(status(marked.accountId().get(), marked));
            }
        }
        all.sort(Comparator.comparing(WorkerStatus::account));
        return all;
    }

    @Override
    public Optional<WorkerStatus> status(AccountId account) {
        Objects.requireNonNull(account, "account");
        Optional<WorkerStatus> registered = registry.find(account)
                .filter(row -> !Detail.of(row).isForgotten())
                .map(this::status);
        return registered
                .filter(status -> status.state().isOpen())
                .or(() -> unregistered.search(account, "").stream()
                        .findFirst()
                        .map(marked -> status(account, marked))
                        .or(() -> registered));
    }

    @Override
    public List<StopReport> why(AccountId account) {
        Objects.requireNonNull(account, "account");
        return registry.reports(account, StopReport.KEPT);
    }

    @Override
    public LogAnswer logs(LogQuery query) {
        Objects.requireNonNull(query, "query");
        return logs.find(query);
    }

    @Override
    public void logs(LogQuery query, Consumer<LogAnswer> part) {
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(part, "part");
        logs.forEach(query, part);
    }

    @Override
    public LogFollower follow(AccountId account) {
        Objects.requireNonNull(account, "account");
        return logs.follow(account);
    }

    @Override
    public List<TimelineEntry> timeline(AccountId account) {
        Objects.requireNonNull(account, "account");
        return Timeline.of(registry.find(account), why(account), Timeline.refusals(Layout.eventLog(data), account));
    }

    @Override
    public StopCounts counts(Instant since) {
        Objects.requireNonNull(since, "since");
        return StopCounts.of(since, registry.reportsSince(since));
    }

    @Override
    public boolean isMoved() {
        return NodeStamp.read(data)
                .filter(stamp -> !stamp.isIntact(data, local.machine()))
                .isPresent();
    }

    @Override
    public List<Finding> doctor() {
        return new Doctor(this).examine();
    }

    private WorkerStatus status(WorkerRow row) {
        return status(
                row,
                pauses().of(row.account()),
                Optional.ofNullable(figures.of(List.of(row)).get(row.workerId())));
    }

    private Pauses.Counting pauses() {
        return new Pauses(data).now(InstantSource.system().instant());
    }

    private WorkerStatus status(WorkerRow row, Optional<Pauses.Pause> pause, Optional<WorkerStatus.Figures> read) {
        Optional<Liveness> liveness = row.state().isOpen() ? Optional.of(judge.liveness(row)) : Optional.empty();
        boolean isAlive = liveness.filter(found -> found.verdict() == Liveness.Verdict.ALIVE)
                .isPresent();
        return RowStatus.of(
                row,
                data,
                liveness,
                pause.map(Pauses.Pause::words),
                isAlive ? ailments.look(row) : Optional.empty(),
                read.filter(known -> isAlive));
    }

    private WorkerStatus status(AccountId account, Marked marked) {
        return new WorkerStatus(
                account,
                WorkerState.RUNNING,
                Desired.STOPPED,
                Optional.of(Liveness.alive("pid " + marked.stat().pid() + " runs, the registry does not know it")),
                false,
                marked.workerId(),
                marked.epoch(),
                OptionalLong.of(marked.stat().pid()),
                ProcessHandle.of(marked.stat().pid())
                        .flatMap(process -> process.info().startInstant())
                        .orElse(Instant.EPOCH),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.of(data.path().resolve(Layout.logName(account, marked.workerId())))
                        .filter(Files::exists),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The keepers of the data directory, in words. */
    private static List<String> keepers(DataDirectory data, ShellScript script) {
        return KeeperConnections.directories(data).stream()
                .map(directory -> "keeper of context " + directory.getFileName()
                        + (script.lockState(directory.resolve("lock")) == AccountLocks.State.BUSY
                                ? " runs"
                                : " is gone"))
                .toList();
    }
}
