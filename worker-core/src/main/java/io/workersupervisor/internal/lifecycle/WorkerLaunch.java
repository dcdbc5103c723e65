package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.Desired;
import io.workersupervisor.LogShipping;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.WorkerIds;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Steps 2 to 4 of a start ({@link StartProtocol}): claims an account that was found free, launches its worker and records
 * the process. What is not needed for the launch, the news of the worker before and the acknowledgement of its records,
 * comes behind it.
 */
public final class WorkerLaunch {
    private static final Duration MOMENT = Duration.ofMillis(500);

    private final ProtocolContext context;
    private final LaunchSettlement settlement;
    private final EndFiling end;
    private final StopLadder ladder;
    private final Signals signals;
    private final UnregisteredWorkers unregistered;
    private final WorkerIds ids = new WorkerIds();
    private long tick;
    private long tickReadAt;

    public WorkerLaunch(
            ProtocolContext context,
            LaunchSettlement settlement,
            EndFiling end,
            StopLadder ladder,
            Signals signals,
            UnregisteredWorkers unregistered) {
        this.context = context;
        this.settlement = settlement;
        this.end = end;
        this.ladder = ladder;
        this.signals = signals;
        this.unregistered = unregistered;
        this.tickReadAt = context.timing().nanos() - MOMENT.toNanos();
    }

    /** Steps 2 and 3; {@link StartProtocol.Again} where the row has changed. */
    StartProtocol.Progress claim(WorkerSpec spec, Optional<WorkerRow> seen, Optional<StopReport> ended) {
        Instant now = context.timing().now();
        long admitted = context.local().locks().admitted(spec.account());
        long epoch = Math.max(seen.map(WorkerRow::epoch).orElse(0L), admitted) + 1;
        if (admitted > seen.map(WorkerRow::epoch).orElse(0L)) {
            context.events()
                    .trouble(
                            Optional.of(spec.account()),
                            "the registry was lost or is an older copy: epoch " + admitted
                                    + " was started here, its row says "
                                    + seen.map(WorkerRow::epoch).orElse(0L) + "; going on from there");
        }
        String workerId = ids.next(now, seen.map(WorkerRow::workerId).orElse(""));
        WorkerRow next = context.diagnosis()
                .prepared(RowChanges.claimed(
                        seen,
                        spec,
                        new RowChanges.Claim(
                                epoch,
                                workerId,
                                context.node(),
                                now,
                                context.self(),
                                momentAgo(),
                                Layout.logName(spec.account(), workerId))));
        if (spec.logShipping() == LogShipping.FILE_ONLY) {
            new FileOnlyMarks(context.local().data()).mark(workerId);
        }
        context.steps().reached("claim");
        WorkerRegistry.Claimed claimed = context.registry().claim(seen, next, ended);
        context.steps().reached("claimed");
        try {
            return claimed.won() ? launch(spec, next) : new StartProtocol.Again();
        } finally {
            ended.ifPresent(report -> {
                end.isFiled(report, claimed.filed());
                end.acknowledge(report.workerId());
            });
        }
    }

    /** A tick before the launch; one reading serves all starts that follow within a moment. */
    private synchronized long momentAgo() {
        long now = context.timing().nanos();
        if (now - tickReadAt >= MOMENT.toNanos()) {
            tick = context.local().proc().uptimeTicks();
            tickReadAt = now;
        }
        return tick;
    }

