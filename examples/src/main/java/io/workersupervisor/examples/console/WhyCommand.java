package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopCounts;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.TimelineEntry;
import io.workersupervisor.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows how an account stands, and why its last workers stopped. */
final class WhyCommand {
    private WhyCommand() {}

    private static final Duration DEFAULT_PERIOD = Duration.ofDays(7);

    static int run(Arguments arguments, Output output) {
        if (arguments.has(Option.ALL)) {
            return runOfAll(arguments, output);
        }
        if (arguments.has(Option.SINCE) || arguments.has(Option.BY)) {
            throw new UsageException(Option.SINCE + " and " + Option.BY + " need " + Option.ALL);
        }
        AccountId account = arguments.account();
        int most = arguments.count(Option.LAST).orElse(StopReport.KEPT);
        try (Inspection inspection = Inspection.open(arguments, Stores.ofRows(arguments, output))) {
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
            List<TimelineEntry> timeline = inspection.inspector().timeline(account).stream()
                    .filter(entry -> !arguments.has(Option.LAST) || isAsOldAs(entry, reports))
                    .toList();
            fields.put("timeline", timeline.stream().map(WhyCommand::fields).toList());
            output.print(text(account, status, reports) + text(timeline), fields);
            return WorkerConsole.DONE;
        }
    }

    /** Of the newest reports, the time since the first of their workers. */
    private static boolean isAsOldAs(TimelineEntry entry, List<StopReport> reports) {
        return reports.isEmpty()
                || !entry.at().isBefore(reports.get(reports.size() - 1).startedAt());
    }

    private static int runOfAll(Arguments arguments, Output output) {
        boolean byVersion = arguments.text(Option.BY).isPresent();
        if (byVersion && !arguments.text(Option.BY).get().equals("version")) {
            throw new UsageException(Option.BY + " takes only version");
        }
        Instant now = Instant.now();
        Instant since = arguments.moment(Option.SINCE, now).orElseGet(() -> now.minus(DEFAULT_PERIOD));
        try (Inspection inspection = Inspection.open(arguments, Stores.ofRows(arguments, output))) {
            inspection.warnIfMoved(output);
            StopCounts counts = inspection.inspector().counts(since);
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("data", inspection.data().path());
            fields.put("since", counts.since());
            fields.put("total", counts.total());
            fields.put("reasons", counts.byReason());
            fields.put("versions", byVersion ? Optional.of(counts.byVersion()) : Optional.empty());
            output.print(text(counts, byVersion), fields);
            return WorkerConsole.DONE;
        }
    }

    private static String text(StopCounts counts, boolean byVersion) {
        StringBuilder text = new StringBuilder(counts.total() + " stops since " + counts.since());
        append(text, counts.byReason());
        if (byVersion) {
            counts.byVersion().forEach((version, reasons) -> {
                text.append("\n\n").append(version.isEmpty() ? "without a version" : "version " + version);
                append(text, reasons);
            });
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Map<StopReason, Integer> reasons) {
        reasons.entrySet().stream()
                .sorted(Map.Entry.<StopReason, Integer>comparingByValue().reversed())
                .forEach(entry -> text.append("\n%6d  %s (%s)"
                        .formatted(
                                entry.getValue(),
                                entry.getKey().words(),
                                entry.getKey().name())));
    }

    private static Map<String, Object> fields(TimelineEntry entry) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("at", entry.at());
        fields.put("kind", entry.kind());
        fields.put("worker_id", entry.workerId());
        fields.put("text", entry.text());
        return fields;
    }

    private static String text(List<TimelineEntry> timeline) {
        StringBuilder text = new StringBuilder();
        for (TimelineEntry entry : timeline) {
            text.append(text.isEmpty() ? "\n\nTimeline\n  " : "\n  ")
                    .append(entry.at())
                    .append("  ")
                    .append(entry.text());
        }
        return text.toString();
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
