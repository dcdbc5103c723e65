package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
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
 * Starts a worker safely.
 *
 * <ol>
 *   <li>Look at the row ({@link AccountClearance}): is the account clear? Where somebody else works on it, wait, bounded, and
 *       look again; a row that did not change for the whole wait is taken over. Doubt is {@code Refused}.
 *   <li>Claim: one compare-and-set writes the intent under the epoch max(row, lock file) + 1 with a new worker id, desired
 *       RUN, together with the report of the dead worker. An end that this host has just reported and not filed yet
 *       ({@link UnfiledEnds}) is claimed over as it was reported, without another look. Lost: look again.
 *   <li>Launch ({@link Launcher}): lock, fence, birth record, worker. No answer: settle.
 *   <li>Record: behind the launch, the row gets the process and is RUNNING, if it is still this worker's, STARTING and
 *       desired RUN, or another host has adopted it already; else the worker is ended again.
 *   <li>Verify ({@link StartVerification}): it lives after the start grace.
 * </ol>
 *
 * A crash between any two steps leaves row, lock, birth and exit record, from which the next host resolves it.
 */
final class StartProtocol {
    /** Longest wait of a start for another start or stop of its account. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration POLL = Duration.ofMillis(25);

    private static final Duration MOMENT = Duration.ofMillis(500);

    private final ProtocolContext context;
    private final LaunchSettlement settlement;
    private final EndFiling ends;
    private final StopLadder ladder;
    private final Signals signals;
    private final AccountClearance clearance;
    private final WorkerIds ids = new WorkerIds();
    private long tick;
    private long tickReadAt;

    StartProtocol(
            ProtocolContext context,
            LaunchSettlement settlement,
            EndFiling ends,
            StopLadder ladder,
            Signals signals,
            AccountClearance clearance) {
        this.context = context;
        this.settlement = settlement;
        this.ends = ends;
        this.ladder = ladder;
        this.signals = signals;
        this.clearance = clearance;
        this.tickReadAt = context.nanos() - MOMENT.toNanos();
    }

    /** The state of a start that is on its way. */
    sealed interface Progress {}

    /** The answer is known. */
    record Decided(StartResult result) implements Progress, AccountClearance.Answer {}

    /**
     * The worker has its process; its row is to be RUNNING.
     *
     * @param over completes when the launcher has ended
     * @param since when it was born
     */
    record Launched(WorkerRow row, ProcessIdentity identity, CompletableFuture<?> over, long since)
            implements Progress {}

    /** The worker has its process and its row is RUNNING; it is to be verified. */
    record Born(WorkerRow row, ProcessIdentity identity, CompletableFuture<?> over, long since) implements Progress {}

    /** The row has changed: look again. */
    record Again() implements Progress, AccountClearance.Answer {}

    /** Steps 1 to 3. */
    Progress begin(WorkerSpec spec, boolean respectStop) {
        Optional<UnfiledEnds.Unfiled> reported = ends.unfiled(spec.account());
        if (reported.isPresent()) {
            Progress progress =
                    claim(spec, reported.map(UnfiledEnds.Unfiled::row), reported.map(UnfiledEnds.Unfiled::report));
            if (!(progress instanceof Again)) {
                return progress;
            }
        }
        return lookAndBegin(spec, respectStop);
    }

