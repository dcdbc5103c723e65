package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.ForgetResult;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.text.LogWords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes accounts out of every list. */
@Command(
        name = "forget",
        description =
                "Take stopped accounts out of every list; why they stopped, and their plans, are removed. Asks first.")
final class ForgetCommand extends StoreAction {
    @Parameters(
            arity = "1..*",
            paramLabel = "ACCOUNT",
            description = "The accounts, each of which is answered by itself.")
    private List<AccountId> accounts = List.of();

    @Option(names = "--yes", description = "Do not ask; needed where there is no terminal.")
    private boolean yes;

    @Mixin
    private OrderOptions order = new OrderOptions();

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) {
        Stores used = Stores.ofRows(stores, call);
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(call.data()).path());
        if (!yes && !isConfirmed(call)) {
            return call.output().failure("nothing was forgotten");
        }
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            int first = ExitCode.DONE;
            for (AccountId account : new LinkedHashSet<>(accounts)) {
                int exitCode = forget(call, data, supervisor, account);
                first = first == ExitCode.DONE ? exitCode : first;
            }
            return first;
        }
    }

    private boolean isConfirmed(Call call) {
        if (!isTerminal()) {
            throw call.wrong("forget asks before it removes anything: where there is no terminal, say --yes");
        }
        String names = accounts.stream().map(AccountId::toString).collect(Collectors.joining(", "));
        call.output().note("forget " + names + ", and why they stopped? [y/N]");
        Scanner answer = new Scanner(System.in, StandardCharsets.UTF_8);
        return answer.hasNextLine() && answer.nextLine().strip().equalsIgnoreCase("y");
    }

    private static boolean isTerminal() {
        try {
            String input = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
            return input.matches("/dev/(pts/.*|tty.*|console)");
        } catch (IOException unknown) {
            return false;
        }
    }

    private int forget(Call call, DataDirectory data, WorkerSupervisor supervisor, AccountId account) {
        if (supervisor.status(account).isEmpty() && supervisor.why(account).isEmpty()) {
            return call.output().failure(LogWords.unknown(account));
        }
        ForgetResult result = supervisor.forget(account, order.order(call));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", data.path());
        fields.put("account", account);
        fields.put("result", result instanceof ForgetResult.Refused ? "REFUSED" : "FORGOTTEN");
        if (result instanceof ForgetResult.Refused refused) {
            fields.put("reason", refused.reason());
            fields.put("evidence", refused.evidence());
            fields.put("advice", refused.reason().advice());
        }
        fields.put("text", result.describe());
        return call.output()
                .result(
                        result instanceof ForgetResult.Refused ? ExitCode.REFUSED : ExitCode.DONE,
                        result.describe(),
                        fields);
    }
}
