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
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.liveness.RowJudge;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.logs.LogLookup;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.registry.WorkerIds;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
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

/** Answers from registry, machine and files; a finding that lists leave out is reported once. */
public final class Inspector implements WorkerInspector {
    /** How many findings are remembered as told; then they are told once more. */
    private static final int MOST_TOLD = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerInspector");

    private final DataDirectory data;
    private final WorkerRegistry registry;
    private final LocalEvidence local;
    private final RowJudge judge;
    private final Supplier<List<String>> launchPath;
    private final LogLookup logs;
    private final UnregisteredWorkers unregistered;
    private final Ailments ailments;
    private final Consumer<String> trouble;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    public Inspector(
            DataDirectory data,
            WorkerRegistry registry,
            LocalEvidence local,
            RowJudge judge,
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
        this.unregistered = new UnregisteredWorkers(registry, local);
        this.trouble = trouble;
    }

    public static Inspector of(DataDirectory data, WorkerRegistry registry, Optional<LogSink> sink) {
        LocalEvidence local = LocalEvidence.of(data, true);
        String node = NodeStamp.read(data).map(NodeStamp::node).orElse("");
        return new Inspector(
                data,
                registry,
                local,
                local.judge(node, Optional.empty()),
                () -> keepers(data, local.script()),
                ailments(data),
                new LogLookup(data, registry, sink, Redaction.standard(), Clocks.system(InstantSource.system())),
                LOG::warn);
    }

    private static Ailments ailments(DataDirectory data) {
        Clocks timing = Clocks.system(InstantSource.system());
        return new Ailments(
                data,
                new RulesDirectory(Layout.rules(data), List.of(), timing, LOG::warn),
                Redaction.standard(),
                timing);
    }

    @Override
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

    @Override
    public Optional<WorkerStatus> status(AccountId account) {
        Optional<WorkerStatus> registered = registry.find(account).map(this::status);
        return registered
                .filter(status -> status.state().isOpen())
                .or(() -> unregistered.search(account, "").stream()
                        .findFirst()
                        .map(marked -> status(account, marked))
                        .or(() -> registered));
    }

    @Override
    public List<StopReport> why(AccountId account) {
        return registry.reports(account, StopReport.KEPT);
    }

    @Override
    public LogAnswer logs(LogQuery query) {
        return logs.find(query);
    }

    @Override
    public LogFollower follow(AccountId account) {
        return logs.follow(account);
    }

    @Override
    public List<TimelineEntry> timeline(AccountId account) {
        return Timeline.of(registry.find(account), why(account), Timeline.refusals(Layout.eventLog(data), account));
    }

    @Override
    public StopCounts counts(Instant since) {
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
        return new Doctor(data, registry, local, judge, unregistered, launchPath.get()).examine();
    }

    private WorkerStatus status(WorkerRow row) {
        Optional<Liveness> liveness = row.state().isOpen() ? Optional.of(judge.liveness(row)) : Optional.empty();
        boolean isAlive = liveness.filter(found -> found.verdict() == Liveness.Verdict.ALIVE)
                .isPresent();
        return RowStatus.of(row, data, liveness, isAlive ? ailments.look(row) : Optional.empty());
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
                Optional.of(data.path().resolve(Layout.logName(account, marked.workerId())))
                        .filter(Files::exists),
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
