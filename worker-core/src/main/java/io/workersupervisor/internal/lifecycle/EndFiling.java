package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.diagnosis.Ending;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * Files the end of a worker exactly once.
 *
 * <ol>
 *   <li>The launcher wrote the exit record before it let go of the lock, and the lock is seen free before the record is
 *       read: a record that is missing then never comes.
 *   <li>Read the row again, unless it names a stop already: one that was written meanwhile may have caused the end, and
 *       is looked at first.
 *   <li>Where nobody has stopped the worker, the end is reported to the listener at once, and the next steps come some
 *       milliseconds behind ({@link UnfiledEnds}): many ends share a commit then, and a start that the listener asks for
 *       files the report with its own claim.
 *   <li>Insert the report, if there is none for the worker id.
 *   <li>Close the row, if it still has the epoch, version and worker id that were read: in one durable write with the
 *       report, where the store can.
 *   <li>Delete the records.
 * </ol>
 *
 * A crash before 4 changes nothing, and the next host files the end as it finds it; after 4 that host finds the report filed
 * and closes the row; after 5 the records are left, and reconcile deletes those whose report is filed. Records of worker ids
 * that the registry does not know are left alone.
 */
public record EndFiling(ProtocolContext context, UnfiledEnds unfiled, Executor behind) {
    /** The facts about a worker that was judged dead. */
    Ending ending(WorkerRow row, Judgement.Dead dead, List<String> steps) {
        return dead.exit() instanceof ExitStatus.NeverRan
                ? Ending.neverRan(
                        context.now(),
                        Stream.concat(steps.stream(), Stream.of(dead.evidence()))
                                .toList())
                : ending(dead, context.local().records().lastExit(row.workerId()), steps);
    }

    /** The facts about a worker whose exit record was looked for. */
    Ending ending(Judgement.Dead dead, Optional<LaunchRecords.Exit> exit, List<String> steps) {
        List<String> evidence = new ArrayList<>(steps);
        evidence.add(dead.evidence());
        exit.ifPresent(known -> {
            evidence.add("the launcher recorded " + known.status() + " at " + known.at());
            evidence.addAll(known.evidence());
        });
        return new Ending(
                exit.map(LaunchRecords.Exit::status).orElse(dead.exit()),
                exit.map(LaunchRecords.Exit::at).orElseGet(context::now),
                dead.otherBoot(),
                steps.stream().anyMatch(Signals::isForWorker),
                exit.flatMap(LaunchRecords.Exit::usage),
                exit.flatMap(LaunchRecords.Exit::outOfMemory),
                evidence);
    }

    /** The end of a row's worker; one that is reported stays as it was reported. */
    UnfiledEnds.End end(WorkerRow row, Ending ending) {
        return unfiled.of(row.account())
                .filter(reported -> UnfiledEnds.isSame(reported.row(), row))
                .orElseGet(() -> {
                    StopReport report = unfiled.reportOf(row)
                            .orElseGet(() -> context.diagnosis().report(row, ending));
                    WorkerRow closed = RowChanges.stopped(context.restarts().ended(row, report), report);
                    return new UnfiledEnds.End(row, report, closed);
                });
    }

    /** Step 3: the row was read when its worker was dead, and nobody is ending it. */
    StopReport report(WorkerRow row, Ending ending) {
        UnfiledEnds.End end = end(row, ending);
        unfiled.put(end);
        context.events().hear(new WorkerEvent.Stopped(context.now(), end.report()));
        behind.execute(() -> fileLater(row.account()));
        return end.report();
    }

    /** Reconcile finds an end that could not be filed: the row is open, and its worker dead. */
    private void fileLater(AccountId account) {
        Guard.run("filing", Optional.of(account), () -> {
            if (!fileReported(account, Duration.ZERO)) {
                // The call that has the account may file it, or may leave it.
                behind.execute(() -> fileLater(account));
            }
        });
    }

    /** The end that is reported and not filed; the caller has the account's mutex. */
    Optional<UnfiledEnds.End> unfiled(AccountId account) {
        return unfiled.of(account);
    }

    /** Files all that are reported, each by itself, before the host closes; the next host finds those that fail or are late. */
    public void fileReported(Duration patience) {
        long deadline = context.nanos() + patience.toNanos();
        for (AccountId account : unfiled.accounts()) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - context.nanos()));
            Guard.run("filing", Optional.of(account), () -> fileReported(account, left));
        }
    }

    /** False while another call has the account. */
    private boolean fileReported(AccountId account, Duration patience) {
        return context.mutex()
                .call(account, patience, () -> {
                    unfiled.of(account).ifPresent(this::close);
                    return true;
                })
                .isPresent();
    }

    /** Steps 2 to 6; empty if another host changed the row meanwhile, and it must be looked at again. */
    Optional<StopReport> file(WorkerRow row, Ending ending) {
        boolean ran = !(ending.exit() instanceof ExitStatus.NeverRan);
        boolean caused = Detail.of(row).termedAt().isPresent();
        if (ran && !caused && !isUnchanged(row)) {
            return Optional.empty();
        }
        return close(end(row, ending));
    }

    /** Steps 4 to 6. */
    Optional<StopReport> close(UnfiledEnds.End end) {
        WorkerRow row = end.row();
        StopReport report = end.report();
        context.reached("report");
        WorkerRegistry.Claimed closed = context.registry().claim(Optional.of(row), end.closed(), Optional.of(report));
        context.reached("closed");
        reportFiled(report, closed.filed());
        context.reached("told");
        if (!closed.won()) {
            return Optional.empty();
        }
        acknowledge(row.workerId());
        return Optional.of(closed.filed() ? report : filed(row).orElse(report));
    }

    /** A report is in the registry now; this write has put it there, or found another. */
    void reportFiled(StopReport report, boolean byThisWrite) {
        boolean reported = unfiled.remove(report.account(), report.workerId());
        if (byThisWrite) {
            WorkerEvent event = new WorkerEvent.Stopped(context.now(), report);
            if (reported) {
                context.events().log(event);
            } else {
                context.events().emit(event);
            }
        }
    }

    /** A stop is written before it signals: the row unchanged after the death proves that none caused it. */
    boolean isUnchanged(WorkerRow row) {
        return context.registry()
                .find(row.account())
                .filter(now -> UnfiledEnds.isSame(now, row))
                .isPresent();
    }

    /** A record that cannot be deleted is found again by reconcile. */
    public void acknowledge(String workerId) {
        try {
            context.local().records().acknowledge(workerId);
        } catch (DataDirectoryException left) {
            context.events().trouble(String.valueOf(left.getMessage()));
        }
    }

    /** The report that is filed for the row's worker, or about to be. */
    Optional<StopReport> reported(WorkerRow row) {
        return unfiled.reportOf(row).or(() -> filed(row));
    }

    /** The report that is filed for the row's worker. */
    public Optional<StopReport> filed(WorkerRow row) {
        return filed(row.account(), row.workerId());
    }

    public Optional<StopReport> filed(AccountId account, String workerId) {
        return context.registry().reports(account, StopReport.KEPT).stream()
                .filter(report -> report.workerId().equals(workerId))
                .findFirst();
    }
}
