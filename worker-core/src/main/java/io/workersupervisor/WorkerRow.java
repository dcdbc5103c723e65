package io.workersupervisor;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One row of the registry: an account that was ever started, and its present or last worker.
 *
 * <p>A row is the value that {@link WorkerRegistry} compares and sets; every change makes a new row with the next
 * version. Each way of changing a row is one method here, and only {@code claimed} and {@code stopAsked} touch
 * {@link #desired()}. Immutable.
 *
 * <pre>
 * account_id | epoch | version | worker_id | node | state | desired | pid | started_at | user_id | spec_version | detail
 * </pre>
 *
 * @param account the key
 * @param epoch the fencing number, 0 where nothing was ever started; never goes back
 * @param version grows by one at every change, from 1
 * @param workerId the present or last worker, empty where nothing was ever started
 * @param node the owner
 * @param state where the worker stands
 * @param desired what people want
 * @param startedAt when the worker was claimed, in milliseconds
 * @param userId the owner of the account, if given
 * @param specVersion the version of the application's spec, if given
 * @param detail what is kept beside the columns
 */
public record WorkerRow(
        AccountId account,
        long epoch,
        long version,
        String workerId,
        String node,
        WorkerState state,
        Desired desired,
        Instant startedAt,
        Optional<String> userId,
        Optional<String> specVersion,
        RowDetail detail) {
    /**
     * Checks the bounds.
     *
     * @param account the key
     * @param epoch the fencing number, 0 where nothing was ever started; never goes back
     * @param version grows by one at every change, from 1
     * @param workerId the present or last worker, empty where nothing was ever started
     * @param node the owner
     * @param state where the worker stands
     * @param desired what people want
     * @param startedAt when the worker was claimed, in milliseconds
     * @param userId the owner of the account, if given
     * @param specVersion the version of the application's spec, if given
     * @param detail what is kept beside the columns
     */
    public WorkerRow {
        if (epoch < 0 || version < 1) {
            throw new IllegalArgumentException("epoch must be at least 0 and version at least 1 for account " + account
                    + ", were " + epoch + " and " + version);
        }
        if (state.isOpen() && workerId.isEmpty()) {
            throw new IllegalArgumentException("workerId must be given in state " + state + ", account " + account);
        }
        startedAt = Instant.ofEpochMilli(startedAt.toEpochMilli());
    }

    /** What a claim adds to the spec. */
    record Claim(long epoch, String workerId, String node, Instant at, Actor actor, long bornAfter, String logFile) {}

    /** The row of an account that is stopped before it was ever started. */
    static WorkerRow neverStarted(AccountId account, String node, Instant now) {
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
                RowDetail.NONE);
    }

    /** The intent to start: a new worker id under a higher epoch, desired RUN. */
    static WorkerRow claimed(Optional<WorkerRow> seen, WorkerSpec spec, Claim claim) {
        return new WorkerRow(
                spec.account(),
                claim.epoch(),
                seen.map(row -> row.version + 1).orElse(1L),
                claim.workerId(),
                claim.node(),
                WorkerState.STARTING,
                Desired.RUN,
                claim.at(),
                spec.userId(),
                spec.version(),
                seen.map(row -> row.detail.forNextWorker())
                        .orElse(RowDetail.NONE)
                        .withClaim(spec, claim));
    }

    /** A row that is about to be claimed, with the kernel's out-of-memory counts: no transition, nothing is written yet. */
    static WorkerRow counting(WorkerRow claimed, Map<String, @Nullable Object> counts) {
        return new WorkerRow(
                claimed.account,
                claimed.epoch,
                claimed.version,
                claimed.workerId,
                claimed.node,
                claimed.state,
                claimed.desired,
                claimed.startedAt,
                claimed.userId,
                claimed.specVersion,
                claimed.detail.withMemoryCounts(counts));
    }

    WorkerRow running(ProcessIdentity identity) {
        return changed(WorkerState.RUNNING, desired, detail.withIdentity(identity));
    }

    WorkerRow seenHoldingLock() {
        return changed(state, desired, detail.withHeldLock());
    }

    /** A person's stop: the ladder begins where a worker may exist, and the account stays stopped. */
    WorkerRow stopAsked(Actor actor, Instant now) {
        return state.isOpen()
                ? changed(WorkerState.STOPPING, Desired.STOPPED, detail.withStop(actor, now, StopCause.PERSON))
                : changed(WorkerState.STOPPED, Desired.STOPPED, detail);
    }

    /** A stop of this worker alone: the account stays wanted. */
    WorkerRow stopping(Actor actor, Instant now, StopCause cause) {
        return changed(WorkerState.STOPPING, desired, detail.withStop(actor, now, cause));
    }

    /** Written before the first signal to the worker itself: without it, no ladder has ended it. */
    WorkerRow terming(Instant now) {
        return changed(state, desired, detail.withTerm(now));
    }

    /** The worker was gone before the signal. */
    WorkerRow notTermed() {
        return changed(state, desired, detail.withoutTerm());
    }

    WorkerRow closed(WorkerState end) {
        return changed(end, desired, detail);
    }

    private WorkerRow changed(WorkerState newState, Desired newDesired, RowDetail newDetail) {
        return new WorkerRow(
                account,
                epoch,
                version + 1,
                workerId,
                node,
                newState,
                newDesired,
                startedAt,
                userId,
                specVersion,
                newDetail);
    }

    /**
     * The process of the worker, once it is known.
     *
     * @return its identity
     */
    public Optional<ProcessIdentity> identity() {
        return detail.identity();
    }

    /**
     * The process number of an open row's worker, once it is known: a column for those who read the table.
     *
     * @return the process number
     */
    public OptionalLong pid() {
        Optional<ProcessIdentity> identity = state.isOpen() ? detail.identity() : Optional.empty();
        return identity.map(known -> OptionalLong.of(known.pid())).orElse(OptionalLong.empty());
    }
}
