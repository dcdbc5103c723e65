package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogRetention;
import io.workersupervisor.LogSink;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.WorkerSupervisor.OnClose;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Supervises in the foreground until it is told to end, as an application would that embeds the library. */
final class HostCommand {
    private HostCommand() {}

    static int run(Arguments arguments, Output output) throws InterruptedException {
        Termination termination = Termination.watch();
        OnClose onClose = arguments.has(Option.STOP_WORKERS) ? OnClose.STOP_WORKERS : OnClose.LEAVE_RUNNING;
        LogSettings logs = LogSettings.of(arguments);
        Stores stores = Stores.of(arguments, output);
        DataDirectory data = DataDirectory.open(arguments.data());
        try (Registry registry = stores.registry(data);
                LogSink sink = stores.sink(data, logs.keep())) {
            try (WorkerSupervisor supervisor = logs.apply(arguments.supervisor(data, registry.rows()), sink)
                    .listener(event -> print(output, event))
                    .onClose(onClose)
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
        return WorkerConsole.DONE;
    }

    /** What the options say of logs. */
    private record LogSettings(boolean shipped, Optional<Duration> keep, Optional<Integer> budget) {
        static LogSettings of(Arguments arguments) {
            Optional<Duration> keep = arguments.span(Option.LOG_KEEP);
            if (keep.isPresent()
                    && (keep.get().compareTo(Duration.ofMinutes(1)) < 0
                            || keep.get().compareTo(Duration.ofDays(3_650)) > 0)) {
                throw new UsageException(Option.LOG_KEEP + " must be between 1m and 3650d");
            }
            return new LogSettings(!arguments.has(Option.NO_LOGS), keep, arguments.count(Option.LOG_BUDGET));
        }

        WorkerSupervisor.Builder apply(WorkerSupervisor.Builder supervisor, LogSink sink) {
            keep.ifPresent(time -> supervisor.logRetention(LogRetention.DEFAULT.keepFor(time)));
            budget.ifPresent(supervisor::logBudget);
            return shipped ? supervisor.logSink(sink) : supervisor;
        }
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
                                at.truncatedTo(ChronoUnit.SECONDS),
                                warning ? "WARN" : "INFO",
                                account.map(AccountId::toString).orElse("-"),
                                text),
                fields);
    }
}
