package io.workersupervisor.internal.events;

import io.workersupervisor.AccountId;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Contains callbacks and background work: runs them, logs what they throw with the account, and goes on. */
public final class Guard {
    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerSupervisor");

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
            AccountMdc.run(account, () -> LOG.error("{} {} failed", AccountMdc.name(account), what, thrown));
            return Optional.of(thrown);
        }
    }
}
