package io.workersupervisor.examples;

import io.workersupervisor.Liveness;
import io.workersupervisor.RowSelection;
import io.workersupervisor.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows how every account stands. */
final class PsCommand {
    private static final List<String> HEADER =
            List.of("ACCOUNT", "STATE", "DESIRED", "PID", "UP", "EPOCH", "WORKER", "EVIDENCE");

    private PsCommand() {}

    static int run(Arguments arguments, Output output) {
        try (Inspection inspection = Inspection.open(arguments.data())) {
            List<WorkerStatus> all = inspection.inspector().list();
            List<String> unreadable =
                    inspection.registry().list(RowSelection.ALL).unreadable();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("data", inspection.data().path());
            fields.put("accounts", all.stream().map(PsCommand::fields).toList());
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

    private static String table(List<WorkerStatus> all) {
        Instant now = Instant.now();
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        all.forEach(status -> rows.add(row(status, now)));
        return Table.align(rows);
    }

    private static List<String> row(WorkerStatus status, Instant now) {
        return List.of(
                status.account().toString(),
                status.state().name(),
                status.desired().name(),
                status.pid().isPresent() ? Long.toString(status.pid().getAsLong()) : "-",
                status.isAlive() ? Table.time(Duration.between(status.startedAt(), now)) : "-",
                Long.toString(status.epoch()),
                status.workerId().isEmpty() ? "-" : status.workerId(),
                evidence(status));
    }

    /** What the probe says, beginning with what is not as the state has it. */
    private static String evidence(WorkerStatus status) {
        if (status.liveness().isEmpty()) {
            return "-";
        }
        Liveness found = status.liveness().get();
        String mark = switch (found.verdict()) {
            case ALIVE -> status.registered() ? "" : "UNREGISTERED: ";
            case DEAD -> "DEAD: ";
            case UNKNOWN -> "IN DOUBT: ";
        };
        return mark + found.evidence();
    }

    private static Map<String, Object> fields(WorkerStatus status) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("account", status.account());
        fields.put("state", status.state());
        fields.put("desired", status.desired());
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
        return fields;
    }
}
