package io.workersupervisor.internal.inspect;

import io.workersupervisor.AccountId;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.StopReport;
import io.workersupervisor.TimelineEntry;
import io.workersupervisor.internal.diagnosis.TailOfLog;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The history of an account: starts and stops from its reports and its row, refusals from the last part of the operators'
 * {@code worker.log}, which alone records them. Pure but for {@link #refusals}.
 */
final class Timeline {
    private Timeline() {}

    /** Oldest first. */
    static List<TimelineEntry> of(Optional<WorkerRow> row, List<StopReport> reports, List<TimelineEntry> refusals) {
        List<TimelineEntry> all = new ArrayList<>(refusals);
        for (StopReport report : reports) {
            if (!(report.exit() instanceof ExitStatus.NeverRan)) {
                all.add(started(report.startedAt(), report.workerId(), report.epoch(), report.version()));
            }
            all.add(stopped(report));
        }
        row.filter(open -> open.state().isOpen())
                .filter(open ->
                        reports.stream().noneMatch(report -> report.workerId().equals(open.workerId())))
                .ifPresent(open -> all.add(started(open.startedAt(), open.workerId(), open.epoch(), open.version())));
        all.sort(Comparator.comparing(TimelineEntry::at));
        return List.copyOf(all);
    }

    private static TimelineEntry started(Instant at, String workerId, long epoch, Optional<String> version) {
        return new TimelineEntry(
                at,
                TimelineEntry.Kind.STARTED,
                workerId,
                Optional.empty(),
                "started worker " + workerId + ", epoch " + epoch
                        + version.map(known -> ", version " + known).orElse(""));
    }

    private static TimelineEntry stopped(StopReport report) {
        return new TimelineEntry(
                report.endedAt(),
                TimelineEntry.Kind.STOPPED,
                report.workerId(),
                Optional.of(report),
                report.reason().words() + " (" + report.reason() + ", "
                        + report.confidence().name().toLowerCase(Locale.ROOT) + "), " + report.exit() + ", ran "
                        + Text.words(report.uptime())
                        + report.retryAfter()
                                .map(wait -> ", wait " + wait.toSeconds() + " s")
                                .orElse(""));
    }

    /** The lines about an account in the last part of the operators' log; none where it cannot be read. */
    static List<TimelineEntry> refusals(Path eventLog, AccountId account) {
        try {
            return TailOfLog.read(eventLog, TailOfLog.LONGEST).entries().stream()
                    .flatMap(entry -> refusal(entry.first(), account).stream())
                    .toList();
        } catch (IOException gone) {
            // Hosts make it with their first event.
            return List.of();
        }
    }

    private static Optional<TimelineEntry> refusal(String line, AccountId account) {
        String[] words = line.split(" ", 4);
        String text = words.length == 4 ? words[3].strip() : "";
        String subject = "account " + account + " ";
        String mark = account + " " + subject;
        if (!text.startsWith(mark)) {
            return Optional.empty();
        }
        String what = text.substring(mark.length());
        boolean isOrder = what.startsWith("was stopped by")
                || what.startsWith("was paused")
                || what.startsWith("was resumed")
                || what.startsWith("was forgotten")
                || what.startsWith("got signal");
        boolean isRefusal = what.startsWith("was not started")
                || what.startsWith("was not stopped")
                || what.startsWith("failed to start")
                || what.startsWith("could not be stopped");
        try {
            return isRefusal || isOrder
                    ? Optional.of(new TimelineEntry(
                            Instant.parse(words[0]),
                            isOrder ? TimelineEntry.Kind.ORDERED : TimelineEntry.Kind.REFUSED,
                            "",
                            Optional.empty(),
                            what))
                    : Optional.empty();
        } catch (DateTimeException noEvent) {
            return Optional.empty();
        }
    }
}