    private StartProtocol.Progress launch(WorkerSpec spec, WorkerRow row) {
        Launcher.LaunchAnswer answer =
                context.launcher().launch(new Launcher.LaunchRequest(spec, row.workerId(), row.epoch()));
        context.steps().reached("launched");
        if (answer instanceof Launcher.LaunchAnswer.Born born) {
            return new StartProtocol.Launched(
                    row, born.identity(), born.over(), context.timing().nanos());
        } else if (answer instanceof Launcher.LaunchAnswer.Busy) {
            end.bury(row, end.nothingRan("the lock was held by somebody else"));
            return StartProtocol.refused(spec.account(), RefusalReason.LOCK_HELD, unregistered.holder(spec.account()));
        } else if (answer instanceof Launcher.LaunchAnswer.Superseded superseded) {
            end.bury(row, end.nothingRan("epoch " + superseded.admitted() + " was admitted before"));
            return new StartProtocol.Again();
        } else if (answer instanceof Launcher.LaunchAnswer.NotLaunched failed) {
            Optional<StopReport> report =
                    end.bury(row, end.nothingRan("the launch failed at " + failed.step() + ": " + failed.error()));
            return new StartProtocol.Decided(
                    new StartResult.Failed(spec.account(), failed.step(), failed.error(), report));
        }
        return unanswered(row, ((Launcher.LaunchAnswer.Unanswered) answer).why());
    }

    private StartProtocol.Progress unanswered(WorkerRow row, String why) {
        LaunchSettlement.Settled settled = settlement.settle(row);
        if (settled instanceof LaunchSettlement.Found found) {
            return new StartProtocol.Launched(
                    row,
                    found.identity(),
                    new CompletableFuture<>(),
                    context.timing().nanos());
        } else if (settled instanceof LaunchSettlement.Over over) {
            Optional<StopReport> report = end.bury(row, end.ending(row, over, List.of()));
            return new StartProtocol.Decided(
                    new StartResult.Failed(row.account(), "launch", why + "; " + over.evidence(), report));
        }
        // The row stays STARTING; reconcile settles it when the launch has come to something.
        LaunchSettlement.Pending pending = (LaunchSettlement.Pending) settled;
        return StartProtocol.refused(row.account(), pending.reason(), why + "; " + pending.evidence());
    }

    /** Step 4: the worker runs already, and nothing of its launch waits for this write. */
    StartProtocol.Progress record(StartProtocol.Launched launched) {
        WorkerRow claimed = launched.row();
        ProcessIdentity identity = launched.identity();
        WorkerRow seen = claimed;
        while (true) {
            boolean mine = seen.workerId().equals(claimed.workerId()) && seen.epoch() == claimed.epoch();
            if (mine && seen.state() == WorkerState.RUNNING && seen.desired() == Desired.RUNNING) {
                return new StartProtocol.Born(seen, identity, launched.over(), launched.since());
            }
            if (!mine || seen.state() != WorkerState.STARTING || seen.desired() != Desired.RUNNING) {
                return ended(claimed, seen, identity);
            }
            WorkerRow running = RowChanges.running(seen, identity);
            context.steps().reached("running");
            if (context.registry().update(Optional.of(seen), running)) {
                context.steps().reached("run");
                return new StartProtocol.Born(running, identity, launched.over(), launched.since());
            }
            Optional<WorkerRow> now = context.registry().find(claimed.account());
            if (now.isEmpty()) {
                return ended(claimed, claimed, identity);
            }
            seen = now.get();
        }
    }

    /** Somebody stopped or replaced the row while the worker was launched: it is ended by the ladder of its id. */
    private StartProtocol.Progress ended(WorkerRow claimed, WorkerRow seen, ProcessIdentity identity) {
        StopLadder.Outcome outcome = ladder.end(claimed.account(), claimed.workerId());
        if (outcome instanceof StopLadder.Stuck stuck) {
            return StartProtocol.refused(claimed.account(), stuck.reason(), stuck.evidence());
        }
        // Where the row went to another worker the ladder has nothing to say about this one.
        context.launcher().signal(identity, "KILL", Launcher.Scope.GROUP);
        context.local()
                .search()
                .ofWorker(claimed.workerId(), Detail.of(claimed).bornAfter())
                .forEach(signals::kill);
        return seen.desired() == Desired.STOPPED
                ? StartProtocol.refused(
                        claimed.account(), RefusalReason.STOPPED_BY_OPERATOR, "it was stopped while it was started")
                : StartProtocol.refused(
                        claimed.account(), RefusalReason.CONTENDED, "its row went to worker " + seen.workerId());
    }
}
