package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The workers that this host started or adopted, by account. Thread-safe. */
public final class SupervisedWorkers {
    private final Map<AccountId, String> workers = new ConcurrentHashMap<>();

    public Map<AccountId, String> all() {
        return Map.copyOf(workers);
    }

    /** True if it was not known so far. */
    boolean add(AccountId account, String workerId) {
        return !workerId.equals(workers.put(account, workerId));
    }

    public boolean remove(AccountId account, String workerId) {
        return workers.remove(account, workerId);
    }

    public boolean has(AccountId account, String workerId) {
        return workerId.equals(workers.get(account));
    }

    public Optional<AccountId> accountOf(String workerId) {
        return workers.entrySet().stream()
                .filter(entry -> entry.getValue().equals(workerId))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
