package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.internal.machine.DescriptorReserve;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One call at a time for an account within this host. While it is held, an unfinished row of this host is left over from a
 * call that has given up. A call may use the reserve of descriptors. Reentrant.
 */
public final class AccountMutex {
    private final Map<AccountId, ReentrantLock> locks = new ConcurrentHashMap<>();

    /** Runs the call; empty if the account stays in use for the whole time, or the wait is interrupted. */
    public <T> Optional<T> call(AccountId account, Duration patience, Supplier<T> call) {
        ReentrantLock lock = locks.computeIfAbsent(account, key -> new ReentrantLock());
        try {
            if (!lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.empty();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        try {
            return Optional.of(DescriptorReserve.OF_PROCESS.lend(call));
        } finally {
            lock.unlock();
        }
    }
}
