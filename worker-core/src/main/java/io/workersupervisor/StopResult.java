package io.workersupervisor;

import java.util.List;
import java.util.Optional;

/** What came of a stop. A registry that is down or corrupt is an exception instead. */
public sealed interface StopResult {
    /** The account. */
    AccountId account();

    /** Whether no worker of the account runs now: true but for {@link Refused}. */
    default boolean isStopped() {
        return !(this instanceof Refused);
    }

    /** The result in one sentence. */
    String describe();

    /**
     * The worker has ended and its report is filed.
     *
     * @param account the account
     * @param workerId the worker that was ended
     * @param steps what the stop did, in order; empty if it found the worker dead
     * @param report its stop report, empty where the registry never knew the worker
     */
    record Stopped(AccountId account, String workerId, List<String> steps, Optional<StopReport> report)
            implements StopResult {
        public Stopped {
            steps = List.copyOf(steps);
        }

        @Override
        public String describe() {
            return "account " + account + " stopped: worker " + workerId
                    + (steps.isEmpty() ? ", had ended before" : ", " + String.join(", ", steps));
        }
    }

    /**
     * No worker ran; the account is stopped from now on.
     *
     * @param account the account
     * @param known whether it was ever started or stopped before: one that was not may be a slip of the pen
     */
    record AlreadyStopped(AccountId account, boolean known) implements StopResult {
        @Override
        public String describe() {
            return known
                    ? "account " + account + " is stopped, no worker ran"
                    : "account " + account + " was not known here; it is stopped from now on";
        }
    }

    /**
     * The account is marked as stopped, but something of it may still run.
     *
     * @param account the account
     * @param reason what stands against it
     * @param evidence what was found, in words
     */
    record Refused(AccountId account, RefusalReason reason, String evidence) implements StopResult {
        @Override
        public String describe() {
            return "account " + account + " is marked as stopped but not all of it has ended (" + reason + "): "
                    + evidence + "; " + reason.advice();
        }
    }
}
