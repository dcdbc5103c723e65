package io.workersupervisor.internal.registry;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.spi.RowDetail;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every way of changing a row, one method each: all make a new row with the next revision, and only {@code claimed},
 * {@code wished} and {@code stopAsked} touch {@link WorkerRow#desired()}. Pure.
 */
public final class RowChanges {
    private RowChanges() {}

    /** The values that a claim adds to the spec. */
    public record Claim(
            long epoch, String workerId, String node, Instant at, Actor actor, long bornAfter, String logFile) {}

    /** The row of an account that is stopped before it was ever started. */
    public static WorkerRow neverStarted(AccountId account, String node, Instant now, StopOrder order) {
        return new WorkerRow(
                account,
                0,
                1,
                "",
                node,
                WorkerState.STOPPED,
                Desired.STOPPED,
                now,
                Optional.empty(),
                Optional.empty(),
                Detail.NONE.withOrder(order));
    }

    /** The intent to start: a new worker id under a higher epoch, desired RUNNING. */
    public static WorkerRow claimed(Optional<WorkerRow> seen, WorkerSpec spec, Claim claim) {
        return new WorkerRow(
                spec.account(),
                claim.epoch(),
                seen.map(row -> row.revision() + 1).orElse(1L),
                claim.workerId(),
                claim.node(),
                WorkerState.STARTING,
                Desired.RUNNING,
                claim.at(),
                spec.userId(),
                spec.version(),
                seen.map(row -> Detail.of(row).forNextWorker())
                        .orElse(Detail.NONE)
                        .withClaim(spec, claim));
    }

    /** A person wants the account to run: whichever host of its node knows what to run starts it now. */
    public static WorkerRow wished(Optional<WorkerRow> closed, AccountId account, String node, Instant now) {
        WorkerRow row = closed.orElseGet(() -> neverStarted(account, node, now, StopOrder.byPerson()));
        return changed(
                row,
                closed.map(known -> known.revision() + 1).orElse(1L),
                WorkerState.BACKING_OFF,
                Desired.RUNNING,
                Detail.of(row)
                        .withoutOrder()
                        .withRestart(RestartPlan.byPerson(now).fields()));
    }

    /** A row that is about to be claimed, with the kernel's out-of-memory counts: no transition, nothing is written yet. */
    public static WorkerRow counting(WorkerRow claimed, Map<String, @Nullable Object> counts) {
        RowDetail counting = Detail.of(claimed).withMemoryCounts(counts);
        return changed(claimed, claimed.revision(), claimed.state(), claimed.desired(), counting);
    }

    /** A row that is about to be claimed, with what the plan for restarts knows: no transition, nothing is written yet. */
    public static WorkerRow planning(WorkerRow claimed, Map<String, @Nullable Object> plan) {
        RowDetail planning = Detail.of(claimed).withRestart(plan);
        return changed(claimed, claimed.revision(), claimed.state(), claimed.desired(), planning);
    }

    public static WorkerRow running(WorkerRow row, ProcessIdentity identity) {
        return changed(row, WorkerState.RUNNING, row.desired(), Detail.of(row).withIdentity(identity));
    }

    public static WorkerRow seenHoldingLock(WorkerRow row) {
        return changed(row, row.state(), row.desired(), Detail.of(row).withHeldLock());
    }

    /**
     * A person's stop, or the application's: the ladder begins where a worker may exist, and the account stays stopped. The
     * application's takes the place of no person's.
     */
    public static WorkerRow stopAsked(WorkerRow row, Actor actor, Instant now, StopOrder order) {
        Detail detail = Detail.of(row);
        boolean stays = order.isByApplication()
                && row.desired() == Desired.STOPPED
                && !detail.isStoppedByApplication()
                && !detail.isForgotten();
        Detail ordered = stays ? detail : detail.withOrder(order);
        StopPurpose purpose = order.isByApplication() && !stays ? StopPurpose.APPLICATION : StopPurpose.PERSON;
        return row.state().isOpen()
                ? changed(row, WorkerState.STOPPING, Desired.STOPPED, ordered.withStop(actor, now, purpose))
                : changed(row, WorkerState.STOPPED, Desired.STOPPED, ordered);
    }

    /** An open row whose worker another node has to end: no host of this one is behind the intent. */
    public static WorkerRow leftToOwner(WorkerRow asked) {
        return new WorkerRow(
                asked.account(),
                asked.epoch(),
                asked.revision(),
                asked.workerId(),
                asked.node(),
                asked.state(),
                asked.desired(),
                asked.startedAt(),
                asked.userId(),
                asked.version(),
                Detail.of(asked).withoutActor());
    }

    /** In no list any more; account, epoch and worker id stay, so that no number is used twice. */
    public static WorkerRow forgotten(WorkerRow closed, StopOrder order, Instant now) {
        return new WorkerRow(
                closed.account(),
                closed.epoch(),
                closed.revision() + 1,
                closed.workerId(),
                closed.node(),
                WorkerState.STOPPED,
                closed.desired(),
                closed.startedAt(),
                Optional.empty(),
                Optional.empty(),
                Detail.forgotten(order, now));
    }

    /** A stop of this worker alone: the account stays wanted. */
    public static WorkerRow stopping(WorkerRow row, Actor actor, Instant now, StopPurpose cause) {
        return changed(row, WorkerState.STOPPING, row.desired(), Detail.of(row).withStop(actor, now, cause));
    }

    /** The library ends this worker for a fault of its own: the account stays wanted. */
    public static WorkerRow ending(WorkerRow row, Actor actor, Instant now, Fault fault) {
        return changed(row, WorkerState.STOPPING, row.desired(), Detail.of(row).withFault(actor, now, fault));
    }

    /** A row that is about to be claimed, with the file of its sign as it is now: no transition, nothing is written yet. */
    public static WorkerRow marking(WorkerRow claimed, String mark) {
        Detail detail = Detail.of(claimed);
        RowDetail marking = detail.withLimits(detail.limits(claimed.epoch()).marked(mark), claimed.epoch());
        return changed(claimed, claimed.revision(), claimed.state(), claimed.desired(), marking);
    }

    /** The worker has shown that it is ready. */
    public static WorkerRow ready(WorkerRow row) {
        Detail detail = Detail.of(row);
        return changed(
                row,
                row.state(),
                row.desired(),
                detail.withLimits(detail.limits(row.epoch()).ready(), row.epoch()));
    }

    /** Written before the first signal to the worker itself: without it, no ladder has ended it. */
    public static WorkerRow terming(WorkerRow row, Instant now) {
        return changed(row, row.state(), row.desired(), Detail.of(row).withTerm(now));
    }

    /** The worker was gone before the signal. */
    public static WorkerRow notTermed(WorkerRow row) {
        return changed(row, row.state(), row.desired(), Detail.of(row).withoutTerm());
    }

    public static WorkerRow closed(WorkerRow row, WorkerState end) {
        return changed(row, end, row.desired(), row.detail());
    }

    /** As {@link #closed}, with a plan for the next start. */
    public static WorkerRow planned(WorkerRow row, WorkerState end, Map<String, @Nullable Object> plan) {
        return changed(row, end, row.desired(), Detail.of(row).withRestart(plan));
    }

    /** A row that is about to be closed, with the end of its worker: no transition of its own. */
    public static WorkerRow stopped(WorkerRow closed, StopReport report) {
        RowDetail stopped = Detail.of(closed).withLastStop(report);
        return changed(closed, closed.revision(), closed.state(), closed.desired(), stopped);
    }

    private static WorkerRow changed(WorkerRow row, WorkerState newState, Desired newDesired, RowDetail newDetail) {
        return changed(row, row.revision() + 1, newState, newDesired, newDetail);
    }

    private static WorkerRow changed(
            WorkerRow row, long revision, WorkerState newState, Desired newDesired, RowDetail newDetail) {
        return new WorkerRow(
                row.account(),
                row.epoch(),
                revision,
                row.workerId(),
                row.node(),
                newState,
                newDesired,
                row.startedAt(),
                row.userId(),
                row.version(),
                newDetail);
    }
}
