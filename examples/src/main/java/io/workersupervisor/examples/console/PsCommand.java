package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.Ailment;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.examples.console.text.Colours;
import io.workersupervisor.examples.console.text.LogWords;
import io.workersupervisor.examples.console.text.Table;
import io.workersupervisor.examples.console.text.Times;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows how accounts stand. */
@Command(name = "ps", description = "Show accounts, and whether their workers live.")
final class PsCommand extends StoreAction {
    private static final List<String> HEADER =
            List.of("ACCOUNT", "STATE", "DESIRED", "REASON", "PID", "UP", "EPOCH", "WORKER", "EVIDENCE");

    @Parameters(arity = "0..*", paramLabel = "ACCOUNT", description = "Only these accounts. Default: all.")
    private List<AccountId> accounts = List.of();

    @Override
    public int run(Call call) {
        Output output = call.output();
        try (Inspection inspection = Inspection.open(call, Stores.ofRows(stores, call))) {
            inspection.warnIfMoved(output);
            RowListing rows = inspection.registry().list(RowSelection.ALL);
            List<String> unreadable = rows.unreadable();
            Map<String, StopReason> reasons = reasons(inspection, rows.rows());
            List<Account> all = inspection.inspector().list().stream()
                    .filter(status -> accounts.isEmpty() || accounts.contains(status.account()))
                    .map(status -> new Account(status, Optional.ofNullable(reasons.get(status.workerId()))))
                    .toList();
            List<AccountId> unknown = unknown(inspection, all);
            if (accounts.isEmpty() || !all.isEmpty()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("data", inspection.data().path());
                fields.put("accounts", all.stream().map(Account::fields).toList());
                fields.put("unreadable", unreadable);
                output.print(
                        all.isEmpty() && unreadable.isEmpty()
                                ? "Data directory " + inspection.data() + ": no account was ever started"
                                : "Data directory " + inspection.data() + "\n" + table(all, output),
                        fields);
            }
            unknown.forEach(account -> output.failure(LogWords.unknown(account)));
            unreadable.forEach(row -> output.warn("a row cannot be read: " + row));
            return unreadable.isEmpty() && unknown.isEmpty() ? WorkerConsole.DONE : WorkerConsole.FAILURE;
        }
    }

    /** The accounts that were asked for and are unknown. */
    private List<AccountId> unknown(Inspection inspection, List<Account> found) {
        return accounts.stream()
                .distinct()
                .filter(account -> found.stream()
                        .noneMatch(shown -> shown.status().account().equals(account)))
                .filter(inspection::isUnknown)
                .toList();
    }

    /** The reasons why the last workers stopped, for the accounts that have none running. */
    private static Map<String, StopReason> reasons(Inspection inspection, List<WorkerRow> rows) {
        List<WorkerRow> closed =
                rows.stream().filter(row -> !row.state().isOpen()).toList();
        return inspection.registry().reportsOf(closed).stream()
                .collect(Collectors.toMap(StopReport::workerId, StopReport::reason));
    }

    private static String table(List<Account> all, Output output) {
        Instant now = Instant.now();
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        all.forEach(account -> rows.add(account.row(now, output)));
        String table = Table.align(rows);
        int end = table.indexOf('\n');
        return end < 0
                ? output.colours().bold(table)
                : output.colours().bold(table.substring(0, end)) + table.substring(end);
    }

    /** The line of an account; a worker without a row has neither a state nor a wish. */
    private record Account(WorkerStatus status, Optional<StopReason> reason) {
        List<String> row(Instant now, Output output) {
            return List.of(
                    status.account().toString(),
                    status.registered() ? status.state().name() : "-",
                    status.registered() ? status.desired().name() : "-",
                    reason.map(StopReason::toString).orElse("-"),
                    status.pid().isPresent() ? Long.toString(status.pid().getAsLong()) : "-",
                    status.isAlive() ? Table.time(Duration.between(status.startedAt(), now)) : "-",
                    Long.toString(status.epoch()),
                    status.workerId().isEmpty() ? "-" : status.workerId(),
                    evidence(output));
        }

        /** The answer of the probe, beginning with a contradiction to the state. */
        private String evidence(Output output) {
            if (status.liveness().isEmpty()) {
                return status.nextStart()
                        .map(at -> "starts at " + output.times().text(at))
                        .orElse("-");
            }
            Liveness found = status.liveness().get();
            Colours colours = output.colours();
            Times times = output.times();
            String mark = switch (found.verdict()) {
                case ALIVE -> status.registered() ? "" : colours.yellow("UNREGISTERED:") + " ";
                case DEAD -> colours.red("DEAD:") + " ";
                case UNKNOWN -> colours.yellow("IN DOUBT:") + " ";
            };
            String ailment = status.ailment()
                    .map(known -> colours.red("CANNOT WORK:") + " " + times.local(known.text()) + "; ")
                    .orElse("");
            return mark + ailment + times.local(found.evidence());
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("account", status.account());
            fields.put("state", Inspection.state(status));
            fields.put("desired", Optional.of(status.desired()).filter(known -> status.registered()));
            fields.put("reason", reason);
            fields.put("liveness", status.liveness().map(Liveness::verdict));
            fields.put("evidence", status.liveness().map(Liveness::evidence));
            fields.put("registered", status.registered());
            fields.put("worker_id", status.workerId());
            fields.put("epoch", status.epoch());
            fields.put("pid", status.pid());
            fields.put("started_at", status.startedAt());
            fields.put("next_start", status.nextStart());
            fields.put("node", status.node());
            fields.put("user_id", status.userId());
            fields.put("version", status.version());
            fields.put("log", status.log());
            fields.put("ailment", status.ailment().map(Ailment::text));
            return fields;
        }
    }
}
