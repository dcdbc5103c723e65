package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Stops an account because a person wants it stopped, and restarts a worker without touching that wish.
 *
 * <ol>
 *   <li>Stop writes desired STOPPED whatever the row is, again and again until it wins; an account without a row gets one.
 *       From here on no {@code ensure} starts it, and a start in flight ends its worker again.
 *   <li>Living workers of the account that no row names, found by environment or birth record, are ended. The result tells
 *       of them; no report is filed, as their worker ids may belong to another registry.
 *   <li>The ladder ends the worker of the row ({@link StopLadder}). A row of another node is left to that node, unless its
 *       worker is dead, or names this data directory because that was made anew since.
 *   <li>Nothing to end: stopped already, unless the account's lock is held; who holds it may be the worker.
 * </ol>
 *
 * A crash after 1 leaves a row that is STOPPING, which reconcile resumes.
 */
public final class StopProtocol {
    /** Longer than a start of this host can take to notice that the row has changed. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Fences, and launchers that start nothing, hold a lock for less. */
    private static final Duration LONGEST_PASSING_HOLD = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofMillis(25);

    private final ProtocolContext context;
    private final EndFiling end;
    private final StopLadder ladder;
    private final UnregisteredWorkers unregistered;
    private final UnregisteredStop unregisteredEnd;

    public StopProtocol(
            ProtocolContext context,
            EndFiling end,
            StopLadder ladder,
            UnregisteredWorkers unregistered,
            UnregisteredStop unregisteredEnd) {
        this.context = context;
        this.end = end;
        this.ladder = ladder;
        this.unregistered = unregistered;
        this.unregisteredEnd = unregisteredEnd;
    }

    public StopResult stop(AccountId account) {
        context.steps().reached("stop");
        WorkerRow row = ask(account);
        context.steps().reached("asked");
        return context.mutex()
                .call(account, PATIENCE, () -> end(row))
                .orElseGet(() -> refused(account, RefusalReason.CONTENDED, "another call of this host is at it"));
    }

    private StopResult end(WorkerRow asked) {
        if (asked.state().isOpen() && !asked.node().equals(context.node())) {
            Judgement judgement = context.judge().judgeToEnd(asked);
            if (!(judgement instanceof Judgement.Dead) && !isOfThisDirectory(asked)) {
                return refused(
                        asked.account(),
                        judgement instanceof Judgement.Doubt doubt ? doubt.reason() : RefusalReason.OTHER_NODE,
                        judgement.evidence());
            }
        }
        List<EnvironmentSearch.Marked> strangers = unregistered.besides(asked);
        Optional<StopResult> ended = strangers.isEmpty() ? Optional.empty() : Optional.of(end(asked, strangers));
        if (ended.filter(result -> result instanceof StopResult.Refused).isPresent()) {
            return ended.get();
        }
        return asked.state().isOpen() ? ended(asked, ladder.end(asked)) : ended.orElseGet(() -> nothingToEnd(asked));
    }

    /** Whether a process of the worker names this data directory, which was another node then. */
    private boolean isOfThisDirectory(WorkerRow row) {
        return Detail.identityOf(row).isPresent()
                && context.local().search().ofDirectory(context.local().data()).stream()
                        .anyMatch(marked -> marked.workerId().equals(row.workerId()));
    }

    private StopResult nothingToEnd(WorkerRow asked) {
        AccountId account = asked.account();
        long deadline = context.timing().nanos() + LONGEST_PASSING_HOLD.toNanos();
        while (context.local().locks().state(account) == AccountLocks.State.BUSY) {
            if (context.timing().nanos() > deadline || Thread.currentThread().isInterrupted()) {
                return refused(account, RefusalReason.LOCK_HELD, unregistered.holder(account));
            }
            context.timing().pause(POLL);
        }
        return new StopResult.AlreadyStopped(account, asked.revision() > 1);
    }

    private WorkerRow ask(AccountId account) {
        while (true) {
            Optional<WorkerRow> seen = context.registry().find(account);
            WorkerRow next = seen.map(row -> RowChanges.stopAsked(
                            row, context.self(), context.timing().now()))
                    .orElseGet(() -> RowChanges.neverStarted(
                            account, context.node(), context.timing().now()));
            if (context.registry().update(seen, next)) {
                return next;
            }
        }
    }

    /** Their ends are told here and nowhere filed, and their records are left: another registry may own them. */
    private StopResult end(WorkerRow asked, List<EnvironmentSearch.Marked> strangers) {
        StopLadder.Outcome outcome = unregisteredEnd.end(asked, strangers, WorkerSpec.DEFAULT_STOP_GRACE);
        if (outcome instanceof StopLadder.Stuck stuck) {
            return stuck(asked.account(), stuck);
        }
        StopResult.Stopped stopped = new StopResult.Stopped(
                asked.account(), strangers.get(0).workerId(), ((StopLadder.Done) outcome).rungs(), Optional.empty());
        context.events()
                .trouble(
                        Optional.of(asked.account()),
                        stopped.describe() + "; the registry does not know it, no report is filed");
        return stopped;
    }

    /** Step 1 alone, where the rest cannot be judged. */
    public StopResult askAndRefuse(AccountId account, RefusalReason reason, String evidence) {
        ask(account);
        return refused(account, reason, evidence);
    }

    /** Marks a row's worker as stopping, or only this one, and leaves the account wanted; empty if there is none. */
    private Optional<WorkerRow> askOnly(AccountId account, Optional<String> workerId, StopPurpose cause) {
        while (true) {
            Optional<WorkerRow> seen = context.registry()
                    .find(account)
                    .filter(row -> row.state().isOpen() && row.node().equals(context.node()))
                    .filter(row -> workerId.map(row.workerId()::equals).orElse(true));
            if (seen.isEmpty()) {
                return Optional.empty();
            }
            WorkerRow row = seen.get();
            WorkerRow stopping =
                    RowChanges.stopping(row, context.self(), context.timing().now(), cause);
            if (row.state() == WorkerState.STOPPING || context.registry().update(seen, stopping)) {
                return Optional.of(stopping);
            }
        }
    }

    public void askOnly(AccountId account, String workerId, StopPurpose cause) {
        askOnly(account, Optional.of(workerId), cause);
    }

    /** Ends a row's worker, or only this one, and leaves the account wanted; empty if there is nothing to end. */
    public Optional<StopResult> endOnly(AccountId account, Optional<String> workerId, StopPurpose cause) {
        return askOnly(account, workerId, cause).map(row -> ended(row, ladder.end(row)));
    }

    private StopResult ended(WorkerRow row, StopLadder.Outcome outcome) {
        return outcome instanceof StopLadder.Done done
                ? new StopResult.Stopped(
                        row.account(),
                        row.workerId(),
                        done.rungs(),
                        done.report().or(() -> end.filed(row)))
                : stuck(row.account(), (StopLadder.Stuck) outcome);
    }

    private StopResult stuck(AccountId account, StopLadder.Stuck stuck) {
        return refused(account, stuck.reason(), stuck.evidence());
    }

    private StopResult refused(AccountId account, RefusalReason reason, String evidence) {
        StopResult.Refused refused = new StopResult.Refused(account, reason, evidence);
        context.events().emit(new WorkerEvent.NotStopped(context.timing().now(), refused));
        return refused;
    }
}
