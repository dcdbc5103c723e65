package io.workersupervisor;

import java.time.Instant;
import java.util.Optional;

/** What came of a start. A registry that is down or corrupt is an exception instead. */
public sealed interface StartResult {
    /** The account. */
    AccountId account();

    /** Whether a worker of the account runs now: true for {@link Started} and {@link AlreadyRunning}. */
    default boolean isRunning() {
        return this instanceof Started || this instanceof AlreadyRunning;
    }

    /**
     * The new worker.
     *
     * @return this, if a worker was started
     * @throws NotStartedException if none was, with this result
     */
    default Started orElseThrow() {
        if (this instanceof Started started) {
            return started;
        }
        throw new NotStartedException(this);
    }

    /** The result in one sentence. */
    String describe();

    /**
     * A new worker runs and has outlived its start grace.
     *
     * @param account the account
     * @param workerId the new worker
     * @param pid its process
     * @param epoch its fencing number
     * @param startedAt when it was claimed
     */
    record Started(AccountId account, String workerId, long pid, long epoch, Instant startedAt) implements StartResult {
        @Override
        public String describe() {
            return "account " + account + " started: worker " + workerId + ", pid " + pid + ", epoch " + epoch;
        }
    }

    /**
     * A worker runs already.
     *
     * @param account the account
     * @param workerId the worker
     * @param pid its process, 0 where it is in another namespace
     * @param startedAt when it was claimed
     * @param evidence what proves it
     */
    record AlreadyRunning(AccountId account, String workerId, long pid, Instant startedAt, String evidence)
            implements StartResult {
        @Override
        public String describe() {
            return "account " + account + " is already running: worker " + workerId + " since " + startedAt + ", "
                    + evidence;
        }
    }

    /**
     * Nothing was started, by a rule or because something could not be determined.
     *
     * @param account the account
     * @param reason the rule or the doubt
     * @param evidence what was found, in words
     */
    record Refused(AccountId account, RefusalReason reason, String evidence) implements StartResult {
        @Override
        public String describe() {
            return "account " + account + " was not started (" + reason + "): " + evidence + "; " + reason.advice();
        }
    }

    /**
     * The start was tried and failed.
     *
     * @param account the account
     * @param step what failed: the step of the launch, or {@code start grace} if the worker ended within it
     * @param error the system's reason, or how the worker ended
     * @param report the stop report, where a worker id was used up
     */
    record Failed(AccountId account, String step, String error, Optional<StopReport> report) implements StartResult {
        @Override
        public String describe() {
            return "account " + account + " failed to start at " + step + ": " + error;
        }
    }
}
