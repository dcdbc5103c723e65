package io.workersupervisor.sqlite;

import static java.util.stream.Collectors.toCollection;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.WorkerSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A directory in which workers testify for themselves, and in which everything is ended at close.
 *
 * <pre>
 * data/        the data directory
 * here/A/PID   a process of account A announces itself before it looks for others
 * ran          a line a worker: account, worker id, pid
 * overlaps     a line for each two workers of an account that lived at once
 * </pre>
 */
final class WorkerEvidence implements AutoCloseable {
    /** Of two workers that overlap, the one that announces itself second sees the first. */
    private static final String SCRIPT = """
            top=$1 here=$1/here/$WORKER_ACCOUNT
            if [ "$2" = stubborn ]; then trap '' TERM; fi
            : >"$here/$$"
            echo "$WORKER_ACCOUNT $WORKER_ID $$" >>"$top/ran"
            for file in "$here"/*; do
                pid=${file##*/}
                if [ "$pid" != $$ ] && kill -0 "$pid" 2>/dev/null &&
                    grep -qaz "^WORKER_DATA=$WORKER_DATA\\$" "/proc/$pid/environ" 2>/dev/null &&
                    grep -qaz "^WORKER_ACCOUNT=$WORKER_ACCOUNT\\$" "/proc/$pid/environ" 2>/dev/null; then
                    echo "account $WORKER_ACCOUNT: $$ ($WORKER_ID) runs beside $pid" >>"$top/overlaps"
                fi
            done
            case $2 in
            end) exit 3 ;;
            fork) setsid sh -c ': >"$0/$$"; exec sleep 300' "$here" & ;;
            esac
            exec sleep 300
            """;

    /** The grace of a worker that shall end within it, however slow the machine: a start returns as soon as it has. */
    static final Duration ENDS_WITHIN = Duration.ofSeconds(20);

    private static final String LAUNCHER = "host.launcher";

    private final Path top;
    private final LaunchPath launcher;

    /** What a worker does after it has testified. */
    enum Kind {
        /** Runs until TERM. */
        RUN,
        /** Ends at once with exit code 3. */
        END,
        /** Ignores TERM. */
        STUBBORN,
        /** Leaves a process behind that is out of its group. */
        FORK
    }

    /**
     * A worker that got as far as its own code.
     *
     * @param account its account
     * @param workerId its worker id
     * @param pid its process
     */
    record Ran(AccountId account, String workerId, long pid) {}

    /** By the shell. */
    WorkerEvidence(Path top, int accounts) throws IOException {
        this(top, accounts, LaunchPath.SH);
    }

    /** As a host of its own, {@link #host}, finds it. */
    static WorkerEvidence ofHost(String top) throws IOException {
        return new WorkerEvidence(Path.of(top), 0, LaunchPath.valueOf(System.getProperty(LAUNCHER)));
    }

    WorkerEvidence(Path top, int accounts, LaunchPath launcher) throws IOException {
        this.top = top.toRealPath();
        this.launcher = launcher;
        for (int account = 1; account <= accounts; account++) {
            Files.createDirectories(this.top.resolve("here").resolve(Integer.toString(account)));
        }
        Files.createDirectories(this.top.resolve("tmp"));
        Files.writeString(script(), SCRIPT);
    }

    /** What hosts of this directory start workers with. */
    LaunchPath launcher() {
        return launcher;
    }

    Path top() {
        return top;
    }

    DataDirectory data() {
        return DataDirectory.open(top.resolve("data"));
    }

    /** A host in a JVM of its own that works on this directory. */
    HostProcess host(Class<?> main, Map<String, String> properties, Object... words) throws IOException {
        List<String> options = new ArrayList<>();
        options.add("-Djava.io.tmpdir=" + top.resolve("tmp"));
        options.add("-D" + LAUNCHER + "=" + launcher);
        options.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
        properties.forEach((name, value) -> options.add("-D" + name + "=" + value));
        List<Object> all = new ArrayList<>(List.of(top));
        all.addAll(List.of(words));
        return HostProcess.start(options, main, all.toArray());
    }

    private Path script() {
        return top.resolve("worker.sh");
    }

    WorkerSpec spec(AccountId account, Kind kind) {
        return spec(account, kind, kind == Kind.END ? ENDS_WITHIN : Duration.ofMillis(50));
    }

