package io.workersupervisor.internal.events;

import io.workersupervisor.AccountId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Contains callbacks and background work: runs them, logs what they throw with the account in slf4j's MDC, and goes on.
 */
public final class Guard {
    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerSupervisor");

    private static final String KEY = "account";

    private Guard() {}

    /** Work that may fail in any way. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    /** Runs the work; returns its failure, which is logged already. */
    public static Optional<Throwable> run(String what, Optional<AccountId> account, Work work) {
        try {
            work.run();
            return Optional.empty();
        } catch (Throwable thrown) {
            named(account, () -> LOG.error("{} {} failed", name(account), what, thrown));
            return Optional.of(thrown);
        }
    }

    /** Puts the account into the MDC for the length of a piece of work, and restores the application's value. */
    static void named(Optional<AccountId> account, Runnable work) {
        @Nullable String before = MDC.get(KEY);
        MDC.put(KEY, name(account));
        try {
            work.run();
        } finally {
            if (before == null) {
                MDC.remove(KEY);
            } else {
                MDC.put(KEY, before);
            }
        }
    }

    static String name(Optional<AccountId> account) {
        return account.map(AccountId::toString).orElse("-");
    }
}
