package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.StopOrder;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Values;
import io.workersupervisor.examples.console.text.LogWords;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Leaves accounts alone, and ends that again. */
abstract class PauseCommand extends StoreAction {
    @Parameters(arity = "0..*", paramLabel = "ACCOUNT", description = "The accounts.")
    private List<AccountId> accounts = List.of();

    @Option(names = "--all", description = "All accounts of the data directory together.")
    private boolean all;

    @Mixin
    private OrderOptions order = new OrderOptions();

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    /** Pauses. */
    @Command(
            name = "pause",
            description =
                    "Leave accounts alone: workers run on, and once ended they are started by nobody but a person who"
                            + " names the account.")
    static final class Pause extends PauseCommand {
        @Option(
                names = "--for",
                paramLabel = "TIME",
                converter = Values.Pause.class,
                description = "The length of the pause: 1s to 3650d. Default: until resume.")
        private Optional<Duration> length = Optional.empty();

        @Override
        Map<String, Object> act(WorkerSupervisor supervisor, Optional<AccountId> account, StopOrder order) {
            Optional<Instant> until = length.map(Instant.now()::plus);
            account.ifPresentOrElse(
                    one -> supervisor.pause(one, until, order), () -> supervisor.pauseAll(until, order));
            return fields(
                    account,
                    "PAUSED",
                    "paused " + order.describe()
                            + until.map(end -> " until " + end).orElse(""));
        }
    }

    /** Resumes. */
    @Command(name = "resume", description = "End a pause: what is wanted and due is started at once.")
    static final class Resume extends PauseCommand {
        @Override
        Map<String, Object> act(WorkerSupervisor supervisor, Optional<AccountId> account, StopOrder order) {
            boolean resumed =
                    account.map(one -> supervisor.resume(one, order)).orElseGet(() -> supervisor.resumeAll(order));
            return resumed
                    ? fields(account, "RESUMED", "resumed")
                    : fields(
                            account,
                            "NOT_PAUSED",
                            account.isPresent() ? "was not paused by itself" : "were not paused");
        }
    }

    private static Map<String, Object> fields(Optional<AccountId> account, String result, String text) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("account", account);
        fields.put("result", result);
        fields.put("text", account.map(one -> "account " + one).orElse("all accounts") + " " + text);
        return fields;
    }

    abstract Map<String, Object> act(WorkerSupervisor supervisor, Optional<AccountId> account, StopOrder order);

    @Override
    public int run(Call call) {
        if (all == !accounts.isEmpty()) {
            throw call.wrong(call.line().getCommandName() + " takes accounts, or --all");
        }
        Stores used = Stores.ofRows(stores, call);
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(call.data()).path());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            int exitCode = ExitCode.DONE;
            for (AccountId account : accounts) {
                if (supervisor.status(account).isEmpty()) {
                    exitCode = call.output().failure(LogWords.unknown(account));
                } else {
                    say(call, act(supervisor, Optional.of(account), order.order(call)));
                }
            }
            if (all) {
                say(call, act(supervisor, Optional.empty(), order.order(call)));
            }
            return exitCode;
        }
    }

    private static void say(Call call, Map<String, Object> fields) {
        call.output().result(ExitCode.DONE, String.valueOf(fields.get("text")), fields);
    }
}
