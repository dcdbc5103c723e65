package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.CommonOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.MongoUri;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Values;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Starts a worker, which runs on when the console has ended. */
@Command(
        name = "start",
        description = {
            "Start the worker of an account. It runs on when this program has ended.",
            "Without a command, the host that keeps the account running starts it: also one that was stopped by hand."
        },
        customSynopsis = {
            "worker-console start [OPTIONS] ACCOUNT -- COMMAND [WORD]...",
            "       worker-console start [OPTIONS] (ACCOUNT... | --all | --where KEY=VALUE[,...])"
        })
final class StartCommand extends StoreAction {
    @Parameters(
            arity = "0..*",
            paramLabel = "ACCOUNT",
            description = "The account; it has at most one worker. Several where no command is given.")
    private List<String> words = List.of();

    @Mixin
    private Choice choice = new Choice();

    @Option(
            names = "--anyway",
            description =
                    "Without a command: also an account that nobody knows yet; with --all or --where, also those that"
                            + " wait for their time or for a person.")
    private boolean anyway;

    @Option(
            names = "--create",
            description = "Make the data directory if it does not exist. Without this option a wrong DIR is refused:"
                    + " there, an account that runs elsewhere would get a second worker.")
    private boolean create;

    @Option(
            names = "--user",
            paramLabel = "ID",
            converter = Values.Text.class,
            description = "The owner of the account.")
    private Optional<String> user = Optional.empty();

    @Option(
            names = "--version",
            paramLabel = "TEXT",
            converter = Values.Text.class,
            description = "The version of the program that runs.")
    private Optional<String> specVersion = Optional.empty();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "The directory in which the worker starts, and in which a relative COMMAND is looked up.")
    private Optional<Path> directory = Optional.empty();

    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "The worker's variables, NAME=VALUE on each line. Empty lines and lines with # are skipped.")
    private Optional<Path> envFile = Optional.empty();

    @Option(
            names = "--start-grace",
            paramLabel = "SECONDS",
            converter = Values.Seconds.class,
            description = "The worker must live this long, or the start has failed, with exit code 0 too. Default: 0.5."
                    + " Say 0 for short jobs.")
    private Optional<Duration> startGrace = Optional.empty();

    @Option(
            names = "--stop-grace",
            paramLabel = "SECONDS",
            converter = Values.Seconds.class,
            description = "At a stop, the time from TERM to KILL. Default: 10.")
    private Optional<Duration> stopGrace = Optional.empty();

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) {
        List<String> given = call.line().getParseResult().originalArgs();
        int separator = given.indexOf("--");
        if (separator < 0) {
            return startAgain(call);
        }
        List<String> command = given.subList(separator + 1, given.size());
        if (command.isEmpty()) {
            throw call.wrong("start needs the worker's command after --, and the account before");
        } else if (words.size() - command.size() != 1) {
            throw call.wrong("start needs one account before the command");
        }
        AccountId account = account(call, words.get(0));
        WorkerSpec spec = spec(call, account, command);
        Stores used = Stores.ofRows(stores, call);
        if (!create && !call.hasDataDirectory()) {
            return call.output()
                    .failure((Files.exists(call.data())
                                    ? call.data() + " is not a data directory yet"
                                    : "data directory " + call.data() + " does not exist")
                            + ": account " + account
                            + " was not started, since in a wrong directory it would get a second"
                            + " worker. Correct --data or " + CommonOptions.DATA
                            + ", or make the directory with --create");
        }
        DataDirectory data = DataDirectory.open(call.data());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            return Wishes.answer(call.output(), data, supervisor.start(spec));
        }
    }

    private static AccountId account(Call call, String word) {
        try {
            return Values.account(word);
        } catch (TypeConversionException none) {
            throw call.wrong(String.valueOf(none.getMessage()));
        }
    }

    /** By a host that knows what to run. */
    private int startAgain(Call call) {
        List<AccountId> named = words.stream().map(word -> account(call, word)).toList();
        boolean open = choice.isOpen(call, named);
        if (create
                || user.isPresent()
                || specVersion.isPresent()
                || directory.isPresent()
                || envFile.isPresent()
                || startGrace.isPresent()
                || stopGrace.isPresent()) {
            throw call.wrong(
                    "without a command after -- start takes accounts, --all, --where and --anyway only: the host"
                            + " knows what to run");
        }
        Stores used = Stores.ofRows(stores, call);
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(call.data()).path());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            if (!open) {
                boolean known = anyway
                        || Wishes.areKnown(
                                call,
                                named,
                                account -> supervisor.status(account).isPresent());
                return known ? Wishes.run(call, data, named, supervisor::start) : ExitCode.FAILURE;
            }
            List<AccountId> found = choice.find(
                    call,
                    supervisor,
                    registry.rows(),
                    account -> !account.status().isAlive() && account.isFree() && (anyway || !account.isWaiting()));
            return Wishes.run(call, data, found, anyway ? supervisor::restart : supervisor::ensure);
        }
    }

    private WorkerSpec spec(Call call, AccountId account, List<String> command) {
        try {
            WorkerSpec.Builder spec = WorkerSpec.builder(account, command.toArray(new String[0]));
            user.ifPresent(spec::userId);
            specVersion.ifPresent(spec::version);
            directory.ifPresent(spec::directory);
            startGrace.ifPresent(spec::startGrace);
            stopGrace.ifPresent(spec::stopGrace);
            hideSecrets(spec);
            envFile.ifPresent(file -> EnvFile.read(call, file, spec));
            return spec.build();
        } catch (IllegalArgumentException impossible) {
            throw call.wrong(String.valueOf(impossible.getMessage()));
        }
    }

    /** Removes this program's knowledge of a database from the environment of its workers. */
    private static void hideSecrets(WorkerSpec.Builder spec) {
        List.of(MongoUri.URI, MongoUri.PASSWORD).stream()
                .filter(System.getenv()::containsKey)
                .forEach(name -> spec.environment(name, ""));
    }
}
