package io.workersupervisor.internal.inspect;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.WorkerInspector.Finding.Level;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.NodeStamp;
import io.workersupervisor.internal.directory.Pauses;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.logs.KnownWorkers;
import io.workersupervisor.internal.logs.LogCheckup;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Examines machine, data directory, registry and rows, and changes nothing. A check that fails hides no other. */
final class Doctor {
    private static final long LITTLE_ROOM = 64L << 20;

    /** A start within this time is no reason to wake somebody. */
    private static final Duration SOON = Duration.ofMinutes(5);

    /** A start that is overdue for so long is not done by any host. */
    private static final Duration LATE = Duration.ofMinutes(1);

    private static final int MOST_NAMED = 10;

    private final Inspector of;
    private final DataDirectory data;
    private final WorkerRegistry registry;
    private final LocalEvidence local;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Long> living = new ArrayList<>();

    Doctor(Inspector of) {
        this.of = of;
        this.data = of.data();
        this.registry = of.registry();
        this.local = of.local();
    }

    /** One part of the examination. */
    private interface Check {
        void run() throws IOException;
    }

    List<Finding> examine() {
        check("machine", this::machine);
        check("this process", () -> of.running().findings().forEach(this::error));
        check("launch path", this::path);
        check("data directory", this::directory);
        check("registry", this::rows);
        check("writing", this::writable);
        check("processes", this::strangers);
        check("processes of unreadable rows", this::unreadable);
        check("records", this::records);
        check("logs", this::logs);
        findings.sort(Comparator.comparing(Finding::level));
        return List.copyOf(findings);
    }

    private void check(String name, Check check) {
        try {
            check.run();
        } catch (IOException | RuntimeException failed) {
            error(name + ": " + Text.oneLine(String.valueOf(failed.getMessage())));
        }
    }

    private void machine() {
        if (!Kernel.isLinux()) {
            warning("this system is not Linux: a process is known by number and start instant only, and what a worker"
                    + " leaves behind cannot be searched for");
        } else if (!local.proc().isComplete()) {
            error("/proc hides processes (mount option hidepid): dead workers cannot be told from living ones;"
                    + " remount it without");
        }
        ShellTools tools = local.script().tools();
        if (tools.locker().equals(ShellTools.NONE)) {
            error("neither flock nor perl is on the PATH: install util-linux");
        } else {
            ok("shell " + tools.shell() + ", lock by " + tools.locker() + ", session by " + tools.session());
        }
    }

    private void path() {
        for (String words : of.launchPath().get()) {
            findings.add(new Finding(words.contains("not the keeper") ? Level.WARNING : Level.OK, words));
        }
    }

    private void directory() throws IOException {
        ok("data directory " + data.path() + ", mode "
                + PosixFilePermissions.toString(Files.getPosixFilePermissions(data.path())));
        Optional<NodeStamp> stamp = NodeStamp.read(data);
        if (stamp.isEmpty()) {
            ok("no host has used this directory yet");
        } else if (!stamp.get().isIntact(data, local.machine())) {
            error("the directory was copied, restored or moved since it was stamped as node "
                    + stamp.get().node() + ": hosts refuse it until it is accepted");
        } else {
            ok("node " + stamp.get().node());
            if (!stamp.get().registry().equals(registry.id())) {
                warning("the directory was last used with registry "
                        + stamp.get().registry() + ", this one is " + registry.id());
            }
        }
        long room = Files.getFileStore(data.path()).getUsableSpace();
        if (room < LITTLE_ROOM) {
            warning("only " + (room >> 20) + " MiB are left on the disk of " + data.path());
        }
    }

    private void rows() {
        RowListing listing = registry.list(RowSelection.ALL);
        listing.unreadable().forEach(this::error);
        AtomicInteger alive = new AtomicInteger();
        for (WorkerRow row : listing.rows()) {
            String account = "account " + row.account();
            if (row.state().isOpen()) {
                check(account, () -> liveness(row, alive));
            }
            check(account, () -> admitted(row));
        }
        down(listing.rows());
        check("control groups", () -> ends(listing.rows()));
        ok("registry " + registry.id() + ": " + listing.rows().size() + " rows, " + alive + " running"
                + (listing.unreadable().isEmpty()
                        ? ""
                        : ", " + listing.unreadable().size() + " that cannot be read"));
    }

