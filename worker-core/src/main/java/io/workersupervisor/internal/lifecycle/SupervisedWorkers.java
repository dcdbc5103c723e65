package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The workers that this host started or took up, by account. Thread-safe. */
public final class SupervisedWorkers {
    private final Map<AccountId, String> workers = new ConcurrentHashMap<>();
    private final AtomicLong changes = new AtomicLong();

    /** Another number whenever a worker has come or gone. */
    public long changes() {
        return changes.get();
    }

    public Map<AccountId, String> all() {
        return Map.copyOf(workers);
    }

    /** Whether it was not known so far. */
    boolean add(AccountId account, String workerId) {
        boolean isNew = !workerId.equals(workers.put(account, workerId));
        return isNew && changes.incrementAndGet() > 0;
    }

    public boolean remove(AccountId account, String workerId) {
        return workers.remove(account, workerId) && changes.incrementAndGet() > 0;
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
