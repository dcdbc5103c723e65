package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.util.Map;

/** The registry failed for some of many stops; the others are done. */
public final class StopsFailedException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    private final transient Map<AccountId, StopResult> results;
    private final transient Map<AccountId, RuntimeException> failures;

    /** Collects the answers and the exceptions, of which there is at least one. */
    public StopsFailedException(Map<AccountId, StopResult> results, Map<AccountId, RuntimeException> failures) {
        super(
                message(Require.nonNull("results", results), Require.nonNull("failures", failures)),
                failures.values().iterator().next());
        this.results = Map.copyOf(results);
        this.failures = Map.copyOf(failures);
    }

    private static String message(Map<AccountId, StopResult> results, Map<AccountId, RuntimeException> failures) {
        Map.Entry<AccountId, RuntimeException> first =
                failures.entrySet().iterator().next();
        return failures.size() + " of " + (results.size() + failures.size()) + " stops failed, the first for account "
                + first.getKey() + ": " + first.getValue().getMessage();
    }

    /** The results of the stops that were answered, by account. */
    public Map<AccountId, StopResult> results() {
        return results;
    }

    /** The exceptions of the other stops, by account. */
    public Map<AccountId, RuntimeException> failures() {
        return failures;
    }
}
