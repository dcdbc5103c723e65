package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
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
        StartResult.Started started =
                new StartResult.Started(row.account(), row.workerId(), worker.pid(), row.epoch(), row.startedAt());
        if (grace.isZero() || outlives(born, grace)) {
            if (!grace.isZero()) {
                check.seenHoldingLock(row, worker);
            }
            context.events().emit(new WorkerEvent.Started(context.now(), started));
            return started;
        }
        boolean within = age(worker).compareTo(grace) <= 0;
        Optional<StopReport> report = end(row);
        if (report.isEmpty()) {
            return new StartResult.Failed(
                    row.account(), "start grace", context.judge().judge(row).evidence(), report);
        } else if (report.get().reason() == StopReason.STOPPED_ON_REQUEST) {
            return new StartResult.Refused(
                    row.account(), RefusalReason.STOPPED_BY_OPERATOR, "it was stopped while it was started");
        }
        Duration life =
                Duration.between(context.now().minus(age(worker)), report.get().endedAt());
        if (within || life.compareTo(grace) <= 0) {
            return failed(row, report.get());
        }
        // The listener has heard the end, and is not told of a start behind it.
        context.events().log(new WorkerEvent.Started(context.now(), started));
        return started;
    }

    /** Step 1. */
    private boolean outlives(StartProtocol.Born born, Duration grace) {
        long deadline = context.nanos() + grace.minus(age(born.identity())).toNanos();
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

    private Duration age(ProcessIdentity worker) {
        long ticks = context.local().proc().uptimeTicks() - worker.startTicks();
        Duration age = worker.startTicks() > 0
                ? Duration.ofMillis(10 * ticks)
                : Duration.between(Instant.ofEpochMilli(worker.startMillis()), context.now());
        return age.isNegative() ? Duration.ZERO : age;
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
