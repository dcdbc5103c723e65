package io.workersupervisor;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The workers that this host started or took up, by account. Thread-safe. */
final class Supervised {
    private final Map<AccountId, String> workers = new ConcurrentHashMap<>();

    Map<AccountId, String> all() {
        return Map.copyOf(workers);
    }

    /** Whether it was not known so far. */
    boolean add(AccountId account, String workerId) {
        return !workerId.equals(workers.put(account, workerId));
    }

    boolean remove(AccountId account, String workerId) {
        return workers.remove(account, workerId);
    }

    boolean has(AccountId account, String workerId) {
        return workerId.equals(workers.get(account));
    }

    Optional<AccountId> accountOf(String workerId) {
        return workers.entrySet().stream()
                .filter(entry -> entry.getValue().equals(workerId))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
