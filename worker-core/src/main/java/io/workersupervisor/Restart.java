package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The time at which a worker is started again after an end, if it is. Immutable.
 *
 * @param first the wait before the first restart; empty for never
 * @param most the longest wait: each restart that does not live for {@link #CALM} doubles the wait, up to this
 * @param grace true if a worker that lived for {@link #CALM} is started again at once
 * @param budget the number of ends within {@code window} after which the wait is an hour; empty for no limit
 * @param window the time in which the ends are counted
 * @param givesUp true if a person is waited for where the budget is used up
 */
public record Restart(
        Optional<Duration> first, Duration most, boolean grace, OptionalInt budget, Duration window, boolean givesUp) {
    /** The life of a worker after which its end is no part of a series. */
    public static final Duration CALM = Duration.ofMinutes(10);

    /** The wait where a budget is used up and nobody is waited for. */
    public static final Duration EXHAUSTED = Duration.ofHours(1);

    private static final Duration LONGEST = Duration.ofDays(30);

    public Restart {
        Require.noneNull("first most budget window", first, most, budget, window);
        first.ifPresent(wait -> Require.between("first", wait, Duration.ZERO, LONGEST));
        Require.between("most", most, first.orElse(Duration.ZERO), LONGEST);
        budget.ifPresent(ends -> Require.between("budget", ends, 1, 1_000));
        Require.between("window", window, Duration.ofSeconds(1), LONGEST);
    }

    /** Leaves the account to a person. */
    public static Restart never() {
        return new Restart(Optional.empty(), Duration.ZERO, false, OptionalInt.empty(), CALM, false);
    }

    /** Starts again after the same wait each time, 0 to 30 days. */
    public static Restart after(Duration wait) {
        return new Restart(Optional.of(Require.nonNull("wait", wait)), wait, false, OptionalInt.empty(), CALM, false);
    }

    /**
     * Starts again after a wait that doubles each time, with jitter: a wait is between half and all of it. A worker that lived
     * for {@link #CALM} begins the series anew.
     *
     * @param first the first wait, 0 to 30 days; where it is zero, the next ones begin with a second
     * @param most the longest wait, not below the first
     */
    public static Restart backoff(Duration first, Duration most) {
        Require.noneNull("first most", first, most);
        return new Restart(Optional.of(first), most, false, OptionalInt.empty(), CALM, false);
    }

    /** Waits for a person after this many ends, 1 to 1,000, within {@link #within} (by default {@link #CALM}). */
    public Restart giveUpAfter(int ends) {
        return new Restart(first, most, grace, OptionalInt.of(ends), window, true);
    }

    /** Sets the time in which ends are counted, 1 second to 30 days. */
    public Restart within(Duration time) {
        return new Restart(first, most, grace, budget, Require.nonNull("time", time), givesUp);
    }

    /** Tells whether a person is waited for at once. */
    public boolean isNever() {
        return first.isEmpty();
    }
}
