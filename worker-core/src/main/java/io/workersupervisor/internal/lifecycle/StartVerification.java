package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.Optional;

/**
 * The last step of a start, when the worker has its process and its row is RUNNING.
 *
 * <ol>
 *   <li>Wait until the worker is older than the start grace, or its launcher ends, and with it the worker.
 *   <li>Ended: its end is reported and filed as any other ({@link AccountCheck}). The start is {@code Failed} with that
 *       report if the worker's own life, from its start tick to its recorded end, was no longer than the grace, however late
 *       this host looked; else it was started, and is over.
 *   <li>Alive: that it has the lock open itself is stored. Once stored, a free lock proves its end even to another
 *       namespace.
 *   <li>Where the spec names a sign: it is ready ({@link ReadinessWatch}), or it has ended.
 * </ol>
 *
 * A crash here leaves a RUNNING row, which the next host adopts or closes.
 */
record StartVerification(ProtocolContext context, EndFiling ends, AccountCheck check) {
    /** Longest time for the end of a worker that died within the grace to be filed. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration POLL = Duration.ofMillis(25);

    StartResult verify(StartProtocol.Born born) {
        WorkerRow row = born.row();
        ProcessIdentity worker = born.identity();
        Duration grace = Detail.of(row).startGrace();
        StartResult.Started started = ReadinessWatch.started(row);
        if (grace.isZero() || outlives(born, grace)) {
            if (!grace.isZero()) {
                check.seenHoldingLock(row, worker);
            }
            if (!RowStatus.isUnready(row)) {
                context.events().emit(new WorkerEvent.Started(context.now(), started));
            }
            return started;
        }
        boolean within = context.age(worker).compareTo(grace) <= 0;
        Optional<StopReport> report = end(row);
        if (report.isEmpty()) {
            return new StartResult.Failed(
                    row.account(), "start grace", context.judge().judge(row).evidence(), report);
        } else if (report.get().reason() == StopReason.STOPPED_ON_REQUEST) {
            return stopped(row);
        }
        Duration life = Duration.between(
                context.now().minus(context.age(worker)), report.get().endedAt());
        if (within || life.compareTo(grace) <= 0) {
            return failed(row, report.get());
        } else if (RowStatus.isUnready(row)) {
            return unready(row, report);
        }
        // The listener has heard the end, and is not told of a start behind it.
        context.events().log(new WorkerEvent.Started(context.now(), started));
        return started;
    }

    /** Step 4, once the outcome is known. */
    StartResult readied(WorkerRow row, ReadinessWatch.Outcome outcome) {
        return switch (outcome) {
            case READY -> {
                StartResult.Started started = ReadinessWatch.started(row);
                context.events().emit(new WorkerEvent.Started(context.now(), started));
                yield started;
            }
            case ENDED -> unready(row, end(row));
            case LEFT -> leftUnready(row);
        };
    }

    /** The worker is waited for without the call. */
    static StartResult.Refused leftUnready(WorkerRow row) {
        return new StartResult.Refused(
                row.account(),
                RefusalReason.STARTING,
                "worker " + row.workerId() + ", pid " + row.pid().orElse(0)
                        + ", runs and is not ready yet; it is waited for without this call");
    }

    /** The answer of a start whose worker has ended before it was ready. */
    static StartResult unready(WorkerRow row, Optional<StopReport> report) {
        if (report.filter(known -> known.reason() == StopReason.STOPPED_ON_REQUEST)
                .isPresent()) {
            return stopped(row);
        }
        String limit = Detail.of(row)
                .limits(row.epoch())
                .unready()
                .map(sign -> " within " + Text.words(sign.limit()))
                .orElse("");
        boolean isLate = report.filter(known -> known.reason() == StopReason.START_FAILED)
                .isPresent();
        return new StartResult.Failed(
                row.account(),
                "readiness",
                isLate
                        ? "the worker was not ready" + limit
                        : "the worker ended before it was ready"
                                + report.map(known -> ", " + known.exit()).orElse(""),
                report);
    }

    static StartResult.Refused stopped(WorkerRow row) {
        return new StartResult.Refused(
                row.account(), RefusalReason.STOPPED_BY_OPERATOR, "it was stopped while it was started");
    }

    /** Step 1. */
    private boolean outlives(StartProtocol.Born born, Duration grace) {
        long deadline =
                context.nanos() + grace.minus(context.age(born.identity())).toNanos();
        boolean alive = true;
        while (alive
                && context.nanos() < deadline
                && ProtocolContext.await(born.over(), Duration.ofNanos(deadline - context.nanos()))) {
            alive = runs(born);
            if (alive) {
                // The launcher was killed alone: nobody observes the end of the worker.
                context.timing().pause(POLL);
            }
        }
        return alive && runs(born);
    }

    private boolean runs(StartProtocol.Born born) {
        return context.local().runs(born.identity(), born.row().workerId());
    }

    /** Step 2; empty where descendants are left, and where nobody has filed the end in time. */
    private Optional<StopReport> end(WorkerRow mine) {
        long deadline = context.nanos() + PATIENCE.toNanos();
        while (true) {
            Optional<WorkerRow> row = context.open(mine.account(), mine.workerId());
            if (row.isPresent()) {
                check.ended(mine.account(), mine.workerId());
            }
            Optional<StopReport> report = ends.reported(mine);
            boolean left = report.isEmpty()
                    && row.isPresent()
                    && context.judge().judge(row.get()) instanceof Judgement.Pending pending
                    && !pending.left().isEmpty();
            if (report.isPresent() || left || context.nanos() > deadline) {
                return report;
            }
            context.timing().pause(POLL);
        }
    }

    private static StartResult failed(WorkerRow row, StopReport report) {
        String why = report.logEvidence().stream()
                .filter(line -> report.reason() == StopReason.START_FAILED)
                .findFirst()
                .map(line -> ": the program could not be run: " + Text.oneLine(line.text()))
                .orElse("");
        String within = Text.words(Detail.of(row).startGrace());
        return new StartResult.Failed(
                row.account(),
                "start grace",
                "the worker ended within " + within + ", " + report.exit() + why,
                Optional.of(report));
    }
}
