package io.workersupervisor;

import java.util.Map;

/** The registry failed for some of many starts; the others are done. */
public final class StartsFailedException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    private final transient Map<AccountId, StartResult> results;
    private final transient Map<AccountId, RuntimeException> failures;

    /**
     * Collects the outcome of many starts.
     *
     * @param results the starts that were answered
     * @param failures the exceptions of the others, at least one
     */
    public StartsFailedException(Map<AccountId, StartResult> results, Map<AccountId, RuntimeException> failures) {
        super(
                failures.size() + " of " + (results.size() + failures.size())
                        + " starts failed, the first for account "
                        + failures.keySet().iterator().next() + ": "
                        + failures.values().iterator().next().getMessage(),
                failures.values().iterator().next());
        this.results = Map.copyOf(results);
        this.failures = Map.copyOf(failures);
    }

    /** The starts that were answered; results by account. */
    public Map<AccountId, StartResult> results() {
        return results;
    }

    /** What the others threw; exceptions by account. */
    public Map<AccountId, RuntimeException> failures() {
        return failures;
    }
}
