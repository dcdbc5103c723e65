package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.util.List;
import java.util.Optional;

/** The outcome of a stop. A registry that is down or corrupt is an exception instead. */
public sealed interface StopResult {
    /** The account. */
    AccountId account();

    /** Tells whether no worker of the account runs now: true but for {@link Refused}. */
    default boolean isStopped() {
        return !(this instanceof Refused);
    }

    /** The result in one sentence. */
    String describe();

    /**
     * The worker has ended and its report is filed.
     *
     * @param workerId the worker that ended
     * @param steps the steps of the stop, in order; empty if it found the worker dead
     * @param report its stop report, empty where the registry never knew the worker
     */
    record Stopped(AccountId account, String workerId, List<String> steps, Optional<StopReport> report)
            implements StopResult {
        public Stopped {
            Require.noneNull("account workerId steps report", account, workerId, steps, report);
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
     * @param known true if it was ever started or stopped before; false may mean a typing mistake
     */
    record AlreadyStopped(AccountId account, boolean known) implements StopResult {
        public AlreadyStopped {
            Require.nonNull("account", account);
        }

        @Override
        public String describe() {
            return known
                    ? "account " + account + " is stopped, no worker ran"
                    : "account " + account + " was not known here; it is stopped from now on";
        }
    }

    /** The account is marked as stopped, but something of it may still run; the evidence are the findings in words. */
    record Refused(AccountId account, RefusalReason reason, String evidence) implements StopResult {
        public Refused {
            Require.noneNull("account reason evidence", account, reason, evidence);
        }

        @Override
        public String describe() {
            return "account " + account + " is marked as stopped but not all of it has ended (" + reason + "): "
                    + evidence + "; " + reason.advice();
        }
    }
}
