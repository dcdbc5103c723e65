package io.workersupervisor.examples.console;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.StartResult;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Starts a worker, which runs on when the console has ended. */
final class StartCommand {
    private StartCommand() {}

    static int run(Arguments arguments, Output output) {
        WorkerSpec spec = spec(arguments);
        DataDirectory data = DataDirectory.open(arguments.data());
        try (Registry registry = Stores.ofRows(arguments, output).registry(data);
                WorkerSupervisor supervisor = arguments
                        .supervisor(data, registry.rows())
                        .withoutReconcile()
                        .listener(new TroubleListener(output))
                        .build()) {
            StartResult result = supervisor.start(spec);
            return output.result(exitCode(result), result.describe(), fields(data, result));
        }
    }

    private static WorkerSpec spec(Arguments arguments) {
        try {
            WorkerSpec.Builder spec = WorkerSpec.builder(
                    arguments.account(), arguments.workerCommand().toArray(new String[0]));
            arguments.text(Option.USER).ifPresent(spec::userId);
            arguments.text(Option.SPEC_VERSION).ifPresent(spec::version);
            arguments.path(Option.DIR).ifPresent(spec::directory);
            arguments.seconds(Option.START_GRACE).ifPresent(spec::startGrace);
            arguments.seconds(Option.STOP_GRACE).ifPresent(spec::stopGrace);
            hideSecrets(spec);
            arguments.path(Option.ENV_FILE).ifPresent(file -> EnvFile.read(file, spec));
            return spec.build();
        } catch (IllegalArgumentException impossible) {
            throw new UsageException(String.valueOf(impossible.getMessage()));
        }
    }

    /** What this program knows of a database is not for its workers. */
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
            fields.put("since", started.since());
        } else if (result instanceof StartResult.AlreadyRunning running) {
            fields.put("result", "ALREADY_RUNNING");
            fields.put("worker_id", running.workerId());
            fields.put("pid", running.pid());
            fields.put("since", running.since());
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
