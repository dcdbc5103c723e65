package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.LogShipping;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.diagnosis.Ending;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.Launcher.SignalAnswer;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.WorkerIds;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Starts a worker safely.
 *
 * <ol>
 *   <li>Look at the row: is the account clear?
 *       <ul>
 *         <li>Closed or absent: clear, unless a living worker of the account is in no row, or the last launch came to
 *             nothing and the lock is still held.
 *         <li>A row of another node is replaced only if its worker is dead.
 *         <li>A living worker is {@code AlreadyRunning}; while it is being stopped, wait. A dead one is clear: its report is
 *             filed with the claim.
 *         <li>A row that is STARTING or STOPPING by a living host is waited for, bounded, and looked at again. Left over by
 *             a dead host, by a call of this host that gave up, or unchanged for the whole wait, it is settled ({@link
 *             LaunchSettlement}), which the fence makes safe.
 *         <li>Doubt is {@code Refused}.
 *       </ul>
 *   <li>Claim: one compare-and-set writes the intent under the epoch max(row, lock file) + 1 with a new worker id, desired
 *       RUN, together with the report of the dead worker. An end that this host has just reported and not filed yet
 *       ({@link UnfiledEnds}) is claimed over as it was reported, without another look. Lost: look again.
 *   <li>Launch ({@link Launcher}): lock, fence, birth record, worker. No answer: settle.
 *   <li>Record: behind the launch, the row gets the process and is RUNNING, if it is still this worker's, STARTING and
 *       desired RUN, or another host has adopted it already; else the worker is ended again.
 *   <li>Verify ({@link StartVerification}): it lives after the start grace, and is ready where its spec names a sign.
 * </ol>
 *
 * A crash between any two steps leaves row, lock, birth and exit record, from which the next host resolves it.
 */