    private Progress lookAndBegin(WorkerSpec spec, boolean respectStop) {
        AccountId account = spec.account();
        long deadline = context.nanos() + PATIENCE.toNanos();
        Optional<WorkerRow> first = context.registry().find(account);
        Optional<WorkerRow> seen = first;
        Optional<WorkerRow> givenUp = Optional.empty();
        while (true) {
            if (respectStop
                    && seen.filter(row -> row.desired() == Desired.STOPPED).isPresent()) {
                return refused(account, RefusalReason.STOPPED_BY_OPERATOR, "it was stopped by hand");
            }
            boolean goesOn = givenUp.isPresent() && seen.equals(givenUp);
            AccountClearance.Answer answer = clearance.look(
                    account, seen, goesOn ? AccountClearance.Manners.GO_ON : AccountClearance.Manners.WAIT);
            boolean again = answer instanceof Again;
            if (answer instanceof Decided decided) {
                return decided;
            } else if (answer instanceof AccountClearance.Clear clear) {
                Progress progress = isChanged(seen, clear.ended()) ? new Again() : claim(spec, seen, clear.ended());
                if (!(progress instanceof Again)) {
                    return progress;
                }
                again = true;
            }
            boolean interrupted = Thread.currentThread().isInterrupted();
            boolean late = interrupted || context.nanos() > deadline;
            if (again && late) {
                return refused(account, RefusalReason.CONTENDED, "its row changed again and again");
            } else if (answer instanceof AccountClearance.Wait wait) {
                boolean takesOver = late && !interrupted && givenUp.isEmpty() && seen.equals(first);
                if (takesOver && seen.filter(this::isGivenUp).isPresent()) {
                    givenUp = seen;
                    deadline = context.nanos() + PATIENCE.toNanos();
                } else if (late) {
                    return refused(account, wait.reason(), wait.evidence());
                }
                context.timing().pause(POLL);
            }
            seen = context.registry().find(account);
        }
    }

    /** A stop is written before it signals: the row unchanged after the death proves that none caused it. */
    private boolean isChanged(Optional<WorkerRow> seen, Optional<StopReport> ended) {
        return ended.isPresent()
                && !context.registry().find(seen.orElseThrow().account()).equals(seen);
    }

    /** True if the living host behind a row that has not changed for {@link #PATIENCE} must have given up. */
    private boolean isGivenUp(WorkerRow row) {
        return context.isActorAlive(row)
                && (row.state() == WorkerState.STARTING
                        || (row.state() == WorkerState.STOPPING
                                && Detail.of(row).stopGrace().compareTo(PATIENCE) < 0));
    }

    /** Steps 2 and 3; the news of the worker before and the acknowledgement of its records come behind the launch. */
    private Progress claim(WorkerSpec spec, Optional<WorkerRow> seen, Optional<StopReport> ended) {
        Instant now = context.now();
        long known = seen.map(WorkerRow::epoch).orElse(0L);
        long admitted = context.local().locks().admitted(spec.account());
        if (admitted > known) {
            context.trouble(
                    spec.account(),
                    "the registry was lost or is an older copy: epoch " + admitted
                            + " was started here, its row says " + known + "; epochs continue above "
                            + admitted);
        }
        String workerId = ids.next(now, seen.map(WorkerRow::workerId).orElse(""));
        WorkerRow next = context.diagnosis()
                .prepared(RowChanges.claimed(
                        seen,
                        spec,
                        new RowChanges.Claim(
                                Math.max(known, admitted) + 1,
                                workerId,
                                context.node(),
                                now,
                                context.self(),
                                momentAgo(),
                                Layout.logName(spec.account(), workerId))));
        if (spec.logShipping() == LogShipping.FILE_ONLY) {
            new FileOnlyMarks(context.local().data()).mark(workerId);
        }
        context.reached("claim");
        WorkerRegistry.Claimed claimed = context.registry().claim(seen, next, ended);
        context.reached("claimed");
        try {
            return claimed.won() ? launch(spec, next) : new Again();
        } finally {
            ended.ifPresent(report -> {
                ends.reportFiled(report, claimed.filed());
                ends.acknowledge(report.workerId());
            });
        }
    }

    /** A tick before the launch; one reading serves all starts that follow within a moment. */
    private synchronized long momentAgo() {
        long now = context.nanos();
        if (now - tickReadAt >= MOMENT.toNanos()) {
            tick = context.local().proc().uptimeTicks();
            tickReadAt = now;
        }
        return tick;
    }

