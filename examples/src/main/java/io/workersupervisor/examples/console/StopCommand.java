package io.workersupervisor.examples.console;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerSupervisor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ends the worker of an account. The data directory must exist: who stops in the wrong place shall not read that nothing
 * ran.
 */
final class StopCommand {
    private StopCommand() {}

    static int run(Arguments arguments, Output output) {
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(arguments.data()).path());
        try (Registry registry = Stores.ofRows(arguments, output).registry(data);
                WorkerSupervisor supervisor = arguments
                        .supervisor(data, registry.rows())
                        .withoutReconcile()
                        .listener(new TroubleListener(output))
                        .build()) {
            StopResult result = supervisor.stop(arguments.account());
            int exitCode = result.isStopped() ? WorkerConsole.DONE : WorkerConsole.REFUSED;
            return output.result(exitCode, result.describe(), fields(data, result));
        }
    }

    private static Map<String, Object> fields(DataDirectory data, StopResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", data.path());
        fields.put("account", result.account());
        if (result instanceof StopResult.Stopped stopped) {
            fields.put("result", "STOPPED");
            fields.put("worker_id", stopped.workerId());
            fields.put("rungs", stopped.rungs());
            fields.put("report", stopped.report());
        } else if (result instanceof StopResult.AlreadyStopped stopped) {
            fields.put("result", "ALREADY_STOPPED");
            fields.put("known", stopped.known());
        } else if (result instanceof StopResult.Refused refused) {
            fields.put("result", "REFUSED");
            fields.put("reason", refused.reason());
            fields.put("evidence", refused.evidence());
            fields.put("advice", refused.reason().advice());
        }
        fields.put("text", result.describe());
        return fields;
    }
}