    /** Wanted accounts without a worker: an error, unless they are left alone or come back by themselves before long. */
    private void down(List<WorkerRow> rows) {
        Instant now = InstantSource.system().instant();
        Pauses.Counting pauses = new Pauses(data).now(now);
        Map<Level, List<String>> found = new EnumMap<>(Level.class);
        for (WorkerRow row : rows) {
            WorkerStatus status =
                    RowStatus.of(row, data, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
            if (row.state().isOpen() || !status.isDown() || Detail.of(row).isForgotten()) {
                continue;
            }
            Optional<String> paused = pauses.of(row.account()).map(Pauses.Pause::words);
            Optional<Instant> at = status.nextStart();
            boolean isLate = at.filter(due -> due.isBefore(now.minus(LATE))).isPresent();
            boolean soon = at.filter(due -> due.isBefore(now.plus(SOON))).isPresent() && !isLate;
            String why = paused.or(status::plan).orElse("it failed, and nothing is planned")
                    + at.map(due -> isLate ? ", due since " + due + " and not started" : ", starts at " + due)
                            .orElse("");
            found.computeIfAbsent(paused.isPresent() || soon ? Level.WARNING : Level.ERROR, level -> new ArrayList<>())
                    .add(row.account() + " (" + why + ")");
        }
        found.forEach((level, accounts) -> findings.add(new Finding(
                level,
                accounts.size()
                        + (accounts.size() == 1 ? " wanted account is down: " : " wanted accounts are down: ")
                        + String.join(", ", accounts.subList(0, Math.min(MOST_NAMED, accounts.size())))
                        + (accounts.size() > MOST_NAMED ? " and others; ps shows them first" : ""))));
    }

    private void liveness(WorkerRow row, AtomicInteger alive) {
        Liveness found = of.judge().liveness(row);
        if (found.verdict() == Liveness.Verdict.ALIVE) {
            alive.incrementAndGet();
            row.pid().ifPresent(living::add);
            return;
        }
        boolean dead = found.verdict() == Liveness.Verdict.DEAD;
        warning("account " + row.account() + " is " + row.state() + " but " + (dead ? "dead: " : "in doubt: ")
                + found.evidence() + (dead ? "; the next host or start files its end" : freeing(row)));
    }

    /** Warns of what ends living workers together with others, and with the host that has started them. */
    private void ends(List<WorkerRow> rows) {
        Inspector.SCOPE.unitsThatEnd(living).forEach(this::warning);
        rows.stream()
                .filter(row -> row.state().isOpen())
                .flatMap(row -> Detail.of(row).actor().stream())
                .map(Actor::process)
                .distinct()
                .filter(host -> local.processes().probe(host).kind() == ProcessProbe.Kind.ALIVE)
                .forEach(host -> Inspector.SCOPE.containerOf(host.pid()).ifPresent(this::warning));
    }

    private String freeing(WorkerRow row) {
        boolean ours = NodeStamp.read(data)
                .filter(stamp -> stamp.node().equals(row.node()))
                .isPresent();
        return ours
                ? ""
                : registry.freeing(row)
                        .map(statement ->
                                ". If that machine is gone for good, so that its worker cannot run any more, set the"
                                        + " account free: " + statement)
                        .orElse("");
    }

    private void admitted(WorkerRow row) {
        long admitted = local.locks().admitted(row.account());
        if (admitted > row.epoch()) {
            warning("account " + row.account() + ": epoch " + admitted + " was started here but its row says "
                    + row.epoch() + ", the registry was lost or is an older copy");
        }
    }

    private void strangers() {
        for (Marked marked : of.unregistered().look()) {
            warning("account " + marked.account() + ": "
                    + UnregisteredWorkers.describe(List.of(marked))
                    + " and the registry does not know it; "
                    + (marked.accountId().isPresent()
                            ? "stop the account to end it"
                            : "its account name is not valid, so it can only be ended by hand"));
        }
    }

    private void unreadable() {
        for (Marked marked : of.unregistered().ofUnreadableRows()) {
            warning("account " + marked.account() + ": " + UnregisteredWorkers.describe(List.of(marked))
                    + ", and as its row cannot be read neither start nor stop touches it; correct the row and"
                    + " stop the account, or end it with kill "
                    + marked.stat().pid());
        }
    }

    /** Hosts, start and stop write; an inspection does not. */
    private void writable() {
        Stream.of(data.path(), Layout.locks(data), Layout.records(data), data.registryFile())
                .filter(path -> Files.exists(path) && !Files.isWritable(path))
                .findFirst()
                .ifPresent(path -> error(
                        path + " is not writable: give this user write permission, or remount its file system if it is"
                                + " mounted read-only; until then nothing can be started or stopped here"));
    }

    private void records() {
        Set<String> known = registry.list(RowSelection.ALL).rows().stream()
                .filter(row -> row.state().isOpen())
                .map(WorkerRow::workerId)
                .collect(Collectors.toSet());
        List<String> unknown = local.records().workers().stream()
                .filter(workerId -> !known.contains(workerId) && !isAccounted(workerId))
                .toList();
        if (!unknown.isEmpty()) {
            warning("records of workers that the registry does not know, in " + Layout.records(data) + ": " + unknown);
        }
    }

    private void logs() throws IOException {
        findings.addAll(new LogCheckup(
                        data, KnownWorkers.of(registry), InstantSource.system().instant())
                .examine());
        findings.addAll(of.logs().examineSink());
    }

    /** True if the report of a worker is filed, or the row of its account cannot be read. */
    private boolean isAccounted(String workerId) {
        return local.accountOf(workerId)
                .filter(account -> of.unregistered().isUnreadable(account.toString())
                        || registry.reports(account, StopReport.KEPT).stream()
                                .anyMatch(report -> report.workerId().equals(workerId)))
                .isPresent();
    }

    private void ok(String text) {
        findings.add(new Finding(Level.OK, text));
    }

    private void warning(String text) {
        findings.add(new Finding(Level.WARNING, text));
    }

    private void error(String text) {
        findings.add(new Finding(Level.ERROR, text));
    }
}
