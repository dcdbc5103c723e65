package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.Ailment;
import io.workersupervisor.Desired;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Inspection;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Termination;
import io.workersupervisor.examples.console.frame.Values;
import io.workersupervisor.examples.console.text.LogWords;
import io.workersupervisor.examples.console.text.Table;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows how accounts stand. */
@Command(
        name = "ps",
        description = "Show accounts: first those that are wanted and do not run, with the reason and the next start.")
final class PsCommand extends StoreAction {
    private static final int NARROW = 80;

    private static final int LONGEST_CELL = 12;

    private static final String CLEAR = "\033[H\033[2J";

    @Parameters(arity = "0..*", paramLabel = "ACCOUNT", description = "Only these accounts. Default: all.")
    private List<AccountId> accounts = List.of();

    @Option(
            names = "--where",
            paramLabel = "KEY=VALUE[,...]",
            converter = Where.Read.class,
            description = "Only the accounts of these: reason= (of the last stop), state=, user=, version=.")
    private Optional<Where> where = Optional.empty();

    @Option(names = "--wide", description = "All columns in full, however long the lines are.")
    private boolean wide;

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2",
            paramLabel = "SECONDS",
            converter = Values.Seconds.class,
            description = "Show it again every so often, until Ctrl-C. Default: 2.")
    private Optional<Duration> watch = Optional.empty();

    @Override
    public int run(Call call) throws InterruptedException {
        Output output = call.output();
        try (Inspection inspection = Inspection.open(call, Stores.ofRows(stores, call))) {
            inspection.warnIfMoved(output);
            if (watch.isEmpty()) {
                return show(inspection, output);
            }
            Termination termination = Termination.watch();
            Duration pause = watch.get().toMillis() < 100 ? Duration.ofMillis(100) : watch.get();
            do {
                output.begin(CLEAR);
                show(inspection, output);
            } while (!output.isClosed() && !termination.await(pause));
            return ExitCode.DONE;
        }
    }

    private int show(Inspection inspection, Output output) {
        RowListing rows = inspection.registry().list(RowSelection.ALL);
        List<String> unreadable = rows.unreadable();
        List<Account> all = Account.of(inspection.inspector().list(), inspection.registry(), rows.rows()).stream()
                .filter(account -> accounts.isEmpty() || accounts.contains(account.id()))
                .filter(account -> where.map(wanted -> wanted.fits(account)).orElse(true))
                .sorted(Comparator.comparing(
                                (Account account) -> !account.status().isDown())
                        .thenComparing(Account::id))
                .toList();
        List<AccountId> unknown = unknown(inspection, all);
        if (accounts.isEmpty() || !all.isEmpty()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("data", inspection.data().path());
            fields.put("summary", Counts.of(all).fields());
            fields.put("accounts", all.stream().map(PsCommand::fields).toList());
            fields.put("unreadable", unreadable);
            output.print(text(inspection, all, unreadable, output), fields);
        }
        unknown.forEach(account -> output.failure(LogWords.unknown(account)));
        unreadable.forEach(row -> output.warn("a row cannot be read: " + row));
        return unreadable.isEmpty() && unknown.isEmpty() ? ExitCode.DONE : ExitCode.FAILURE;
    }

    private String text(Inspection inspection, List<Account> all, List<String> unreadable, Output output) {
        String place = "Data directory " + inspection.data();
        if (all.isEmpty()) {
            return unreadable.isEmpty() && where.isEmpty() ? place + ": no account was ever started" : place;
        }
        return place + "\n" + Counts.of(all).words() + "\n" + table(all, output);
    }

    /** The accounts that were asked for and are unknown. */
    private List<AccountId> unknown(Inspection inspection, List<Account> found) {
        return accounts.stream()
                .distinct()
                .filter(account -> found.stream().noneMatch(shown -> shown.id().equals(account)))
                .filter(inspection::isUnknown)
                .toList();
    }

    /** How many accounts there are of each kind. */
    private record Counts(int accounts, long running, long down, long needPerson, long paused, long stopped) {
        static Counts of(List<Account> all) {
            return new Counts(
                    all.size(),
                    count(all, WorkerStatus::isAlive),
                    count(all, WorkerStatus::isDown),
                    count(all, status -> status.isDown() && status.needsPerson()),
                    count(all, status -> status.pause().isPresent()),
                    count(all, status -> !status.isAlive() && status.desired() != Desired.RUNNING));
        }

        private static long count(List<Account> all, Predicate<WorkerStatus> of) {
            return all.stream().filter(account -> of.test(account.status())).count();
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("accounts", accounts);
            fields.put("running", running);
            fields.put("down", down);
            fields.put("need_person", needPerson);
            fields.put("paused", paused);
            fields.put("stopped", stopped);
            return fields;
        }

        String words() {
            List<String> parts = new ArrayList<>(List.of(running + " running"));
            part(parts, down, "wanted and down");
            part(parts, needPerson, "of these need a person");
            part(parts, stopped, "stopped");
            part(parts, paused, "paused");
            return accounts + (accounts == 1 ? " account: " : " accounts: ") + String.join(", ", parts);
        }

        private static void part(List<String> parts, long count, String what) {
            if (count > 0) {
                parts.add(count + " " + what);
            }
        }
    }

    private String table(List<Account> all, Output output) {
        Instant now = Instant.now();
        List<Column> columns = Stream.of(
                        new Column("VERSION", WorkerStatus::version), new Column("USER", WorkerStatus::userId))
                .filter(column -> all.stream()
                        .anyMatch(
                                account -> column.cell().apply(account.status()).isPresent()))
                .toList();
        List<List<String>> rows = new ArrayList<>();
        rows.add(header(columns));
        all.forEach(account -> rows.add(row(account, columns, now, output)));
        String table = Table.align(rows);
        boolean isNarrow = table.lines().anyMatch(line -> line.length() > width());
        String shown = wide ? table : cut(isNarrow ? Table.align(rows, 1) : table);
        int end = shown.indexOf('\n');
        return output.colours().bold(shown.substring(0, end)) + shown.substring(end);
    }

    /** A column that is left out where nobody has it. */
    private record Column(String name, Function<WorkerStatus, Optional<String>> cell) {
        String of(WorkerStatus status) {
            String text = cell.apply(status).orElse("-");
            return text.length() <= LONGEST_CELL ? text : text.substring(0, LONGEST_CELL - 2) + "..";
        }
    }

    private List<String> header(List<Column> columns) {
        List<String> header = new ArrayList<>(List.of("ACCOUNT", "STATE"));
        if (wide) {
            header.addAll(List.of(
                    "DESIRED", "REASON", "PID", "UP", "MEM", "VERSION", "USER", "EPOCH", "WORKER", "NOTE", "EVIDENCE"));
            return header;
        }
        header.addAll(List.of("PID", "UP", "MEM"));
        columns.forEach(column -> header.add(column.name()));
        header.add("NOTE");
        return header;
    }

    private static String cut(String table) {
        int width = width();
        StringBuilder lines = new StringBuilder();
        for (String line : table.split("\n", -1)) {
            lines.append(lines.isEmpty() ? "" : "\n")
                    .append(line.length() <= width ? line : line.substring(0, width - 2) + "..");
        }
        return lines.toString();
    }

    private static int width() {
        String columns = String.valueOf(System.getenv("COLUMNS"));
        return columns.matches("[0-9]{2,4}") ? Math.max(NARROW, Integer.parseInt(columns)) : NARROW;
    }

    private List<String> row(Account account, List<Column> columns, Instant now, Output output) {
        WorkerStatus status = account.status();
        String pid = status.pid().isPresent() ? Long.toString(status.pid().getAsLong()) : "-";
        String up = status.isAlive() ? Table.time(Duration.between(status.startedAt(), now)) : "-";
        String memory =
                status.figures().map(read -> mebibytes(read.memoryBytes())).orElse("-");
        String note = output.times().local(note(account, now, output));
        // A worker without a row has neither a state nor a wish.
        String state = status.registered() ? status.state().name() : "-";
        List<String> row = new ArrayList<>(List.of(account.id().toString(), state));
        if (wide) {
            row.addAll(List.of(
                    status.registered() ? status.desired().name() : "-",
                    account.reason().map(StopReason::toString).orElse("-"),
                    pid,
                    up,
                    memory,
                    status.version().orElse("-"),
                    status.userId().orElse("-"),
                    Long.toString(status.epoch()),
                    status.workerId().isEmpty() ? "-" : status.workerId(),
                    note,
                    status.liveness()
                            .map(found -> output.times().local(found.evidence()))
                            .orElse("-")));
            return row;
        }
        row.addAll(List.of(pid, up, memory));
        columns.forEach(column -> row.add(column.of(status)));
        row.add(note);
        return row;
    }

    private static String mebibytes(long bytes) {
        return bytes < 10 << 20 ? String.format(Locale.ROOT, "%.1f M", bytes / 1048576.0) : (bytes >> 20) + " M";
    }

    /** The notes that a person should see, beginning with a contradiction to the state. */
    private static String note(Account account, Instant now, Output output) {
        WorkerStatus status = account.status();
        List<String> notes = new ArrayList<>();
        status.liveness().ifPresent(found -> {
            switch (found.verdict()) {
                case ALIVE -> {
                    if (!status.registered()) {
                        notes.add("UNREGISTERED: " + found.evidence());
                    }
                }
                case DEAD -> notes.add("DEAD: " + found.evidence());
                case UNKNOWN -> notes.add("IN DOUBT: " + found.evidence());
            }
        });
        status.ailment().map(Ailment::text).ifPresent(text -> notes.add("CANNOT WORK: " + text));
        status.pause().ifPresent(notes::add);
        if (status.registered()) {
            status.order().ifPresent(notes::add);
        }
        Optional<String> reason = account.reason()
                .filter(why -> why != StopReason.STOPPED_ON_REQUEST)
                .map(StopReason::toString);
        status.plan().or(() -> reason).ifPresent(notes::add);
        status.nextStart()
                .ifPresent(at -> notes.add(
                        at.isAfter(now)
                                ? "starts at " + output.times().clock(at) + " (in "
                                        + Table.time(Duration.between(now, at)) + ")"
                                : "due"));
        return notes.isEmpty() ? "-" : String.join(", ", notes);
    }

    private static Map<String, Object> fields(Account account) {
        WorkerStatus status = account.status();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("account", status.account());
        fields.put("state", Inspection.state(status));
        fields.put("desired", Optional.of(status.desired()).filter(known -> status.registered()));
        fields.put("down", status.isDown());
        fields.put("reason", account.reason());
        fields.put("plan", status.plan());
        fields.put("next_start", status.nextStart());
        fields.put("needs_person", status.needsPerson());
        fields.put("order", status.order().filter(known -> status.registered()));
        fields.put("pause", status.pause());
        fields.put("liveness", status.liveness().map(Liveness::verdict));
        fields.put("evidence", status.liveness().map(Liveness::evidence));
        fields.put("registered", status.registered());
        fields.put("worker_id", status.workerId());
        fields.put("epoch", status.epoch());
        fields.put("pid", status.pid());
        fields.put("started_at", status.startedAt());
        fields.put("node", status.node());
        fields.put("user_id", status.userId());
        fields.put("version", status.version());
        fields.put("log", status.log());
        fields.put("ailment", status.ailment().map(Ailment::text));
        fields.put("last_stop_reason", status.lastStop().map(WorkerStatus.LastStop::reason));
        fields.put("last_stop_at", status.lastStop().map(WorkerStatus.LastStop::at));
        fields.put("uptime_ms", status.figures().map(read -> read.uptime().toMillis()));
        fields.put("cpu_ms", status.figures().map(read -> read.cpuTime().toMillis()));
        fields.put("memory_bytes", status.figures().map(WorkerStatus.Figures::memoryBytes));
        fields.put("processes", status.figures().map(WorkerStatus.Figures::processes));
        return fields;
    }
}
