package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.spi.WorkerRegistry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** The accounts that a command changes: named, or by how they stand. */
final class Choice {
    @Option(names = "--all", description = "All accounts that this command can do something for.")
    private boolean all;

    @Option(
            names = "--where",
            paramLabel = "KEY=VALUE[,...]",
            converter = Where.Read.class,
            description = "The accounts of these: reason= (of the last stop), state=, user=, version=.")
    private Optional<Where> where = Optional.empty();

    /** Tells whether accounts are chosen by how they stand, and not by name. */
    boolean isOpen(Call call, List<AccountId> named) {
        boolean open = all || where.isPresent();
        if (open && !named.isEmpty()) {
            throw call.wrong(call.line().getCommandName() + " takes accounts, or --all, or --where");
        } else if (!open && named.isEmpty()) {
            throw call.wrong(call.line().getCommandName() + " needs an account, --all or --where");
        } else if (all && where.isPresent()) {
            throw call.wrong("--all and --where exclude each other");
        }
        return open;
    }

    /** The chosen accounts that the command can do something for. */
    List<AccountId> find(Call call, WorkerSupervisor supervisor, WorkerRegistry registry, Predicate<Account> useful) {
        List<AccountId> found = Account.of(supervisor.list(), registry).stream()
                .filter(account -> where.map(wanted -> wanted.fits(account)).orElse(true))
                .filter(useful)
                .map(Account::id)
                .toList();
        if (found.isEmpty()) {
            call.output().note("no account to " + call.line().getCommandName());
        }
        return List.copyOf(new LinkedHashSet<>(found));
    }
}
