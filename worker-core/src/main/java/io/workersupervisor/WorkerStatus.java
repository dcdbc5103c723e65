package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The present state of an account: its row, and the answer of the probe.
 *
 * @param account the account
 * @param state the row's state, but STARTING until the worker is ready where its spec names a sign; RUNNING for a worker that
 *     the registry does not know
 * @param desired the wish of people
 * @param liveness the answer of the probe, empty where no worker can exist
 * @param registered true if the registry knows the worker
 * @param workerId the present or last worker, empty if there was none
 * @param epoch its fencing number
 * @param pid its process, if it is known and the row is open
 * @param startedAt the time of its claim
 * @param node the owner of the row
 * @param userId the owner of the account, if given
 * @param version the version of what runs, if given
 * @param log the worker's log file, which may be gone
 * @param nextStart the time of the next start, where one is planned and no worker can exist
 * @param plan the reason for which no worker runs although one is wanted, in words, where the library knows it
 * @param needsPerson true if a start by a person is waited for
 * @param order who stopped the account and why, in words, where somebody did
 * @param pause who paused it and why, in words, while it is left alone
 * @param ailment the trouble that keeps a living worker from its work, if any was seen
 * @param lastStop the last end of a worker of the account, the one before where one runs; empty if none is known
 * @param figures the figures of the living worker; empty where it cannot be read, on another machine say, and in events
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
        Optional<Instant> nextStart,
        Optional<String> plan,
        boolean needsPerson,
        Optional<String> order,
        Optional<String> pause,
        Optional<Ailment> ailment,
        Optional<LastStop> lastStop,
        Optional<Figures> figures) {
    /** The reason and the time of an end. */
    public record LastStop(StopReason reason, Instant at) {
        public LastStop {
            Require.noneNull("reason at", reason, at);
        }
    }

    /**
     * The figures of a living worker, at most a second old: of the worker itself and of all living processes of its session
     * or begun by these.
     *
     * @param uptime the time since the worker's birth, by the clock of the machine and not of the wall
     * @param cpuTime CPU time since then, of children that have ended, too, once they were waited for
     * @param memoryBytes resident memory; what processes share counts for each of them
     * @param processes the number of processes, at least 1
     */
    public record Figures(Duration uptime, Duration cpuTime, long memoryBytes, int processes) {
        public Figures {
            Require.noneNull("uptime cpuTime", uptime, cpuTime);
        }
    }

    public WorkerStatus {
        Require.noneNull("account state desired liveness workerId", account, state, desired, liveness, workerId);
        Require.noneNull("pid startedAt node userId version log", pid, startedAt, node, userId, version, log);
        Require.noneNull("nextStart plan order pause ailment", nextStart, plan, order, pause, ailment);
        Require.noneNull("lastStop figures", lastStop, figures);
    }

    /**
     * Tells whether a worker is wanted and none is known to live, because its last one failed or its next start is waited for.
     * A job that has completed is not down.
     */
    public boolean isDown() {
        return registered
                && desired == Desired.RUNNING
                && (state.isOpen()
                        ? liveness.filter(found -> found.verdict() == Liveness.Verdict.DEAD)
                                .isPresent()
                        : state != WorkerState.STOPPED || needsPerson);
    }

    /** Tells whether the probe found the worker alive. */
    public boolean isAlive() {
        return liveness.filter(found -> found.verdict() == Liveness.Verdict.ALIVE)
                .isPresent();
    }
}
