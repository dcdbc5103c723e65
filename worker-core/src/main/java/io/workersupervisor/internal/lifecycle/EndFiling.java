package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.diagnosis.Ending;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;

/**
 * Files the end of a worker exactly once.
 *
 * <ol>
 *   <li>The launcher wrote the exit record before it let go of the lock, and the lock is seen free before the record is
 *       read: what is not there then never comes.
 *   <li>Read the row again, unless it tells of a stop already: one that was written meanwhile may have caused the end, and
 *       is looked at first.
 *   <li>Where nobody has stopped the worker, the listener hears of the end at once, and what follows comes behind it
 *       ({@link UnfiledEnds}): many ends share a commit then, and a start that the listener asks for files the report with
 *       its own claim.
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
public final class EndFiling {
    private final ProtocolContext context;
    private final UnfiledEnds unfiled;
    private final Executor behind;

    /**
     * Files ends.
     *
     * @param context what the protocols work with
     * @param unfiled the ends that were told and not filed yet
     * @param behind runs the filing of those some milliseconds later
     */
    public EndFiling(ProtocolContext context, UnfiledEnds unfiled, Executor behind) {
        this.context = context;
        this.unfiled = unfiled;
        this.behind = behind;
    }

    /** The facts about a worker that was judged dead. */
    Ending ending(WorkerRow row, Judgement.Dead dead, List<String> rungs) {
        return ending(row, dead.evidence(), dead.waitStatus(), dead.otherBoot(), rungs);
    }

    /** The facts about a worker whose launch path saw it end. */
    Ending ending(WorkerRow row, Judgement.Dead dead, LaunchRecords.Exit exit) {
        return ending(dead.evidence(), Optional.of(exit), dead.waitStatus(), dead.otherBoot(), List.of());
    }

    /** The facts about a worker whose process was never recorded in its row. */
    Ending ending(WorkerRow row, LaunchSettlement.Over over, List<String> rungs) {
        if (over.nothingRan()) {
            List<String> evidence = new ArrayList<>(rungs);
            evidence.add(over.evidence());
            return Ending.neverRan(context.timing().now(), evidence);
        }
        return ending(row, over.evidence(), OptionalInt.empty(), over.otherBoot(), rungs);
    }

    /** A launch that was answered: nothing ran. */
    Ending nothingRan(String evidence) {
        return Ending.neverRan(context.timing().now(), List.of(evidence));
    }

    private Ending ending(WorkerRow row, String found, OptionalInt waitStatus, boolean otherBoot, List<String> rungs) {
        return ending(found, context.local().records().lastExit(row.workerId()), waitStatus, otherBoot, rungs);
    }

    private Ending ending(
            String found,
            Optional<LaunchRecords.Exit> record,
            OptionalInt waitStatus,
            boolean otherBoot,
            List<String> rungs) {
        ExitStatus exit = record.map(LaunchRecords.Exit::status)
                .orElseGet(() -> waitStatus.isPresent()
                        ? ExitStatus.ofWait(waitStatus.getAsInt())
                        : new ExitStatus.Unknown(
                                otherBoot
                                        ? "the machine went down before it was recorded"
                                        : "no exit record: the launcher was killed or could not write it"));
        List<String> evidence = new ArrayList<>();
        evidence.addAll(rungs);
        evidence.add(found);
        record.ifPresent(known -> {
            evidence.add("the launcher recorded " + known.status() + " at " + known.at());
            evidence.addAll(known.evidence());
        });
        Instant at = record.map(LaunchRecords.Exit::at)
                .orElseGet(() -> context.timing().now());
        boolean signalled = rungs.stream().anyMatch(Signals::isForWorker);
        return new Ending(
                exit,
                at,
                otherBoot,
                signalled,
                record.flatMap(LaunchRecords.Exit::usage),
                record.filter(LaunchRecords.Exit::outOfMemory).isPresent(),
                evidence);
    }

    /** Step 3: the row was read when its worker was dead, and nobody is ending it. */
    StopReport tell(WorkerRow row, Ending ending) {
        UnfiledEnds.Unfiled end =
                new UnfiledEnds.Unfiled(row, context.diagnosis().report(row, ending));
        unfiled.put(end);
        context.events().hear(new WorkerEvent.Stopped(context.timing().now(), end.report()));
        behind.execute(() -> fileLater(row.account()));
        return end.report();
    }

    /** What fails is found by reconcile: the row is open, and its worker dead. */
    private void fileLater(AccountId account) {
        Guard.run("filing", Optional.of(account), () -> {
            boolean over = context.mutex()
                    .call(account, Duration.ZERO, () -> file(account))
                    .isPresent();
            if (!over) {
                // The call that has the account may file it, or may leave it.
                behind.execute(() -> fileLater(account));
            }
        });
    }

    /** The end that is told of an account and not filed; for who has its mutex. */
    Optional<UnfiledEnds.Unfiled> unfiled(AccountId account) {
        return unfiled.of(account);
    }

    /** Files all that were told, each by itself, before the host closes: the next one finds what fails or is late. */
    public void fileTold(Duration patience) {
        long deadline = context.timing().nanos() + patience.toNanos();
        for (AccountId account : unfiled.accounts()) {
            Duration left =
                    Duration.ofNanos(Math.max(0, deadline - context.timing().nanos()));
            Guard.run("filing", Optional.of(account), () -> context.mutex().call(account, left, () -> file(account)));
        }
    }

    private boolean file(AccountId account) {
        unfiled.of(account).ifPresent(end -> close(end.row(), end.report()));
        return true;
    }

    /** Steps 2 to 6; empty if another host changed the row meanwhile, and it must be looked at again. */
    Optional<StopReport> bury(WorkerRow row, Ending ending) {
        boolean ran = !(ending.exit() instanceof ExitStatus.NeverRan);
        boolean caused = Detail.of(row).termedAt().isPresent();
        if (ran && !caused && !isUnchanged(row)) {
            return Optional.empty();
        }
        return close(
                row, unfiled.reportOf(row).orElseGet(() -> context.diagnosis().report(row, ending)));
    }

    private Optional<StopReport> close(WorkerRow row, StopReport report) {
        context.steps().reached("report");
        WorkerRegistry.Claimed closed = context.registry()
                .claim(
                        Optional.of(row),
                        RowChanges.closed(row, Diagnosis.closedState(row, report)),
                        Optional.of(report));
        context.steps().reached("closed");
        isFiled(report, closed.filed());
        context.steps().reached("told");
        if (!closed.won()) {
            return Optional.empty();
        }
        acknowledge(row.workerId());
        return Optional.of(closed.filed() ? report : filed(row).orElse(report));
    }

    /** A report is in the registry now; this write has put it there, or found another. */
    void isFiled(StopReport report, boolean byThisWrite) {
        boolean told = unfiled.filed(report.account(), report.workerId());
        if (byThisWrite) {
            WorkerEvent event = new WorkerEvent.Stopped(context.timing().now(), report);
            if (told) {
                context.events().log(event);
            } else {
                context.events().emit(event);
            }
        }
    }

    /** A stop is written before it signals: the row unchanged after the death proves that none caused it. */
    private boolean isUnchanged(WorkerRow row) {
        return context.registry()
                .find(row.account())
                .filter(now -> now.epoch() == row.epoch()
                        && now.revision() == row.revision()
                        && now.workerId().equals(row.workerId()))
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
