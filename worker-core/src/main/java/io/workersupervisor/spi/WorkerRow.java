package io.workersupervisor.spi;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A row of the registry: an account that was ever started, and its present or last worker.
 *
 * <p>A row is the value that {@link WorkerRegistry} compares and sets; every change makes a new row with the next
 * revision. Immutable.
 *
 * <pre>
 * account_id | epoch | version (the revision) | worker_id | node | state | desired | pid | started_at | user_id | spec_version | detail
 * </pre>
 *
 * @param account the key
 * @param epoch the fencing number, 0 where nothing was ever started; never goes back
 * @param revision grows by one at every change, from 1
 * @param workerId the present or last worker, empty where nothing was ever started
 * @param node the owner
 * @param state the state of the worker
 * @param desired the wish of people
 * @param startedAt the time of the worker's claim, in milliseconds
 * @param userId the owner of the account, if given
 * @param version the application's version of what runs, if given
 * @param detail the facts beside the columns
 */
public record WorkerRow(
        AccountId account,
        long epoch,
        long revision,
        String workerId,
        String node,
        WorkerState state,
        Desired desired,
        Instant startedAt,
        Optional<String> userId,
        Optional<String> version,
        RowDetail detail) {
    public WorkerRow {
        Require.noneNull("account workerId node state desired", account, workerId, node, state, desired);
        Require.noneNull("startedAt userId version detail", startedAt, userId, version, detail);
        if (epoch < 0 || revision < 1) {
            throw new IllegalArgumentException("epoch must be at least 0 and revision at least 1 for account " + account
                    + ", were " + epoch + " and " + revision);
        }
        if (desired == Desired.IDLE) {
            throw new IllegalArgumentException(
                    "desired must be RUNNING or STOPPED, the detail says that it is IDLE, was " + desired + ", account "
                            + account);
        }
        if (state.isOpen() && workerId.isEmpty()) {
            throw new IllegalArgumentException("workerId must be given in state " + state + ", account " + account);
        }
        startedAt = Instant.ofEpochMilli(startedAt.toEpochMilli());
    }

    /** Tells whether this worker shall end: a stop has begun, or the account is to be stopped. */
    public boolean isToEnd() {
        return state == WorkerState.STOPPING || desired == Desired.STOPPED;
    }

    /** The process number of an open row's worker, once it is known: a column for people who read the table. */
    public OptionalLong pid() {
        return state.isOpen() ? detail.pid() : OptionalLong.empty();
    }
}
