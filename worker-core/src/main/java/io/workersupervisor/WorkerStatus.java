package io.workersupervisor;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How an account stands now: its row, and what the probe says of it.
 *
 * @param account the account
 * @param state the row's state; RUNNING for a worker that the registry does not know
 * @param desired what people want
 * @param liveness what the probe found, empty where no worker can exist
 * @param registered whether the registry knows the worker
 * @param workerId the present or last worker, empty if there was none
 * @param epoch its fencing number
 * @param pid its process, where it is known and the row is open
 * @param startedAt when it was claimed
 * @param node the owner of the row
 * @param userId the owner of the account, if given
 * @param version the version of what runs, if given
 * @param log the worker's log file, which may be gone
 * @param ailment what keeps a living worker from its work, if anything was seen
 */
public record WorkerStatus(
        AccountId account,
        WorkerState state,
        Desired desired,
        Optional<Liveness> liveness,
        boolean registered,
        String workerId,
        long epoch,
        OptionalLong pid,
        Instant startedAt,
        String node,
        Optional<String> userId,
        Optional<String> version,
        Optional<Path> log,
        Optional<Ailment> ailment) {
    /** Whether the worker was found alive: true if the probe says ALIVE. */
    public boolean isAlive() {
        return liveness.filter(found -> found.verdict() == Liveness.Verdict.ALIVE)
                .isPresent();
    }
}
