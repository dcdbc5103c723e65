package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.util.Map;

/** The registry failed for some of many starts; the others are done. */
public final class StartsFailedException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    private final transient Map<AccountId, StartResult> results;
    private final transient Map<AccountId, RuntimeException> failures;

    /** Collects the answers and the exceptions, of which there is at least one. */
    public StartsFailedException(Map<AccountId, StartResult> results, Map<AccountId, RuntimeException> failures) {
        super(
                message(Require.nonNull("results", results), Require.nonNull("failures", failures)),
                failures.values().iterator().next());
        this.results = Map.copyOf(results);
        this.failures = Map.copyOf(failures);
    }

    private static String message(Map<AccountId, StartResult> results, Map<AccountId, RuntimeException> failures) {
        Map.Entry<AccountId, RuntimeException> first =
                failures.entrySet().iterator().next();
        return failures.size() + " of " + (results.size() + failures.size()) + " starts failed, the first for account "
                + first.getKey() + ": " + first.getValue().getMessage();
    }

    /** The results of the starts that were answered, by account. */
    public Map<AccountId, StartResult> results() {
        return results;
    }

    /** The exceptions of the other starts, by account. */
    public Map<AccountId, RuntimeException> failures() {
        return failures;
    }
}
