package io.workersupervisor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A probe that answers what it was told: for the tests of an application. Thread-safe; never blocks. */
public final class InMemoryLivenessProbe implements LivenessProbe {
    private final Map<AccountId, Liveness> answers = new ConcurrentHashMap<>();

    /** A probe that answers UNKNOWN for every account. */
    public InMemoryLivenessProbe() {}

    /**
     * Sets the answer for an account.
     *
     * @param account the account
     * @param answer what to answer from now on
     */
    public void set(AccountId account, Liveness answer) {
        answers.put(account, answer);
    }

    @Override
    public Liveness probe(WorkerRow row) {
        if (!row.state().isOpen()) {
            return Liveness.dead("the row is closed, state " + row.state());
        }
        return answers.getOrDefault(row.account(), Liveness.unknown("no answer was set for account " + row.account()));
    }
}
