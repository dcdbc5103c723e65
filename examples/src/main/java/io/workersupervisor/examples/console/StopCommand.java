package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.WorkerSupervisorException;
import io.workersupervisor.examples.console.text.LogWords;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Ends the workers of accounts, one after the other. The data directory must exist, and the account be known: who stops in
 * the wrong place, or mistypes, shall not read that nothing ran.
 */
@Command(name = "stop", description = "End the workers of accounts. An account stays stopped until its next start.")
final class StopCommand extends StoreAction {
    @Parameters(
            arity = "1..*",
            paramLabel = "ACCOUNT",
            description = "The accounts, each of which is answered by itself.")
    private List<AccountId> accounts = List.of();

    @Option(
            names = "--anyway",
            description = "Stop an account that nobody knows, too: no application will start it then.")
    private boolean anyway;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) {
        Stores used = Stores.ofRows(stores, call);
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(call.data()).path());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.supervisor(data, registry.rows())
                        .withoutReconcile()
                        .listener(call.output()::trouble)
                        .build()) {
            int first = WorkerConsole.DONE;
            for (AccountId account : new LinkedHashSet<>(accounts)) {
                int exitCode = stop(call.output(), data, supervisor, account);
                first = first == WorkerConsole.DONE ? exitCode : first;
            }
            return first;
        }
    }

    /** An account that cannot be stopped does not keep the others from being stopped. */
    private int stop(Output output, DataDirectory data, WorkerSupervisor supervisor, AccountId account) {
        try {
            if (!anyway
                    && supervisor.status(account).isEmpty()
                    && supervisor.why(account).isEmpty()) {
                return output.failure(LogWords.unknown(account) + "; to keep it stopped nevertheless, add --anyway");
            }
            StopResult result = supervisor.stop(account);
            int exitCode = result.isStopped() ? WorkerConsole.DONE : WorkerConsole.REFUSED;
            return output.result(exitCode, result.describe(), fields(data, result));
        } catch (WorkerSupervisorException failed) {
            return output.failure(WorkerConsole.describe(failed));
        }
    }

    private static Map<String, Object> fields(DataDirectory data, StopResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", data.path());
        fields.put("account", result.account());
        if (result instanceof StopResult.Stopped stopped) {
            fields.put("result", "STOPPED");
            fields.put("worker_id", stopped.workerId());
            fields.put("steps", stopped.steps());
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
