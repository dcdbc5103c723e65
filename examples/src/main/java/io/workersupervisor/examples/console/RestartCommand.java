package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Termination;
import io.workersupervisor.examples.console.frame.Values;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends workers, which a host starts again. */
@Command(
        name = "restart",
        description =
                "End workers; the host that keeps their accounts running starts others. Not those that were stopped.",
        customSynopsis = "worker-console restart [OPTIONS] (ACCOUNT... | --all | --where KEY=VALUE[,...])")
final class RestartCommand extends StoreAction {
    @Parameters(arity = "0..*", paramLabel = "ACCOUNT", description = "The accounts.")
    private List<AccountId> accounts = List.of();

    @Mixin
    private Choice choice = new Choice();

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = Values.Count.class,
            description = "Restart N together; the next ones when these have outlived their start grace. Default: 50.")
    private int batch = 50;

    @Option(
            names = "--pause",
            paramLabel = "TIME",
            converter = Values.Pause.class,
            description = "The time between two batches: 1s to 3650d. Default: none.")
    private Duration pause = Duration.ZERO;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) throws InterruptedException {
        boolean open = choice.isOpen(call, accounts);
        Stores used = Stores.ofRows(stores, call);
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(call.data()).path());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            if (!open
                    && !Wishes.areKnown(
                            call,
                            accounts,
                            account -> supervisor.status(account).isPresent())) {
                return ExitCode.FAILURE;
            }
            List<AccountId> all =
                    open ? choice.find(call, supervisor, registry.rows(), RestartCommand::isToRestart) : accounts;
            // A batch is finished before the program ends.
            Optional<Termination> termination =
                    all.size() > batch ? Optional.of(Termination.watch()) : Optional.empty();
            int first = ExitCode.DONE;
            for (int from = 0; from < all.size(); from += batch) {
                if (from > 0 && termination.orElseThrow().await(pause)) {
                    call.output()
                            .note("not restarted yet: "
                                    + all.subList(from, all.size()).stream()
                                            .map(AccountId::toString)
                                            .collect(Collectors.joining(", ")));
                    return ExitCode.FAILURE;
                }
                List<AccountId> some = all.subList(from, Math.min(from + batch, all.size()));
                // Leaves accounts whose workers have ended meanwhile to their plans.
                Set<AccountId> still = open && from > 0
                        ? Account.of(supervisor.list(), registry.rows()).stream()
                                .filter(RestartCommand::isToRestart)
                                .map(Account::id)
                                .collect(Collectors.toSet())
                        : Set.copyOf(some);
                int exitCode = Wishes.run(
                        call, data, some.stream().filter(still::contains).toList(), supervisor::restart);
                first = first == ExitCode.DONE ? exitCode : first;
            }
            return first;
        }
    }

    private static boolean isToRestart(Account account) {
        return account.status().isAlive() && account.isFree();
    }
}