    /** Step 3. */
    private Progress launch(WorkerSpec spec, WorkerRow row) {
        Launcher.LaunchAnswer answer =
                context.launcher().launch(new Launcher.LaunchRequest(spec, row.workerId(), row.epoch()));
        context.reached("launched");
        if (answer instanceof Launcher.LaunchAnswer.Born born) {
            return new Launched(row, born.identity(), born.over(), context.nanos());
        } else if (answer instanceof Launcher.LaunchAnswer.Busy) {
            ends.file(row, ends.nothingRan("the lock was held by somebody else"));
            return refused(
                    spec.account(),
                    RefusalReason.LOCK_HELD,
                    clearance.unregistered().holder(spec.account()));
        } else if (answer instanceof Launcher.LaunchAnswer.Superseded superseded) {
            ends.file(row, ends.nothingRan("epoch " + superseded.admitted() + " was admitted before"));
            return new Again();
        } else if (answer instanceof Launcher.LaunchAnswer.NotLaunched failed) {
            Optional<StopReport> report =
                    ends.file(row, ends.nothingRan("the launch failed at " + failed.step() + ": " + failed.error()));
            return new Decided(new StartResult.Failed(spec.account(), failed.step(), failed.error(), report));
        }
        return unanswered(row, ((Launcher.LaunchAnswer.Unanswered) answer).why());
    }

    private Progress unanswered(WorkerRow row, String why) {
        LaunchSettlement.Settled settled = settlement.settle(row);
        if (settled instanceof LaunchSettlement.Found found) {
            return new Launched(row, found.identity(), new CompletableFuture<>(), context.nanos());
        } else if (settled instanceof LaunchSettlement.Over over) {
            Optional<StopReport> report = ends.file(row, ends.ending(row, over, List.of()));
            return new Decided(new StartResult.Failed(row.account(), "launch", why + "; " + over.evidence(), report));
        }
        // The row stays STARTING; reconcile settles it when the launch has come to something.
        LaunchSettlement.Pending pending = (LaunchSettlement.Pending) settled;
        return refused(row.account(), pending.reason(), why + "; " + pending.evidence());
    }

    /** Step 4: the worker runs already, and nothing of its launch waits for this write. */
    Progress record(Launched launched) {
        WorkerRow claimed = launched.row();
        WorkerRow seen = claimed;
        while (true) {
            boolean mine = seen.workerId().equals(claimed.workerId()) && seen.epoch() == claimed.epoch();
            if (mine && seen.state() == WorkerState.RUNNING && seen.desired() == Desired.RUNNING) {
                return new Born(seen, launched.identity(), launched.over(), launched.since());
            }
            if (!mine || seen.state() != WorkerState.STARTING || seen.desired() != Desired.RUNNING) {
                return endAgain(claimed, seen, launched.identity());
            }
            WorkerRow running = RowChanges.running(seen, launched.identity());
            context.reached("running");
            if (context.registry().update(Optional.of(seen), running)) {
                context.reached("run");
                return new Born(running, launched.identity(), launched.over(), launched.since());
            }
            Optional<WorkerRow> now = context.registry().find(claimed.account());
            if (now.isEmpty()) {
                return endAgain(claimed, claimed, launched.identity());
            }
            seen = now.get();
        }
    }

    /** Somebody stopped or replaced the row while the worker was launched: it is ended by the ladder of its id. */
    private Decided endAgain(WorkerRow claimed, WorkerRow seen, ProcessIdentity identity) {
        StopLadder.Outcome outcome = ladder.end(claimed.account(), claimed.workerId());
        if (outcome instanceof StopLadder.Stuck stuck) {
            return refused(claimed.account(), stuck.reason(), stuck.evidence());
        }
        // Where the row went to another worker the ladder has nothing to say about this one.
        context.launcher().signal(identity, "KILL", Launcher.Scope.GROUP);
        context.local()
                .search()
                .ofWorker(claimed.workerId(), Detail.of(claimed).bornAfter())
                .forEach(signals::kill);
        return seen.desired() == Desired.STOPPED
                ? refused(claimed.account(), RefusalReason.STOPPED_BY_OPERATOR, "it was stopped while it was started")
                : refused(
                        claimed.account(), RefusalReason.CONTENDED, "its row names worker " + seen.workerId() + " now");
    }

    static Decided refused(AccountId account, RefusalReason reason, String evidence) {
        return new Decided(new StartResult.Refused(account, reason, evidence));
    }
}
