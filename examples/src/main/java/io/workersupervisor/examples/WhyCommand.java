package io.workersupervisor.examples;

import io.workersupervisor.AccountId;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows how an account stands, and why its last workers stopped. */
final class WhyCommand {
    private WhyCommand() {}

    static int run(Arguments arguments, Output output) {
        AccountId account = arguments.account();
        int most = arguments.count(Option.LAST).orElse(StopReport.KEPT);
        try (Inspection inspection = Inspection.open(arguments.data())) {
            inspection.warnIfMoved(output);
            Optional<WorkerStatus> status =
                    inspection.inspector().status(account).or(() -> unregistered(inspection, account));
            List<StopReport> reports =
                    inspection.inspector().why(account).stream().limit(most).toList();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("data", inspection.data().path());
            fields.put("account", account);
            fields.put("state", status.map(Inspection::state));
            fields.put("liveness", status.flatMap(WorkerStatus::liveness).map(Liveness::verdict));
            fields.put("evidence", status.flatMap(WorkerStatus::liveness).map(Liveness::evidence));
            fields.put("reports", reports);
            output.print(text(account, status, reports), fields);
            return WorkerConsole.DONE;
        }
    }

    private static Optional<WorkerStatus> unregistered(Inspection inspection, AccountId account) {
        return inspection.inspector().list().stream()
                .filter(status -> status.account().equals(account))
                .findFirst();
    }

    private static String text(AccountId account, Optional<WorkerStatus> status, List<StopReport> reports) {
        StringBuilder text = new StringBuilder("Account " + account + " ");
        text.append(status.map(WhyCommand::words).orElse("is not known here: it was never started or stopped"));
        if (reports.isEmpty() && status.isPresent()) {
            text.append("; no end of a worker is on file");
        }
        reports.forEach(report -> text.append("\n\n").append(report.toText()));
        return text.toString();
    }

    /** A dead worker has no report before somebody files its end, which looking does not do. */
    private static String words(WorkerStatus status) {
        if (status.liveness().isEmpty()) {
            return "is " + status.state();
        }
        Liveness found = status.liveness().get();
        String worker = "worker " + status.workerId() + ", " + found.evidence();
        if (!status.registered()) {
            return "has an unregistered worker: " + worker;
        }
        return switch (found.verdict()) {
            case ALIVE -> "is " + status.state() + ": " + worker;
            case UNKNOWN -> "is " + status.state() + " but in doubt: " + worker;
            case DEAD ->
                "is " + status.state() + " but dead: " + worker + "; the next host, start or stop files its end";
        };
    }
}
