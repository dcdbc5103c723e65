package io.workersupervisor.internal.events;

import io.workersupervisor.AccountId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Contains callbacks and background work: runs them, logs what they throw with the account in slf4j's MDC, and goes on.
 */
public final class Guard {
    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerSupervisor");

    /** The keys of slf4j's MDC, in log lines of the library and while a listener is called. */
    static final String ACCOUNT = "worker.account";

    static final String WORKER = "worker.id";
    static final String EVENT = "worker.event";

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

    /** Puts the account into the MDC for the length of a piece of work. */
    static void named(Optional<AccountId> account, Runnable work) {
        named(Map.of(ACCOUNT, name(account)), work);
    }

    /** Puts values into the MDC for the length of a piece of work, and restores the application's. */
    static void named(Map<String, String> values, Runnable work) {
        Map<String, Optional<String>> before = new HashMap<>();
        values.forEach((key, value) -> {
            before.put(key, Optional.ofNullable(MDC.get(key)));
            MDC.put(key, value);
        });
        try {
            work.run();
        } finally {
            before.forEach((key, value) -> value.ifPresentOrElse(was -> MDC.put(key, was), () -> MDC.remove(key)));
        }
    }

    static String name(Optional<AccountId> account) {
        return account.map(AccountId::toString).orElse("-");
    }
}