    WorkerSpec spec(AccountId account, Kind kind, Duration startGrace) {
        return WorkerSpec.builder(account, command(kind).toArray(String[]::new))
                .startGrace(startGrace)
                .stopGrace(kind == Kind.STUBBORN ? Duration.ofMillis(200) : Duration.ofSeconds(10))
                .build();
    }

    private List<String> command(Kind kind) {
        return List.of("sh", script().toString(), top.toString(), kind.name().toLowerCase(Locale.ROOT));
    }

    /** A worker that no supervisor knows. */
    Process startByHand(AccountId account, String workerId) throws IOException {
        ProcessBuilder worker = new ProcessBuilder(command(Kind.RUN));
        worker.environment()
                .putAll(Map.of(
                        "WORKER_ACCOUNT",
                        account.toString(),
                        "WORKER_ID",
                        workerId,
                        "WORKER_DATA",
                        top.resolve("data").toString()));
        return worker.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Waits until the account's first worker is all that its kind says. */
    void awaitTestimony(AccountId account, Kind kind) {
        await().until(() -> !workersThatRan(account).isEmpty());
        if (kind == Kind.FORK) {
            await().until(() -> announced(account) > 1);
        }
    }

    private long announced(AccountId account) throws IOException {
        try (Stream<Path> processes = Files.list(top.resolve("here").resolve(account.toString()))) {
            return processes.count();
        }
    }

    List<Ran> ran() throws IOException {
        return lines("ran").stream()
                .map(line -> line.split(" ", -1))
                .map(words -> new Ran(AccountId.parse(words[0]), words[1], Long.parseLong(words[2])))
                .toList();
    }

    Set<String> workersThatRan(AccountId account) throws IOException {
        return ran().stream()
                .filter(ran -> ran.account().equals(account))
                .map(Ran::workerId)
                .collect(toCollection(TreeSet::new));
    }

    List<String> overlaps() throws IOException {
        return lines("overlaps");
    }

    private List<String> lines(String name) throws IOException {
        try {
            return Files.readAllLines(top.resolve(name));
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    /** The processes that carry the account in their environment, workers and what they left behind. */
    List<ProcessHandle> living(AccountId account) {
        return processes("\0WORKER_ACCOUNT=" + account + "\0");
    }

    /** The ids of the account's workers that live, or have left something alive. */
    Set<String> livingWorkers(AccountId account) {
        return living(account).stream()
                .map(process -> read(process.pid(), "environ"))
                .filter(environment -> !environment.isEmpty())
                .map(environment -> environment.replaceAll("(?s).*WORKER_ID=([a-z0-9]*).*", "$1"))
                .collect(toCollection(TreeSet::new));
    }

    /** Whether a worker of the account has testified to the end. */
    boolean isAsleep(AccountId account) {
        return living(account).stream()
                .anyMatch(process -> read(process.pid(), "cmdline").startsWith("sleep\0"));
    }

    List<ProcessHandle> living() {
        return processes("\0WORKER_ACCOUNT=");
    }

    private List<ProcessHandle> processes(String mark) {
        List<ProcessHandle> found = new ArrayList<>();
        ProcessHandle.allProcesses().forEach(process -> {
            String environment = "\0" + read(process.pid(), "environ");
            if (environment.contains(mark) && environment.contains("\0WORKER_DATA=" + top.resolve("data") + "\0")) {
                found.add(process);
            }
        });
        return found;
    }

    private static String read(long pid, String name) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), name), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    /** SIGKILL to the account's processes; returns when the kernel has let go of them. */
    void killWorkers(AccountId account) {
        kill(() -> living(account));
    }

    /** The launchers that stand behind workers of this directory, by what they were given as words. */
    List<ProcessHandle> launchers() {
        return ProcessHandle.allProcesses()
                .filter(process -> isLauncher(read(process.pid(), "cmdline")))
                .filter(process -> read(process.pid(), "cmdline").contains(top.toString()))
                .toList();
    }

    private static boolean isLauncher(String commandLine) {
        return commandLine.contains("/launcher-") || commandLine.contains("/keeper-");
    }

    private interface Found {
        List<ProcessHandle> now();
    }

    private static void kill(Found found) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(() -> {
            List<ProcessHandle> left = found.now();
            left.forEach(ProcessHandle::destroyForcibly);
            return left.isEmpty();
        });
    }

    /** Ends whatever names this directory: workers, launchers and other JVMs. */
    @Override
    public void close() {
        kill(() -> ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process ->
                        (read(process.pid(), "environ") + read(process.pid(), "cmdline")).contains(top + "/"))
                .toList());
    }
}
