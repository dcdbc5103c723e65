package io.workersupervisor.examples.console;

import io.workersupervisor.Ailment;
import io.workersupervisor.Liveness;
import io.workersupervisor.RowSelection;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows how every account stands. */
final class PsCommand {
    private static final List<String> HEADER =
            List.of("ACCOUNT", "STATE", "DESIRED", "REASON", "PID", "UP", "EPOCH", "WORKER", "EVIDENCE");

    private PsCommand() {}

    static int run(Arguments arguments, Output output) {
        try (Inspection inspection = Inspection.open(arguments, Stores.ofRows(arguments, output))) {
            inspection.warnIfMoved(output);
            List<Account> all = inspection.inspector().list().stream()
                    .map(status -> new Account(status, reason(inspection, status)))
                    .toList();
            List<String> unreadable =
                    inspection.registry().list(RowSelection.ALL).unreadable();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("data", inspection.data().path());
            fields.put("accounts", all.stream().map(Account::fields).toList());
            fields.put("unreadable", unreadable);
            output.print(
                    all.isEmpty() && unreadable.isEmpty()
                            ? "Data directory " + inspection.data() + ": no account was ever started"
                            : "Data directory " + inspection.data() + "\n" + table(all),
                    fields);
            unreadable.forEach(row -> output.warn("a row cannot be read: " + row));
            return unreadable.isEmpty() ? WorkerConsole.DONE : WorkerConsole.FAILURE;
        }
    }

    /** Why the last worker stopped, where none runs. */
    private static Optional<StopReason> reason(Inspection inspection, WorkerStatus status) {
        return status.state().isOpen()
                ? Optional.empty()
                : inspection.registry().reports(status.account(), 1).stream()
                        .filter(report -> report.workerId().equals(status.workerId()))
                        .map(StopReport::reason)
                        .findFirst();
    }

    private static String table(List<Account> all) {
        Instant now = Instant.now();
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        all.forEach(account -> rows.add(account.row(now)));
        return Table.align(rows);
    }

    /** What is shown of an account; a worker without a row has neither a state nor anybody's wish. */
    private record Account(WorkerStatus status, Optional<StopReason> reason) {
        List<String> row(Instant now) {
            return List.of(
                    status.account().toString(),
                    status.registered() ? status.state().name() : "-",
                    status.registered() ? status.desired().name() : "-",
                    reason.map(StopReason::toString).orElse("-"),
                    status.pid().isPresent() ? Long.toString(status.pid().getAsLong()) : "-",
                    status.isAlive() ? Table.time(Duration.between(status.startedAt(), now)) : "-",
                    Long.toString(status.epoch()),
                    status.workerId().isEmpty() ? "-" : status.workerId(),
                    evidence());
        }

        /** What the probe says, beginning with what is not as the state has it. */
        private String evidence() {
            if (status.liveness().isEmpty()) {
                return "-";
            }
            Liveness found = status.liveness().get();
            String mark = switch (found.verdict()) {
                case ALIVE -> status.registered() ? "" : "UNREGISTERED: ";
                case DEAD -> "DEAD: ";
                case UNKNOWN -> "IN DOUBT: ";
            };
            String ailment = status.ailment()
                    .map(known -> "CANNOT WORK: " + known.text() + "; ")
                    .orElse("");
            return mark + ailment + found.evidence();
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
            fields.put("node", status.node());
            fields.put("user_id", status.userId());
            fields.put("spec_version", status.specVersion());
            fields.put("log", status.log());
            fields.put("ailment", status.ailment().map(Ailment::text));
            return fields;
        }
    }
}