record StartProtocol(
        ProtocolContext context,
        LaunchSettlement settlement,
        EndFiling ends,
        StopLadder ladder,
        Signals signals,
        UnregisteredWorkers unregistered,
        WorkerIds ids) {
    /** Longest wait of a start for another start or stop of its account. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration POLL = Duration.ofMillis(25);

    /** The state of a start that is on its way. */
    sealed interface Progress {}

    /** The answer is known. */
    record Decided(StartResult result) implements Progress {}

    /**
     * The worker has its process; its row is RUNNING once that is recorded, and then the worker is to be verified.
     *
     * @param over completes when the launcher has ended
     * @param ready completes when the worker is ready or has ended; empty until it is recorded
     */
    record Born(
            WorkerRow row,
            ProcessIdentity identity,
            CompletableFuture<?> over,
            Optional<CompletableFuture<ReadinessWatch.Outcome>> ready)
            implements Progress {
        Born(WorkerRow row, ProcessIdentity identity, CompletableFuture<?> over) {
            this(row, identity, over, Optional.empty());
        }

        private Born of(WorkerRow running) {
            return new Born(running, identity, over);
        }

        Born with(CompletableFuture<ReadinessWatch.Outcome> outcome) {
            return new Born(row, identity, over, Optional.of(outcome));
        }
    }

    /** The account is free; the end of its last worker is to be filed with the claim. */
    private record Clear(Optional<UnfiledEnds.End> ended) implements Progress {}

    /** Somebody else works on the account: wait, bounded, and look again. */
    private record Wait(RefusalReason reason, String evidence) implements Progress {
        static final Wait CHANGED = new Wait(RefusalReason.CONTENDED, "its row changed again and again");
    }

    /** Steps 1 to 3. */
    Progress begin(WorkerSpec spec, StartCalls.Verb verb) {
        Optional<String> paused = verb.obeysPlan() ? context.paused(spec.account()) : Optional.empty();
        if (paused.isPresent()
                && !(verb == StartCalls.Verb.KEEP
                        && context.registry()
                                .find(spec.account())
                                .filter(ProtocolContext::isWished)
                                .isPresent())) {
            return refused(spec.account(), RefusalReason.PAUSED, paused.get());
        }
        return ends.unfiled(spec.account())
                .map(end -> against(end.closed(), spec, verb)
                        .orElseGet(() -> claim(spec, verb, Optional.of(end.row()), Optional.of(end))))
                .filter(progress -> !(progress instanceof Wait))
                .orElseGet(() -> lookAndBegin(spec, verb));
    }

    /** The plan for the next start, where the verb obeys it. */
    private Optional<Progress> against(WorkerRow closed, WorkerSpec spec, StartCalls.Verb verb) {
        return verb.obeysPlan() && closed.desired() == Desired.RUNNING
                ? context.restarts().against(closed, spec).map(Decided::new)
                : Optional.empty();
    }

    private Progress lookAndBegin(WorkerSpec spec, StartCalls.Verb verb) {
        AccountId account = spec.account();
        long deadline = context.nanos() + PATIENCE.toNanos();
        Optional<WorkerRow> first = context.registry().find(account);
        Optional<WorkerRow> seen = first;
        Optional<WorkerRow> givenUp = Optional.empty();
        while (true) {
            if (seen.filter(verb::givesWayTo).isPresent()) {
                return refused(account, RefusalReason.STOPPED_BY_OPERATOR, "it was stopped by hand");
            }
            Progress progress = look(account, seen, givenUp);
            if (progress instanceof Clear clear) {
                progress = clear.ended().isEmpty() || ends.isUnchanged(seen.orElseThrow())
                        ? claimPlanned(spec, verb, seen, clear.ended())
                        : Wait.CHANGED;
            }
            if (!(progress instanceof Wait wait)) {
                return progress;
            } else if (Thread.currentThread().isInterrupted()) {
                return refused(account, RefusalReason.INTERRUPTED, wait.evidence());
            } else if (context.nanos() > deadline) {
                boolean takesOver = !wait.equals(Wait.CHANGED) && givenUp.isEmpty() && seen.equals(first);
                if (!takesOver || seen.filter(this::isGivenUp).isEmpty()) {
                    return refused(account, wait.reason(), wait.evidence());
                }
                givenUp = seen;
                deadline = context.nanos() + PATIENCE.toNanos();
            }
            context.timing().pause(POLL);
            seen = context.registry().find(account);
        }
    }

    /** Step 1; {@code givenUp} is settled although a living host seems to work on it. */
    private Progress look(AccountId account, Optional<WorkerRow> seen, Optional<WorkerRow> givenUp) {
        if (seen.isEmpty() || !seen.get().state().isOpen()) {
            List<Marked> strangers = unregistered.living(account);
            if (!strangers.isEmpty()) {
                return unregistered(account, strangers);
            }
            return seen.filter(this::isHeld).isPresent()
                    ? refused(account, RefusalReason.LOCK_HELD, unregistered.holder(account))
                    : new Clear(Optional.empty());
        }
        WorkerRow row = seen.get();
        return row.node().equals(context.node()) ? here(row, seen.equals(givenUp)) : elsewhere(row);
    }

    private static Decided unregistered(AccountId account, List<Marked> strangers) {
        return refused(account, RefusalReason.UNREGISTERED_WORKER, UnregisteredWorkers.describe(strangers));
    }

    /**
     * True if an account whose last launch came to nothing has its lock held, so that trying again and again uses up no
     * worker id and no report. The number is the row's own, and raising it to that changes nothing.
     */
    private boolean isHeld(WorkerRow closed) {
        return !closed.workerId().isEmpty()
                && Detail.identityOf(closed).isEmpty()
                && context.launcher().raise(closed.account(), closed.epoch()) instanceof Launcher.FenceAnswer.Held;
    }

    private Progress elsewhere(WorkerRow row) {
        Judgement judgement = context.judge().judge(row);
        if (judgement instanceof Judgement.Dead dead) {
            return clear(row, dead);
        } else if (judgement instanceof Judgement.Alive alive
                && row.state() == WorkerState.RUNNING
                && row.desired() == Desired.RUNNING) {
            return running(row, alive);
        }
        return refused(
                row.account(),
                judgement instanceof Judgement.Doubt doubt ? doubt.reason() : RefusalReason.OTHER_NODE,
                judgement.evidence());
    }

    private Progress here(WorkerRow row, boolean goesOn) {
        if (Detail.identityOf(row).isEmpty() && isAnothers(row, goesOn)) {
            return new Wait(
                    row.state() == WorkerState.STOPPING ? RefusalReason.STOPPING : RefusalReason.STARTING,
                    "another host works on worker " + row.workerId());
        }
        Judgement judgement = settlement.judge(row);
        if (judgement instanceof Judgement.Alive alive) {
            return row.isToEnd() ? stopping(row, goesOn) : running(row, alive);
        } else if (judgement instanceof Judgement.Dead dead) {
            return clear(row, dead);
        } else if (judgement instanceof Judgement.Pending pending) {
            return pending(row, pending);
        }
        Judgement.Doubt doubt = (Judgement.Doubt) judgement;
        return refused(row.account(), doubt.reason(), doubt.evidence());
    }

    private boolean isAnothers(WorkerRow row, boolean goesOn) {
        return !goesOn && context.isActorAlive(row);
    }

    private Progress pending(WorkerRow row, Judgement.Pending pending) {
        if (!pending.left().isEmpty()) {
            return refused(row.account(), pending.reason(), pending.evidence());
        }
        // The launcher is about to let go of the lock, or an older copy of the registry names another worker than runs.
        List<Marked> strangers = unregistered.search(row.account(), row.workerId());
        return strangers.isEmpty()
                ? new Wait(pending.reason(), pending.evidence())
                : unregistered(row.account(), strangers);
    }

    /** Goes on with a ladder whose host is gone, or has given up. */
    private Progress stopping(WorkerRow row, boolean goesOn) {
        if (isAnothers(row, goesOn)) {
            return new Wait(RefusalReason.STOPPING, "worker " + row.workerId() + " is being stopped");
        }
        return ladder.end(row.account(), row.workerId()) instanceof StopResult.Refused stuck
                ? refused(row.account(), stuck.reason(), stuck.evidence())
                : Wait.CHANGED;
    }

    private Clear clear(WorkerRow row, Judgement.Dead dead) {
        return new Clear(Optional.of(ends.end(row, ends.ending(row, dead, List.of()))));
    }

    /** A worker that was found only now is recorded first. */
    private Progress running(WorkerRow row, Judgement.Alive alive) {
        boolean recorded = Detail.identityOf(row).isPresent()
                || context.registry().update(Optional.of(row), RowChanges.running(row, alive.process()));
        return recorded
                ? new Decided(new StartResult.AlreadyRunning(
                        row.account(), row.workerId(), alive.process().pid(), row.startedAt(), alive.evidence()))
                : Wait.CHANGED;
    }

    /** True if the living host behind a row that has not changed for {@link #PATIENCE} must have given up. */
    private boolean isGivenUp(WorkerRow row) {
        return context.isActorAlive(row)
                && (row.state() == WorkerState.STARTING
                        || (row.state() == WorkerState.STOPPING
                                && Detail.of(row).stopGrace().compareTo(PATIENCE) < 0));
    }

    /** A dead worker that is not to be followed at once: its end is filed, with the plan for the next start. */
    private Progress claimPlanned(
            WorkerSpec spec, StartCalls.Verb verb, Optional<WorkerRow> seen, Optional<UnfiledEnds.End> ended) {
        Optional<Progress> refused =
                ended.map(UnfiledEnds.End::closed).or(() -> seen).flatMap(closed -> against(closed, spec, verb));
        if (refused.isPresent()) {
            ended.ifPresent(ends::close);
        }
        return refused.orElseGet(() -> claim(spec, verb, seen, ended));
    }

    /** Steps 2 and 3; the news of the worker before and the acknowledgement of its records come behind the launch. */
    private Progress claim(
            WorkerSpec spec, StartCalls.Verb verb, Optional<WorkerRow> seen, Optional<UnfiledEnds.End> ended) {
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
                .prepared(RowChanges.planning(
                        RowChanges.claimed(
                                seen,
                                spec,
                                new RowChanges.Claim(
                                        Math.max(known, admitted) + 1,
                                        workerId,
                                        context.node(),
                                        now,
                                        context.self(),
                                        context.local().proc().uptimeTicks(),
                                        Layout.logName(spec.account(), workerId))),
                        plan(spec, verb, seen, ended)));
        if (spec.logShipping() == LogShipping.FILE_ONLY) {
            new FileOnlyMarks(context.local().data()).mark(workerId);
        }
        context.reached("claim");
        WorkerRegistry.Claimed claimed = context.registry().claim(seen, next, ended.map(UnfiledEnds.End::report));
        context.reached("claimed");
        try {
            return claimed.won() ? launch(spec, next) : Wait.CHANGED;
        } finally {
            ended.map(UnfiledEnds.End::report).ifPresent(report -> {
                ends.reportFiled(report, claimed.filed());
                ends.acknowledge(report.workerId());
            });
        }
    }

    /** The series of restarts goes on, but for a start that names the account. */
    private Map<String, @Nullable Object> plan(
            WorkerSpec spec, StartCalls.Verb verb, Optional<WorkerRow> seen, Optional<UnfiledEnds.End> ended) {
        context.restarts().seen(spec);
        return ended.map(UnfiledEnds.End::closed)
                .or(() -> seen)
                .filter(closed -> verb.obeysPlan())
                .map(closed -> context.restarts().carried(closed, spec))
                .orElse(Map.of());
    }

    /** Step 3. */
    private Progress launch(WorkerSpec spec, WorkerRow row) {
        Launcher.LaunchAnswer answer =
                context.launcher().launch(new Launcher.LaunchRequest(spec, row.workerId(), row.epoch()));
        context.reached("launched");
        if (answer instanceof Launcher.LaunchAnswer.Born born) {
            return new Born(row, born.identity(), born.over());
        } else if (answer instanceof Launcher.LaunchAnswer.Busy) {
            fileUnrun(row, "the lock was held by somebody else");
            return refused(spec.account(), RefusalReason.LOCK_HELD, unregistered.holder(spec.account()));
        } else if (answer instanceof Launcher.LaunchAnswer.Superseded superseded) {
            fileUnrun(row, "epoch " + superseded.admitted() + " was admitted before");
            return Wait.CHANGED;
        } else if (answer instanceof Launcher.LaunchAnswer.NotLaunched failed) {
            Optional<StopReport> report =
                    fileUnrun(row, "the launch failed at " + failed.step() + ": " + failed.error());
            return new Decided(new StartResult.Failed(spec.account(), failed.step(), failed.error(), report));
        }
        return unanswered(row, ((Launcher.LaunchAnswer.Unanswered) answer).why());
    }

    private Optional<StopReport> fileUnrun(WorkerRow row, String why) {
        return ends.file(row, Ending.neverRan(context.now(), List.of(why)));
    }

    private Progress unanswered(WorkerRow row, String why) {
        Judgement judgement = settlement.settle(row);
        String evidence = why + "; " + judgement.evidence();
        if (judgement instanceof Judgement.Alive alive) {
            return new Born(row, alive.process(), new CompletableFuture<>());
        } else if (judgement instanceof Judgement.Dead dead) {
            Optional<StopReport> report = ends.file(row, ends.ending(row, dead, List.of()));
            return new Decided(new StartResult.Failed(row.account(), "launch", evidence, report));
        }
        // The row stays STARTING; reconcile settles it when the launch has come to something.
        return refused(
                row.account(),
                judgement instanceof Judgement.Pending pending ? pending.reason() : RefusalReason.PROCESS_IN_DOUBT,
                evidence);
    }

    /** Step 4: the worker runs already, and nothing of its launch waits for this write. */
    Progress record(Born launched) {
        WorkerRow claimed = launched.row();
        WorkerRow seen = claimed;
        while (true) {
            boolean mine = seen.workerId().equals(claimed.workerId()) && seen.epoch() == claimed.epoch();
            if (mine && seen.state() == WorkerState.RUNNING && seen.desired() == Desired.RUNNING) {
                return launched.of(seen);
            }
            if (!mine || seen.state() != WorkerState.STARTING || seen.desired() != Desired.RUNNING) {
                return endAgain(claimed, seen, launched.identity());
            }
            WorkerRow running = RowChanges.running(seen, launched.identity());
            context.reached("running");
            if (context.registry().update(Optional.of(seen), running)) {
                context.reached("run");
                return launched.of(running);
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
        if (ladder.end(claimed.account(), claimed.workerId()) instanceof StopResult.Refused stuck) {
            return refused(claimed.account(), stuck.reason(), stuck.evidence());
        }
        // Where the row went to another worker the ladder has nothing to say about this one.
        SignalAnswer answer = signals.send(identity, "KILL", new ArrayList<>());
        context.local()
                .search()
                .ofWorker(claimed.workerId(), Detail.of(claimed).bornAfter())
                .forEach(process -> signals.send(process, "KILL", Launcher.Scope.PROCESS));
        Optional<String> unsent = Signals.failure("KILL", identity.pid(), answer);
        if (unsent.isPresent()) {
            return refused(claimed.account(), RefusalReason.STOP_UNFINISHED, unsent.get());
        }
        return seen.desired() == Desired.STOPPED
                ? refused(claimed.account(), RefusalReason.STOPPED_BY_OPERATOR, "it was stopped while it was started")
                : refused(
                        claimed.account(), RefusalReason.CONTENDED, "its row names worker " + seen.workerId() + " now");
    }

    static Decided failed(AccountId account, String step, String error) {
        return new Decided(new StartResult.Failed(account, step, error, Optional.empty()));
    }

    static Decided refused(AccountId account, RefusalReason reason, String evidence) {
        return new Decided(new StartResult.Refused(account, reason, evidence));
    }
}
