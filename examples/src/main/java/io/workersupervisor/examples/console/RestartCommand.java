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
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) {
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
            List<AccountId> all = open
                    ? choice.find(
                            call,
                            supervisor,
                            registry.rows(),
                            account -> account.status().isAlive() && account.isFree())
                    : accounts;
            return Wishes.run(call, data, all, supervisor::restart);
        }
    }
}
