package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopCounts;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.TimelineEntry;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Inspection;
import io.workersupervisor.examples.console.frame.Moment;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Values;
import io.workersupervisor.examples.console.text.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Shows how accounts stand, and why their last workers stopped. */
@Command(
        name = "why",
        description = "Show why the last workers of accounts stopped, the newest first.",
        customSynopsis = {
            "worker-console why [OPTIONS] ACCOUNT...",
            "       worker-console why --all [--since WHEN] [--by version] [OPTIONS]"
        })
final class WhyCommand extends StoreAction {
    private static final Duration DEFAULT_PERIOD = Duration.ofDays(7);

    @Parameters(arity = "0..*", paramLabel = "ACCOUNT", description = "The accounts.")
    private List<AccountId> accounts = List.of();

    @Option(
            names = "--last",
            paramLabel = "N",
            converter = Values.Count.class,
            description = "Only the newest N stops.")
    private Optional<Integer> last = Optional.empty();

    @Option(names = "--all", description = "Count the stops of all accounts by reason.")
    private boolean all;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "With --all: only stops since then, such as 24h, 30m, 90s ago or 2026-11-24. Default: 7d.")
    private Optional<Moment> since = Optional.empty();

    @Option(
            names = "--by",
            paramLabel = "version",
            converter = Version.class,
            completionCandidates = Version.class,
            description = "With --all: count for each version of the program, too.")
    private Optional<String> by = Optional.empty();

    /** Reads by which property stops are counted. */
    static final class Version extends Values.Candidates implements ITypeConverter<String> {
        Version() {
            super(List.of("version"));
        }

        @Override
        public String convert(String value) {
            if (!value.equals("version")) {
                throw new TypeConversionException("must be version, was " + Output.quoted(value));
            }
            return value;
        }
    }

    @Override
    public int run(Call call) {
        requireSense(call);
        try (Inspection inspection = Inspection.open(call, Stores.ofRows(stores, call))) {
            inspection.warnIfMoved(call.output());
            if (all) {
                return count(inspection, call.output());
            }
            int first = ExitCode.DONE;
            boolean isNext = false;
            for (AccountId account : new LinkedHashSet<>(accounts)) {
                if (inspection.isUnknown(account)) {
                    first = Inspection.failUnknown(call.output(), account);
                    continue;
                }
                show(inspection, call.output(), account, isNext);
                isNext = true;
            }
            return first;
        }
    }

    private void requireSense(Call call) {
        if (all && !accounts.isEmpty()) {
            throw call.wrong("why takes accounts or --all, not both");
        } else if (all && last.isPresent()) {
            throw call.wrong("--last needs an account; with --all, say --since");
        } else if (!all && (since.isPresent() || by.isPresent())) {
            throw call.wrong("--since and --by need --all");
        } else if (!all && accounts.isEmpty()) {
            throw call.wrong("why needs an account, or --all");
        }
    }

    private void show(Inspection inspection, Output output, AccountId account, boolean isNext) {
        int most = last.orElse(StopReport.KEPT);
        Optional<WorkerStatus> status = inspection.status(account);
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
                .filter(entry -> last.isEmpty() || isAsOldAs(entry, reports))
                .toList();
        fields.put("timeline", timeline.stream().map(WhyCommand::fields).toList());
        output.print(
                (isNext ? "\n" : "") + text(account, status, reports, output) + text(timeline, output.times()), fields);
    }

    /** The time since the first worker of the newest reports. */
    private static boolean isAsOldAs(TimelineEntry entry, List<StopReport> reports) {
        return reports.isEmpty()
                || !entry.at().isBefore(reports.get(reports.size() - 1).startedAt());
    }

    private int count(Inspection inspection, Output output) {
        Instant now = Instant.now();
        StopCounts counts = inspection
                .inspector()
                .counts(since.map(moment -> moment.at(now)).orElseGet(() -> now.minus(DEFAULT_PERIOD)));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", inspection.data().path());
        fields.put("since", counts.since());
        fields.put("total", counts.total());
        fields.put("reasons", counts.byReason());
        fields.put("versions", by.map(version -> counts.byVersion()));
        output.print(text(counts, by.isPresent(), output.times()), fields);
        return ExitCode.DONE;
    }

    private static String text(StopCounts counts, boolean byVersion, Times times) {
        StringBuilder text = new StringBuilder(counts.total() + " stops since " + times.text(counts.since()));
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

    private static String text(List<TimelineEntry> timeline, Times times) {
        StringBuilder text = new StringBuilder();
        for (TimelineEntry entry : timeline) {
            text.append(text.isEmpty() ? "\n\nTimeline\n  " : "\n  ")
                    .append(times.text(entry.at()))
                    .append("  ")
                    .append(times.local(entry.text()));
        }
        return text.toString();
    }

    private static String text(
            AccountId account, Optional<WorkerStatus> status, List<StopReport> reports, Output output) {
        StringBuilder text = new StringBuilder("Account " + account + " ");
        text.append(output.times().local(status.map(WhyCommand::words).orElse("has no row")));
        if (reports.isEmpty()) {
            text.append("; no end of a worker is on file");
        }
        reports.forEach(report -> text.append("\n\n").append(text(report, output)));
        return text.toString();
    }

    /** The report with local times; what the worker itself wrote stays as it is. */
    private static String text(StopReport report, Output output) {
        Set<String> quoted = report.logEvidence().stream()
                .map(line -> "  evidence  " + line.describe())
                .collect(Collectors.toSet());
        List<String> lines = report.describe()
                .lines()
                .map(line -> line.startsWith("  log  ") || quoted.contains(line)
                        ? line
                        : output.times().local(line))
                .toList();
        return output.colours().bold(lines.get(0)) + "\n" + String.join("\n", lines.subList(1, lines.size()));
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
