package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Desired;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Values;
import io.workersupervisor.examples.console.legacy.LegacyRegistry;
import io.workersupervisor.examples.console.legacy.Step;
import io.workersupervisor.examples.console.text.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Shows the processes of another program's registry, and moves their accounts here once a person has confirmed them. */
@Command(
        name = "import",
        description = {
            "Show the processes of another program's registry in a SQLite file, and what a move would do; change nothing.",
            "With --move, end those that were confirmed, one after the other, and start their accounts here."
        })
final class ImportCommand extends StoreAction {
    static final String NO_SPEC = "no spec of it in the file of --workers";
    static final String RUNS_HERE = "it runs here already";

    @Option(
            names = "--from",
            paramLabel = "FILE",
            required = true,
            description = "The SQLite file of the other program. It is opened for reading only.")
    private Optional<Path> from = Optional.empty();

    @Option(
            names = "--table",
            paramLabel = "NAME",
            converter = Values.Text.class,
            description = "Its table with a row for each account. Default: worker_registry.")
    private Optional<String> table = Optional.empty();

    @Option(
            names = "--account-column",
            paramLabel = "NAME",
            converter = Values.Text.class,
            description = "The column of the account. Default: the one with a usual name, as account_id.")
    private Optional<String> accountColumn = Optional.empty();

    @Option(
            names = "--pid-column",
            paramLabel = "NAME",
            converter = Values.Text.class,
            description = "The column of the process. Default: the one with a usual name, as pid.")
    private Optional<String> pidColumn = Optional.empty();

    @Option(
            names = "--workers",
            paramLabel = "FILE",
            description = "The file of host --workers, which says how the accounts are run here.")
    private Optional<Path> workers = Optional.empty();

    @Option(names = "--plan", paramLabel = "FILE", description = "Write the plan to this new file, to be confirmed.")
    private Optional<Path> plan = Optional.empty();

    @Option(names = "--move", description = "Do what is confirmed.")
    private boolean move;

