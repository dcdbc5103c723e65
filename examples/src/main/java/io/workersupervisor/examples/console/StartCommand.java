package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.StartResult;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts a worker, which runs on when the console has ended. */
@Command(
        name = "start",
        description = "Start the worker of an account. It runs on when this program has ended.",
        customSynopsis = "worker-console start [OPTIONS] ACCOUNT -- COMMAND [WORD]...")
final class StartCommand extends StoreAction {
    @Parameters(index = "0", paramLabel = "ACCOUNT", description = "The account; it has at most one worker.")
    private AccountId account = AccountId.of(0);

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "The program and its words, behind --.")
    private List<String> command = List.of();

    @Option(
            names = "--create",
            description = "Make the data directory if it does not exist. Without this option a wrong DIR is refused:"
                    + " there, an account that runs elsewhere would get a second worker.")
    private boolean create;

    @Option(
            names = "--user",
            paramLabel = "ID",
            converter = Values.Text.class,
            description = "The owner of the account.")
    private Optional<String> user = Optional.empty();

    @Option(
            names = "--version",
            paramLabel = "TEXT",
            converter = Values.Text.class,
            description = "The version of the program that runs.")
    private Optional<String> specVersion = Optional.empty();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "The directory in which the worker starts, and in which a relative COMMAND is looked up.")
    private Optional<Path> directory = Optional.empty();

    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "The worker's variables, NAME=VALUE on each line. Empty lines and lines with # are skipped.")
    private Optional<Path> envFile = Optional.empty();

    @Option(
            names = "--start-grace",
            paramLabel = "SECONDS",
            converter = Values.Seconds.class,
            description = "The worker must live this long, or the start has failed, with exit code 0 too. Default: 0.5."
                    + " Say 0 for short jobs.")
    private Optional<Duration> startGrace = Optional.empty();

    @Option(
            names = "--stop-grace",
            paramLabel = "SECONDS",
            converter = Values.Seconds.class,
            description = "At a stop, the time from TERM to KILL. Default: 10.")
    private Optional<Duration> stopGrace = Optional.empty();

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) {
        WorkerSpec spec = spec(call);
        Stores used = Stores.ofRows(stores, call);
        if (!create && !call.hasDataDirectory()) {
            return call.output()
                    .failure((Files.exists(call.data())
                                    ? call.data() + " is not a data directory yet"
                                    : "data directory " + call.data() + " does not exist")
                            + ": account " + account
                            + " was not started, since in a wrong directory it would get a second"
                            + " worker. Correct --data or " + CommonOptions.DATA
                            + ", or make the directory with --create");
        }
        DataDirectory data = DataDirectory.open(call.data());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.supervisor(data, registry.rows())
                        .withoutReconcile()
                        .listener(call.output()::trouble)
                        .build()) {
            StartResult result = supervisor.start(spec);
            return call.output().result(exitCode(result), result.describe(), fields(data, result));
        }
    }

    private WorkerSpec spec(Call call) {
        List<String> words = call.line().getParseResult().originalArgs();
        int separator = words.indexOf("--");
        if (separator < 0 || !words.subList(separator + 1, words.size()).equals(command)) {
            throw call.wrong("start needs the worker's command after --, and the account before");
        }
        try {
            WorkerSpec.Builder spec = WorkerSpec.builder(account, command.toArray(new String[0]));
            user.ifPresent(spec::userId);
            specVersion.ifPresent(spec::version);
            directory.ifPresent(spec::directory);
            startGrace.ifPresent(spec::startGrace);
            stopGrace.ifPresent(spec::stopGrace);
            hideSecrets(spec);
            envFile.ifPresent(file -> EnvFile.read(call, file, spec));
            return spec.build();
        } catch (IllegalArgumentException impossible) {
            throw call.wrong(String.valueOf(impossible.getMessage()));
        }
    }

    /** Removes this program's knowledge of a database from the environment of its workers. */
    private static void hideSecrets(WorkerSpec.Builder spec) {
        List.of(MongoUri.URI, MongoUri.PASSWORD).stream()
                .filter(System.getenv()::containsKey)
                .forEach(name -> spec.environment(name, ""));
    }

    private static int exitCode(StartResult result) {
        if (result instanceof StartResult.Started) {
            return WorkerConsole.DONE;
        } else if (result instanceof StartResult.AlreadyRunning) {
            return WorkerConsole.ALREADY_RUNNING;
        }
        return result instanceof StartResult.Refused ? WorkerConsole.REFUSED : WorkerConsole.FAILURE;
    }

    private static Map<String, Object> fields(DataDirectory data, StartResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", data.path());
        fields.put("account", result.account());
        if (result instanceof StartResult.Started started) {
            fields.put("result", "STARTED");
            fields.put("worker_id", started.workerId());
            fields.put("pid", started.pid());
            fields.put("epoch", started.epoch());
            fields.put("started_at", started.startedAt());
        } else if (result instanceof StartResult.AlreadyRunning running) {
            fields.put("result", "ALREADY_RUNNING");
            fields.put("worker_id", running.workerId());
            fields.put("pid", running.pid());
            fields.put("started_at", running.startedAt());
            fields.put("evidence", running.evidence());
        } else if (result instanceof StartResult.Refused refused) {
            fields.put("result", "REFUSED");
            fields.put("reason", refused.reason());
            fields.put("evidence", refused.evidence());
            fields.put("advice", refused.reason().advice());
        } else if (result instanceof StartResult.Failed failed) {
            fields.put("result", "FAILED");
            fields.put("step", failed.step());
            fields.put("error", failed.error());
            fields.put("report", failed.report());
        }
        fields.put("text", result.describe());
        return fields;
    }
}
