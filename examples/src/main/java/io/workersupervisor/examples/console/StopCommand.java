package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopResult;
import io.workersupervisor.StopsFailedException;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.WorkerSupervisorException;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.text.LogWords;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Ends the workers of accounts, several at a time. The data directory must exist, and the account be known: who stops in
 * the wrong place, or mistypes, shall not read that nothing ran.
 */
@Command(name = "stop", description = "End the workers of accounts. An account stays stopped until its next start.")
final class StopCommand extends StoreAction {
    @Parameters(
            arity = "0..*",
            paramLabel = "ACCOUNT",
            description = "The accounts, each of which is answered by itself.")
    private List<AccountId> accounts = List.of();

    @Mixin
    private Choice choice = new Choice();

    @Mixin
    private OrderOptions order = new OrderOptions();

    @Option(
            names = "--anyway",
            description = "Stop an account that nobody knows, too: no application will start it then.")
    private boolean anyway;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) throws InterruptedException {
        boolean open = choice.isOpen(call, accounts);
        StopOrder stop = order.order(call);
        Stores used = Stores.ofRows(stores, call);
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(call.data()).path());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            supervisor.addListener(event -> tellWait(call.output(), event));
            Collection<AccountId> all = open
                    ? choice.find(call, supervisor, registry.rows(), Account::isFree)
                    : new LinkedHashSet<>(accounts);
            return stop(call.output(), data, supervisor, all, stop);
        }
    }

    /** An account that cannot be stopped does not keep the others from being stopped. */
    private int stop(
            Output output,
            DataDirectory data,
            WorkerSupervisor supervisor,
            Collection<AccountId> accounts,
            StopOrder stop) {
        Map<AccountId, String> failures = new LinkedHashMap<>();
        List<AccountId> known = accounts.stream()
                .filter(account -> isKnown(supervisor, account, failures))
                .toList();
        Map<AccountId, StopResult> results;
        try {
            results = supervisor.stopAll(known, stop);
        } catch (StopsFailedException some) {
            results = some.results();
            some.failures().forEach((account, failed) -> failures.put(account, WorkerConsole.describe(failed)));
        }
        int first = ExitCode.DONE;
        for (AccountId account : accounts) {
            StopResult result = results.get(account);
            int exitCode = result == null
                    ? output.failure(Objects.requireNonNull(failures.get(account)))
                    : print(output, data, result);
            first = first == ExitCode.DONE ? exitCode : first;
        }
        return first;
    }

    private boolean isKnown(WorkerSupervisor supervisor, AccountId account, Map<AccountId, String> failures) {
        try {
            boolean isKnown = anyway
                    || supervisor.status(account).isPresent()
                    || !supervisor.why(account).isEmpty();
            if (!isKnown) {
                failures.put(account, LogWords.unknown(account) + "; to keep it stopped nevertheless, add --anyway");
            }
            return isKnown;
        } catch (WorkerSupervisorException failed) {
            failures.put(account, WorkerConsole.describe(failed));
            return false;
        }
    }

    /** Another machine may take a while. */
    private static void tellWait(Output output, WorkerEvent event) {
        if (event instanceof WorkerEvent.LeftToOwner) {
            output.note(event.describe());
        }
    }

    private static int print(Output output, DataDirectory data, StopResult result) {
        int exitCode = result.isStopped() ? ExitCode.DONE : ExitCode.REFUSED;
        return output.result(exitCode, result.describe(), fields(data, result));
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
