package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.SignalResult;
import io.workersupervisor.WorkerSignal;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sends a signal to workers. */
@Command(
        name = "signal",
        description =
                "Send a signal to workers, such as HUP to read their configuration again. A worker that does not handle"
                        + " it is ended by it.")
final class SignalCommand extends StoreAction {
    @Parameters(index = "0", paramLabel = "SIGNAL", description = "One of ${COMPLETION-CANDIDATES}.")
    private WorkerSignal signal = WorkerSignal.HUP;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "ACCOUNT", description = "The accounts.")
    private List<AccountId> accounts = List.of();

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) {
        Stores used = Stores.ofRows(stores, call);
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(call.data()).path());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            int first = ExitCode.DONE;
            for (AccountId account : new LinkedHashSet<>(accounts)) {
                SignalResult result = supervisor.signal(account, signal);
                int exitCode = result instanceof SignalResult.Sent
                        ? ExitCode.DONE
                        : result instanceof SignalResult.Refused ? ExitCode.REFUSED : ExitCode.FAILURE;
                call.output().result(exitCode, result.describe(), fields(data, result));
                first = first == ExitCode.DONE ? exitCode : first;
            }
            return first;
        }
    }

    private static Map<String, Object> fields(DataDirectory data, SignalResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", data.path());
        fields.put("account", result.account());
        if (result instanceof SignalResult.Sent sent) {
            fields.put("result", "SENT");
            fields.put("signal", sent.signal());
            fields.put("worker_id", sent.workerId());
            fields.put("pid", sent.pid());
        } else if (result instanceof SignalResult.Refused refused) {
            fields.put("result", "REFUSED");
            fields.put("reason", refused.reason());
            fields.put("evidence", refused.evidence());
            fields.put("advice", refused.reason().advice());
        } else {
            fields.put("result", "NOT_RUNNING");
        }
        fields.put("text", result.describe());
        return fields;
    }
}
