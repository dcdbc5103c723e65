package io.workersupervisor.internal.keeping;

import io.workersupervisor.Restart;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.internal.registry.RestartPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Decides when a wanted account is started again after an end. Pure.
 *
 * <ol>
 *   <li>The library itself ended the worker to start it again, or its machine or lease was lost: due now, and nothing counts.
 *   <li>The policy waits for a person: no time.
 *   <li>The service named a wait: due after it and {@link #SKEW}; over {@link #LONGEST_FLOOD} a person is waited for.
 *   <li>A worker that lived for {@link Restart#CALM} begins a new series, and is due now where the policy says so.
 *   <li>The budget of ends within the window is used up: once an hour, or a person is waited for.
 *   <li>Else the wait doubles with each restart of the series, and lies between its half and its whole.
 * </ol>
 */
public final class Keeping {
    /** Added to a wait that a service named, for clocks that differ. */
    static final Duration SKEW = Duration.ofSeconds(2);

    /** A longer wait is a ban in all but name. */
    static final Duration LONGEST_FLOOD = Duration.ofDays(30);

    private static final Duration LEAST_DOUBLED = Duration.ofSeconds(1);

    private Keeping() {}

    /**
     * The plan after an end.
     *
     * @param before the plan that the row had
     * @param now the time of the decision: an end that was noticed late waits from its own time on; ends later than now, from
     *     a clock that was wrong, do not count
     * @param jitter gives numbers from 0 to 1
     */
    public static RestartPlan next(
            RestartPolicy policy, StopReport report, Optional<RestartPlan> before, Instant now, DoubleSupplier jitter) {
        String why = report.reason().name();
        Restart restart = policy.of(report);
        Instant end = report.endedAt().isAfter(now) ? now : report.endedAt();
        List<Instant> ends = counted(before, restart.window(), end);
        if (isNobodysFault(report.reason()) && !restart.isNever()) {
            return plan(restart.first().orElseThrow(), why, 0, ends, end);
        } else if (restart.isNever()) {
            return person(why, ends);
        } else if (report.reason() == StopReason.FLOOD_WAIT
                && report.retryAfter().isPresent()) {
            Duration wait = report.retryAfter().get().plus(SKEW);
            return wait.compareTo(LONGEST_FLOOD) > 0 ? person(why, ends) : plan(wait, why, 0, ends, end);
        }
        boolean calm = report.uptime().compareTo(Restart.CALM) >= 0;
        int tries = calm ? 0 : before.map(RestartPlan::tries).orElse(0);
        ends.add(end);
        if (restart.budget().isPresent() && ends.size() >= restart.budget().getAsInt()) {
            return restart.givesUp()
                    ? person(RestartPlan.GAVE_UP + why, ends)
                    : plan(Restart.EXHAUSTED, why, tries, ends, end);
        } else if (calm && restart.grace()) {
            return plan(Duration.ZERO, why, 0, ends, end);
        }
        return plan(wait(restart, tries, jitter), why, tries + 1, ends, end);
    }

    /** Tells whether an end says nothing about the worker. */
    static boolean isNobodysFault(StopReason reason) {
        return reason == StopReason.STOPPED_ON_REQUEST
                || reason == StopReason.MACHINE_LOST
                || reason == StopReason.LEASE_LOST;
    }

    private static List<Instant> counted(Optional<RestartPlan> before, Duration window, Instant now) {
        Instant oldest = now.minus(window);
        return new ArrayList<>(before.map(RestartPlan::ends).orElse(List.of()).stream()
                .filter(end -> end.isAfter(oldest) && !end.isAfter(now))
                .toList());
    }

    private static Duration wait(Restart restart, int tries, DoubleSupplier jitter) {
        Duration first = restart.first().orElseThrow();
        if (first.compareTo(restart.most()) == 0 || (first.isZero() && tries == 0)) {
            return first;
        }
        long base = (first.isZero() ? LEAST_DOUBLED : first).toMillis();
        int doublings = Math.min(first.isZero() ? tries - 1 : tries, 40);
        long whole = Math.min(
                base > Long.MAX_VALUE >> (doublings + 1) ? Long.MAX_VALUE : base << doublings,
                restart.most().toMillis());
        return Duration.ofMillis(whole / 2 + (long) (whole / 2.0 * jitter.getAsDouble()));
    }

    private static RestartPlan plan(Duration wait, String why, int tries, List<Instant> ends, Instant now) {
        return new RestartPlan(Optional.of(now.plus(wait)), wait, why, tries, ends);
    }

    private static RestartPlan person(String why, List<Instant> ends) {
        return new RestartPlan(Optional.empty(), Duration.ZERO, why, 0, ends);
    }
}
