package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.host.Seams;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A data directory with hosts that share one registry in memory; closing it ends every process that names the directory. */
public final class TestNode implements AutoCloseable {
    public static final Duration START_GRACE = Duration.ofMillis(150);

    /** What a call of {@link #hostThatDiesAt} throws. */
    public static final String DIED = "planted death";

    /** The grace of a worker that shall end within it, however slow the machine: a start returns as soon as it has. */
    public static final Duration ENDS_WITHIN = Duration.ofSeconds(20);

    /** Words for bash: lets go of the lock, which each launch path hands on under another number. */
    public static final String DROP_LOCK = "exec 9>&- 63>&-";

    /** Nodes of one test: the threads of their hosts are not told apart. */
    private static final AtomicInteger OPEN = new AtomicInteger();

    public final DataDirectory data;
    public final WorkerRegistry registry;
    public final List<WorkerEvent> events = Collections.synchronizedList(new ArrayList<>());
    private final LaunchPath path;
    private final List<WorkerSupervisor> hosts = new ArrayList<>();

    public TestNode(Path directory) {
        this(directory, new InMemoryWorkerRegistry());
    }

    public TestNode(Path directory, WorkerRegistry registry) {
        this(directory, registry, LaunchPath.SH);
    }

    public TestNode(Path directory, WorkerRegistry registry, LaunchPath path) {
        this.path = path;
        this.data = DataDirectory.open(directory);
        OPEN.incrementAndGet();
        this.registry = registry;
    }

    public WorkerSupervisor host() {
        return host(settings -> settings);
    }

    public WorkerSupervisor host(UnaryOperator<WorkerSupervisor.Builder> settings) {
        WorkerSupervisor host = settings.apply(WorkerSupervisor.builder(data, registry)
                        .launcher(path)
                        .reconcileInterval(Duration.ofMillis(200))
                        .closeTimeout(Duration.ofSeconds(5))
                        .listener(events::add))
                .build();
        hosts.add(host);
        return host;
    }

    /** Changes what only tests change; for tests in other packages. */
    public static WorkerSupervisor.Builder seams(WorkerSupervisor.Builder settings, UnaryOperator<Seams> change) {
        return settings.seams(change);
    }

    /** A host whose launcher runs a changed script: {@code command} is run at the step named. */
    WorkerSupervisor hostWithLauncherStep(String step, String command) {
        return host(settings -> {
            settings.seams(seams -> seams.withScript(tools -> PlantedScript.at("#@" + step, command, tools)));
            return settings.launcher(LaunchPath.SH);
        });
    }

    /** A host whose calls end at the step named, as if its process had ended there. */
    public WorkerSupervisor hostThatDiesAt(String last) {
        return host(settings -> {
            settings.seams(seams -> seams.withCrashPoints(step -> {
                if (step.equals(last)) {
                    throw new IllegalStateException(DIED);
                }
            }));
            return settings.withoutReconcile();
        });
    }

    /** Processes whose command line names a path. */
    public static List<ProcessHandle> naming(Path path) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> ProcFs.system().commandLine(process.pid()).contains(path.toString()))
                .toList();
    }

    /** Shell words that wait until {@link #letGo} is called. */
    public String untilGo() {
        return "until [ -e '" + go() + "' ]; do sleep 0.02; done";
    }

    private Path go() {
        return data.path().resolve("go");
    }

    public void letGo() throws IOException {
        Files.createFile(go());
    }

    public static WorkerSpec.Builder sh(AccountId account, String script) {
        return WorkerSpec.builder(account, "/bin/sh", "-c", script)
                .startGrace(START_GRACE)
                .stopGrace(Duration.ofSeconds(2));
    }

    /** Overwrites its environment and closes its descriptors; perl. */
    public static WorkerSpec.Builder unmarked(AccountId account) {
        return WorkerSpec.builder(
                        account, "perl", "-MPOSIX", "-e", "$0 = 'x' x 20000; POSIX::close($_) for 3 .. 255; sleep 600")
                .startGrace(START_GRACE)
                .stopGrace(Duration.ofSeconds(2));
    }

    /** Listeners are called on a thread of their own, some time after what they hear of. */
    public void awaitEvent(String words) {
        await().until(() ->
                List.copyOf(events).stream().anyMatch(event -> event.describe().contains(words)));
    }

    /** The present worker of the account has written this. */
    public void awaitLog(AccountId account, String words) {
        Path log = data.path().resolve(Detail.of(row(account)).log().orElseThrow());
        await().until(() -> Files.readString(log).contains(words));
    }

    public LocalEvidence local() {
        return LocalEvidence.of(data, false);
    }

    public WorkerRow row(AccountId account) {
        return registry.find(account).orElseThrow();
    }

    /** How the launch path tells the end of a worker that a signal ended, which a shell cannot tell from a code. */
    ExitStatus signalled(int signal) {
        return path == LaunchPath.KEEPER
                ? new ExitStatus.Signalled(signal)
                : new ExitStatus.ExitedOrSignalled(128 + signal);
    }

    /** As if nothing had ever been recorded. */
    public void loseRecords() throws IOException {
        for (Path record : records()) {
            Files.delete(record);
        }
        for (Path keeper : KeeperConnections.directories(data)) {
            Files.deleteIfExists(keeper.resolve("journal"));
        }
    }

    public boolean isAlive(long pid) {
        return ProcFs.system().stat(pid).filter(stat -> !stat.isDead()).isPresent();
    }

    public static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    public static void signal(String name, long pid) throws IOException, InterruptedException {
        // The shell's own: not every machine has it as a program.
        assertThat(new ProcessBuilder("sh", "-c", "kill " + name + " " + pid)
                        .start()
                        .waitFor())
                .isZero();
    }

    public List<EnvironmentSearch.Marked> workers() {
        return local().search().ofDirectory(data);
    }

    public String eventLog() throws IOException {
        return Files.readString(Layout.eventLog(data));
    }

    List<Path> records() throws IOException {
        try (Stream<Path> files = Files.list(Layout.records(data))) {
            return files.toList();
        }
    }

    @Override
    public void close() {
        // First the workers: a ladder that still waits for one would go on behind the close.
        endWorkers(local());
        hosts.forEach(WorkerSupervisor::close);
        endWorkers(local());
        if (OPEN.decrementAndGet() == 0) {
            awaitBackgroundWork();
        }
    }

    /** A close that its timeout ended leaves work behind, which writes to the directory that is deleted next. */
    private static void awaitBackgroundWork() {
        List<String> writers =
                List.of("worker-ladder", "worker-roll", "worker-pool", "worker-write", "worker-log", "worker-events");
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> writers.stream().anyMatch(thread.getName()::startsWith)));
    }

    /** A worker that has not reached its program yet is known by its birth record only. */
    public static void endWorkers(LocalEvidence local) {
        for (String workerId : local.records().workers()) {
            local.records().birth(workerId).map(LaunchRecords.Birth::identity).ifPresent(born -> {
                if (local.processes().probe(born, workerId).kind() == ProcessProbe.Kind.ALIVE) {
                    kill(born.pid());
                }
            });
        }
        List<EnvironmentSearch.Marked> left = local.search().ofDirectory(local.data());
        while (!left.isEmpty()) {
            left.forEach(process -> kill(process.stat().pid()));
            left = local.search().ofDirectory(local.data());
        }
    }
}