    @Option(
            names = "--confirmed",
            paramLabel = "FILE",
            description = "With --move: the plan that you have read. Lines that you remove are left alone.")
    private Optional<Path> confirmed = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "N/UNIT",
            converter = Rate.class,
            description = "With --move: accounts in a time, such as 1/s, 10/min (the default) or 100/h.")
    private Optional<Duration> interval = Optional.empty();

    @Option(names = "--create", description = "With --move: make the data directory if it does not exist.")
    private boolean create;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    /** Reads a rate; the time from one account to the next. */
    static final class Rate implements ITypeConverter<Duration> {
        private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,3})/(s|min|h)");

        @Override
        public Duration convert(String value) {
            Matcher rate = RATE.matcher(value);
            if (!rate.matches()) {
                throw new TypeConversionException(
                        "must be 1 to 9999 in s, min or h, such as 10/min, was " + Output.quoted(value));
            }
            Duration unit = switch (rate.group(2)) {
                case "s" -> Duration.ofSeconds(1);
                case "min" -> Duration.ofMinutes(1);
                default -> Duration.ofHours(1);
            };
            return unit.dividedBy(Long.parseLong(rate.group(1)));
        }
    }

    @Override
    public int run(Call call) throws InterruptedException {
        if (move && (workers.isEmpty() || confirmed.isEmpty() || plan.isPresent())) {
            throw call.wrong("--move needs --workers and --confirmed, the plan that --plan has written before");
        } else if (!move && (confirmed.isPresent() || interval.isPresent() || create)) {
            throw call.wrong("--confirmed, --rate and --create are for --move");
        }
        Optional<WorkerSpecs> specs = workers.map(WorkerSpecs::fromFile);
        try {
            LegacyRegistry old = LegacyRegistry.find(from.orElseThrow(), table, accountColumn, pidColumn);
            return move ? move(call, old, specs.orElseThrow()) : show(call, old, specs);
        } catch (IOException unusable) {
            return call.output().failure(String.valueOf(unusable.getMessage()));
        }
    }

    private int show(Call call, LegacyRegistry old, Optional<WorkerSpecs> specs) throws IOException {
        LegacyRegistry.Rows rows = old.read();
        Map<AccountId, WorkerStatus> known = known(call);
        List<AccountId> served = specs.map(file -> List.copyOf(file.accounts())).orElse(List.of());
        List<Step> steps = Step.of(
                rows.rows(),
                account -> Optional.ofNullable(known.get(account))
                        .flatMap(ImportCommand::leave)
                        .or(() -> Optional.of(NO_SPEC).filter(none -> specs.isPresent() && !served.contains(account))));
        if (plan.isPresent()) {
            Step.write(plan.get(), steps);
        }
        List<String> problems = new ArrayList<>(rows.problems());
        specs.ifPresent(file -> problems.addAll(file.problems()));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("from", old.file());
        fields.put("table", old.table());
        fields.put("account_column", old.accountColumn());
        fields.put("pid_column", old.pidColumn());
        fields.put("plan", plan);
        fields.put("rows", steps.stream().map(Step::fields).toList());
        fields.put("problems", problems);
        call.output().print(text(call.output(), steps), fields);
        plan.ifPresent(file -> call.output()
                .note("the plan is in " + file
                        + ": remove the lines of processes that are no workers of yours, then say"
                        + " --move --confirmed"));
        problems.forEach(call.output()::warn);
        return problems.isEmpty() ? ExitCode.DONE : ExitCode.FAILURE;
    }

    private Map<AccountId, WorkerStatus> known(Call call) {
        Map<AccountId, WorkerStatus> known = new HashMap<>();
        if (call.hasDataDirectory()) {
            DataDirectory data = DataDirectory.existing(call.data());
            try (Registry registry = Stores.ofRows(stores, call).registryToLookAt(data)) {
                WorkerInspector.of(data, registry.rows()).list().forEach(status -> known.put(status.account(), status));
            }
        }
        return known;
    }

    /** Why an account is left alone, by its state here. */
    static Optional<String> leave(WorkerStatus status) {
        if (status.isAlive()) {
            return Optional.of(RUNS_HERE);
        }
        return status.pause()
                .or(() -> status.order()
                        .or(() -> Optional.of("it was stopped here"))
                        .filter(stopped -> status.desired() == Desired.STOPPED));
    }

    private static String text(Output output, List<Step> steps) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ACCOUNT", "PID", "SINCE", "WOULD", "COMMAND, OR WHY"));
        for (Step step : steps) {
            String command = step.process().map(one -> one.command()).orElse("");
            String since = step.process()
                    .flatMap(one -> one.startedAt())
                    .map(at -> output.times().local(at.toString()))
                    .orElse("-");
            OptionalLong pid = step.pid();
            rows.add(List.of(
                    step.account().toString(),
                    pid.isPresent() ? Long.toString(pid.getAsLong()) : "-",
                    since,
                    step.action().name(),
                    step.why().isEmpty() || command.isEmpty() ? step.why() + command : step.why() + ": " + command));
        }
        String counts = steps.stream()
                .collect(Collectors.groupingBy(Step::action, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(one -> one.getKey() + " " + one.getValue())
                .collect(Collectors.joining(", "));
        return Table.align(rows) + "\n" + steps.size() + " rows: " + counts;
    }

    private int move(Call call, LegacyRegistry old, WorkerSpecs specs) throws IOException, InterruptedException {
        List<Step> steps = Step.read(confirmed.orElseThrow());
        Stores used = Stores.ofRows(stores, call);
        if (!create && !call.hasDataDirectory()) {
            return call.output()
                    .failure(call.data()
                            + " is no data directory yet: nothing was moved, since in a wrong one an account"
                            + " would get a second worker. Correct --data, or make it with --create");
        }
        DataDirectory data = DataDirectory.open(call.data());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            return new Move(call.output(), data, old, specs, supervisor)
                    .run(steps, interval.orElse(Duration.ofSeconds(6)));
        }
    }
}
