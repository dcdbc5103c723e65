package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Duration;

/**
 * A change of the workers that run to another version, some at a time, such as
 * {@code Rollout.to("1.3").batch(50).pauseBetween(Duration.ofMinutes(10)).haltAfter(2)}. Immutable.
 *
 * @param version the version that the specs are to give, 1 to 256 characters
 * @param batch the workers that are replaced together, 1 to 10,000
 * @param pauseBetween the time between the end of a batch and the next one, 0 to 30 days
 * @param haltAfter the number of accounts, 1 to 10,000, that halt it: nothing more is replaced then. An account counts where its
 *     worker of the new version ended for a reason that none of its workers of other versions had, and where it did not come
 *     back in time or came back with another version.
 */
public record Rollout(String version, int batch, Duration pauseBetween, int haltAfter) {
    /** The size of a batch unless it is set: 10. */
    public static final int DEFAULT_BATCH = 10;

    /** The time between two batches unless it is set: one minute. */
    public static final Duration DEFAULT_PAUSE = Duration.ofMinutes(1);

    /** The number of accounts that halt it unless it is set: 2. */
    public static final int DEFAULT_HALT_AFTER = 2;

    private static final int MOST = 10_000;

    public Rollout {
        Require.notBlank("version", version, 256);
        Require.between("batch", batch, 1, MOST);
        Require.between(
                "pauseBetween", Require.nonNull("pauseBetween", pauseBetween), Duration.ZERO, Duration.ofDays(30));
        Require.between("haltAfter", haltAfter, 1, MOST);
    }

    /** To this version, by the defaults. */
    public static Rollout to(String version) {
        return new Rollout(version, DEFAULT_BATCH, DEFAULT_PAUSE, DEFAULT_HALT_AFTER);
    }

    /** Sets the number of workers that are replaced together. */
    public Rollout batch(int workers) {
        return new Rollout(version, workers, pauseBetween, haltAfter);
    }

    /** Sets the time between two batches. */
    public Rollout pauseBetween(Duration pause) {
        return new Rollout(version, batch, Require.nonNull("pause", pause), haltAfter);
    }

    /** Sets the number of accounts that halt it. */
    public Rollout haltAfter(int accounts) {
        return new Rollout(version, batch, pauseBetween, accounts);
    }
}
