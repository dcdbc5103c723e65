package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogRetention;
import io.workersupervisor.OnClose;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.StoreOptions;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Termination;
import io.workersupervisor.examples.console.frame.Values;
import io.workersupervisor.spi.LogSink;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Supervises in the foreground until it is asked to end, as an application would that embeds the library. */
@Command(
        name = "host",
        description =
                "Supervise in the foreground, one line for each event, until TERM or Ctrl-C. Makes the data directory"
                        + " if it does not exist, and says so.")
final class HostCommand extends StoreAction {
    @Option(names = "--stop-workers", description = "End the workers at the end. By default they run on.")
    private boolean stopWorkers;

    @Option(names = "--no-logs", description = "Do not collect what workers log into DIR/logs/logs.db.")
    private boolean withoutLogs;

    @Option(
            names = "--log-keep",
            paramLabel = "TIME",
            converter = Values.Keep.class,
            description =
                    "How long log entries, and files of ended workers, are kept: 1m to 3650d. Default: 30d; in MongoDB"
                            + " for ever, or as long as the collection says.")
    private Optional<Duration> logKeep = Optional.empty();

    @Option(
            names = "--delete-older",
            description =
                    "With --log-keep in MongoDB: let the server delete the documents that are older than that now,"
                            + " whoever wrote them. Without it nothing is deleted where there are such.")
    private boolean deleteOlder;

    @Option(
            names = "--log-budget",
            paramLabel = "N",
            converter = Values.Count.class,
            description = "Collect at most N entries of one worker in a minute. The rest stays in its file.")
    private Optional<Integer> logBudget = Optional.empty();

    @Option(
            names = "--workers",
            paramLabel = "FILE",
            description =
                    "Keep the workers of this file running: a JSON object with account and command on each line, mode 0600."
                            + " It is read again when it changes.")
    private Optional<Path> workers = Optional.empty();

    @Option(
            names = "--dry-run",
            description = "With --workers: say what would start now and what not, and why; change nothing.")
    private boolean dryRun;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) throws InterruptedException {
        Output output = call.output();
        Stores used = Stores.of(stores, call);
        if (dryRun) {
            return DryRun.run(
                    call,
                    used,
                    workers.map(WorkerSpecs::fromFile)
                            .orElseThrow(() -> call.wrong("--dry-run needs --workers, the file of what is to run")));
        }
        Termination termination = Termination.watch();
        if (deleteOlder && (logKeep.isEmpty() || used.logs().isEmpty())) {
            throw call.wrong("--delete-older needs --log-keep and log entries in MongoDB (" + StoreOptions.MONGO + ")");
        }
        boolean isNew = !call.hasDataDirectory();
        DataDirectory data = DataDirectory.open(call.data());
        if (isNew) {
            print(output, "CREATED", "made data directory " + data);
        }
        try (Registry registry = used.registry(data);
                LogSink sink = used.sink(data, logKeep, deleteOlder)) {
            try (WorkerSupervisor supervisor = settings(change.supervisor(data, registry.rows()), sink)
                    .listener(event -> print(output, event))
                    .onClose(stopWorkers ? OnClose.STOP_WORKERS : OnClose.LEAVE_RUNNING)
                    .build()) {
                print(output, "READY", "host of " + data + ", " + running(supervisor.list()));
                termination.await();
            }
            print(
                    output,
                    "CLOSED",
                    "closed, "
                            + running(WorkerInspector.of(data, registry.rows()).list()));
        }
        return ExitCode.DONE;
    }

    private WorkerSupervisor.Builder settings(WorkerSupervisor.Builder supervisor, LogSink sink) {
        logKeep.ifPresent(time -> supervisor.logRetention(LogRetention.DEFAULT.keepFor(time)));
        logBudget.ifPresent(supervisor::logBudget);
        workers.ifPresent(file -> supervisor.keepRunning(WorkerSpecs.fromFile(file)));
        return withoutLogs ? supervisor : supervisor.logSink(sink);
    }

    private static String running(List<WorkerStatus> all) {
        return "workers running: " + all.stream().filter(WorkerStatus::isAlive).count();
    }

    private static void print(Output output, WorkerEvent event) {
        String kind = event.getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .toUpperCase(Locale.ROOT);
        print(output, event.at(), kind, event.account(), event.isWarning(), event.describe());
    }

    private static void print(Output output, String kind, String text) {
        print(output, Instant.now(), kind, Optional.empty(), false, text);
    }

    private static void print(
            Output output, Instant at, String kind, Optional<AccountId> account, boolean warning, String text) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("at", at.truncatedTo(ChronoUnit.MILLIS));
        fields.put("event", kind);
        fields.put("account", account);
        fields.put("warning", warning);
        fields.put("text", text);
        output.print(
                "%s %s %-7s %s"
                        .formatted(
                                output.times().text(at),
                                warning ? output.colours().yellow("WARN") : "INFO",
                                account.map(AccountId::toString).orElse("-"),
                                output.times().local(text)),
                fields);
    }
}
