package io.workersupervisor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Stops an account because a person wants it stopped, and restarts a worker without touching that wish.
 *
 * <ol>
 *   <li>Stop writes desired STOPPED whatever the row is, again and again until it wins; an account without a row gets one.
 *       From here on no {@code ensure} starts it, and a start in flight ends its worker again.
 *   <li>The ladder ends the worker of that row ({@link StopLadder}).
 *   <li>Where no row names a worker, living ones that carry the account in their environment are ended.
 * </ol>
 *
 * A crash after 1 leaves a row that is STOPPING, which reconcile resumes.
 */
final class StopProtocol {
    /** Longer than a start of this host can take to notice that the row has changed. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Context context;
    private final EndOfWorker end;
    private final StopLadder ladder;
    private final Unregistered unregistered;

    StopProtocol(Context context, EndOfWorker end, StopLadder ladder, Unregistered unregistered) {
        this.context = context;
        this.end = end;
        this.ladder = ladder;
        this.unregistered = unregistered;
    }

    StopResult stop(AccountId account) {
        context.steps().reached("stop");
        WorkerRow row = ask(account);
        context.steps().reached("asked");
        return context.mutex()
                .call(account, PATIENCE, () -> end(row))
                .orElseGet(() -> refused(account, RefusalReason.CONTENDED, "another call of this host is at it"));
    }

    private StopResult end(WorkerRow asked) {
        if (!asked.state().isOpen()) {
            return strangers(asked.account());
        }
        if (!asked.node().equals(context.node())) {
            return refused(
                    asked.account(),
                    RefusalReason.OTHER_NODE,
                    "worker " + asked.workerId() + " belongs to node " + asked.node());
        }
        return ended(asked, ladder.end(asked.account(), asked.workerId()));
    }

    private WorkerRow ask(AccountId account) {
        while (true) {
            Optional<WorkerRow> seen = context.registry().find(account);
            WorkerRow next = seen.map(row ->
                            row.stopAsked(context.self(), context.timing().now()))
                    .orElseGet(() -> WorkerRow.neverStarted(
                            account, context.node(), context.timing().now()));
            if (context.registry().update(seen, next)) {
                return next;
            }
        }
    }

    private StopResult strangers(AccountId account) {
        List<EnvironmentSearch.Marked> strangers = unregistered.search(account, "");
        if (strangers.isEmpty()) {
            return new StopResult.AlreadyStopped(account);
        }
        StopLadder.Outcome outcome = ladder.endUnregistered(account, strangers, WorkerSpec.DEFAULT_STOP_GRACE);
        return outcome instanceof StopLadder.Done done
                ? new StopResult.Stopped(account, strangers.get(0).workerId(), done.rungs(), Optional.empty())
                : stuck(account, (StopLadder.Stuck) outcome);
    }

    /** Ends a row's worker and leaves the account wanted; empty if there is nothing to end. */
    Optional<StopResult> endOnly(AccountId account, StopCause cause) {
        while (true) {
            Optional<WorkerRow> seen = context.registry()
                    .find(account)
                    .filter(row -> row.state().isOpen() && row.node().equals(context.node()));
            if (seen.isEmpty()) {
                return Optional.empty();
            }
            WorkerRow row = seen.get();
            WorkerRow stopping = row.stopping(context.self(), context.timing().now(), cause);
            if (row.state() == WorkerState.STOPPING || context.registry().update(seen, stopping)) {
                return Optional.of(ended(stopping, ladder.end(account, row.workerId())));
            }
        }
    }

    private StopResult ended(WorkerRow row, StopLadder.Outcome outcome) {
        return outcome instanceof StopLadder.Done done
                ? new StopResult.Stopped(row.account(), row.workerId(), done.rungs(), end.filed(row))
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
