package io.workersupervisor.examples;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.OnClose;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.sqlite.SqliteLogSink;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Shows the library at work on a real process: start, start again, kill it behind the library's back, start, ask why,
 * stop. Everything is kept below {@code examples/target/quickstart}; no worker is left behind.
 */
public final class QuickStart {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    /** One process, no child: the shell becomes the sleep. */
    private static final WorkerSpec SPEC =
            WorkerSpec.of(ACCOUNT, "sh", "-c", "echo ready; echo 'WARNING: low on coffee'; exec sleep 600");

    private final WorkerSupervisor supervisor;

    private QuickStart(WorkerSupervisor supervisor) {
        this.supervisor = supervisor;
    }

    /**
     * Runs the program.
     *
     * @param args not used
     * @throws Exception if something does not go as the text says
     */
    public static void main(String[] args) throws Exception {
        DataDirectory data = DataDirectory.open(place("quickstart"));
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
                SqliteLogSink sink = SqliteLogSink.open(data);
                WorkerSupervisor supervisor = WorkerSupervisor.builder(data, registry)
                        .logSink(sink)
                        .onClose(OnClose.STOP_WORKERS)
                        .build()) {
            show(supervisor);
        }
        System.out.println("\nFiles in " + data);
        say("  registry.db", "accounts, and why their workers stopped: a SQLite database");
        showFiles();
        say("  logs/logs.db", "the same as entries with time and level: a SQLite database");
    }

    /** The story, whatever keeps rows and entries. */
    static void show(WorkerSupervisor supervisor) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(supervisor::close));
        new QuickStart(supervisor).show();
    }

    private void show() throws Exception {
        System.out.println("Account " + ACCOUNT + " runs a small shell program: at most one at a time.\n");
        endWorkerOfEarlierRun();

        StartResult.Started first = started("start", supervisor.start(SPEC));
        say("start again", answer(supervisor.start(SPEC)));

        kill(first.pid());
        say("kill -9 " + first.pid(), "behind the library's back");
        started("start at once", supervisor.start(SPEC));

        say("why (the first one)", "");
        supervisor.why(ACCOUNT).get(0).describe().lines().forEach(line -> System.out.println("  " + line));

        say("stop", answer(supervisor.stop(ACCOUNT)));

        say("logs (the last two)", "");
        supervisor.logs(LogQuery.last(2).account(ACCOUNT)).entries().forEach(QuickStart::show);
    }

    private static void show(LogEntry entry) {
        System.out.println("  %s  %-7s  %s".formatted(entry.timestamp(), entry.level(), entry.message()));
    }

    /** A run that was killed midway left its worker running, as any host would. */
    private void endWorkerOfEarlierRun() {
        if (supervisor.status(ACCOUNT).filter(WorkerStatus::isAlive).isPresent()) {
            say("stop", "a run that was killed midway has left a worker: " + answer(supervisor.stop(ACCOUNT)));
        }
    }

    private static StartResult.Started started(String what, StartResult result) {
        say(what, answer(result));
        return result.orElseThrow();
    }

    private static String answer(StartResult result) {
        if (result instanceof StartResult.Started started) {
            return "Started: pid " + started.pid() + ", epoch " + started.epoch();
        }
        return result instanceof StartResult.AlreadyRunning running
                ? "AlreadyRunning: " + running.evidence()
                : result.describe();
    }

    private static String answer(StopResult result) {
        return result instanceof StopResult.Stopped stopped
                ? "Stopped: " + String.join(", ", stopped.steps())
                : result.describe();
    }

    private static void kill(long pid) throws Exception {
        ProcessHandle worker = ProcessHandle.of(pid).orElseThrow();
        worker.destroyForcibly();
        worker.onExit().get(10, TimeUnit.SECONDS);
    }

    static void say(String what, String answer) {
        System.out.println("%-20s  %s".formatted(what, answer).stripTrailing());
    }

    static void showFiles() {
        say("  worker.log", "what happened, and their warnings and errors, one line each");
        say("  worker_4711_*.log", "what each worker wrote");
    }

    /** Beside the classes, so that it does not matter from where the program is started. */
    static Path place(String name) throws URISyntaxException {
        return Path.of(QuickStart.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolveSibling(name);
    }
}
