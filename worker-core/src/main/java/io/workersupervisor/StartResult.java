package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.Optional;

/** The outcome of a start. A registry that is down or corrupt is an exception instead. */
public sealed interface StartResult {
    /** The account. */
    AccountId account();

    /** Tells whether a worker of the account runs now: {@link Started} and {@link AlreadyRunning}. */
    default boolean isRunning() {
        return this instanceof Started || this instanceof AlreadyRunning;
    }

    /**
     * The new worker.
     *
     * @throws NotStartedException if none was started; it carries this result
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
     * A new worker runs, has outlived its start grace, and is ready where its spec names a {@link Readiness sign}.
     *
     * @param workerId the new worker
     * @param pid its process
     * @param epoch its fencing number
     * @param startedAt the time of its claim
     */
    record Started(AccountId account, String workerId, long pid, long epoch, Instant startedAt) implements StartResult {
        public Started {
            Require.noneNull("account workerId startedAt", account, workerId, startedAt);
        }

        @Override
        public String describe() {
            return "account " + account + " started: worker " + workerId + ", pid " + pid + ", epoch " + epoch;
        }
    }

    /**
     * A worker runs already.
     *
     * @param workerId the worker
     * @param pid its process, 0 where it is in another namespace
     * @param startedAt the time of its claim
     * @param evidence the facts that prove it
     */
    record AlreadyRunning(AccountId account, String workerId, long pid, Instant startedAt, String evidence)
            implements StartResult {
        public AlreadyRunning {
            Require.noneNull("account workerId startedAt evidence", account, workerId, startedAt, evidence);
        }

        @Override
        public String describe() {
            return "account " + account + " is already running: worker " + workerId + " since " + startedAt + ", "
                    + evidence;
        }
    }

    /**
     * Nothing was started, by a rule or because of a doubt.
     *
     * @param evidence the findings in words
     * @param retryAt the time from which on the library starts it by itself, where it waits for that
     */
    record Refused(AccountId account, RefusalReason reason, String evidence, Optional<Instant> retryAt)
            implements StartResult {
        public Refused {
            Require.noneNull("account reason evidence retryAt", account, reason, evidence, retryAt);
        }

        /** A refusal that the library does not come back to by itself. */
        public Refused(AccountId account, RefusalReason reason, String evidence) {
            this(account, reason, evidence, Optional.empty());
        }

        @Override
        public String describe() {
            return "account " + account + " was not started (" + reason + "): " + evidence + "; " + reason.advice();
        }
    }

    /**
     * The start was tried and failed.
     *
     * @param step the step of the launch that failed, or {@code start grace} if the worker ended within it,
     *     {@code readiness} if it ended, or was ended, before it was ready
     * @param error the system's reason, or the way the worker ended
     * @param report the stop report; empty if no worker id was used up
     */
    record Failed(AccountId account, String step, String error, Optional<StopReport> report) implements StartResult {
        public Failed {
            Require.noneNull("account step error report", account, step, error, report);
        }

        @Override
        public String describe() {
            return "account " + account + " failed to start at " + step + ": " + error;
        }
    }
}
