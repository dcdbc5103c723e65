package io.workersupervisor;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Contains callbacks and background work: runs them, logs what they throw with the account, and goes on. */
final class Guard {
    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerSupervisor");

    private Guard() {}

    /** Runs the work; returns what it threw, which is logged already. */
    static Optional<Throwable> run(String what, Optional<AccountId> account, Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (Throwable thrown) {
            AccountMdc.run(account, () -> LOG.error("{} {} failed", AccountMdc.name(account), what, thrown));
            return Optional.of(thrown);
        }
    }
}
