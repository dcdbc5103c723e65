package io.workersupervisor.internal.registry;

import io.workersupervisor.StopReason;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The restart of an account as its row keeps it; it outlives worker, host and machine.
 *
 * <pre>
 * "restart": {"at":1764000000000,    when the next start is due; absent where a person is waited for
 *             "wait":5000,           the wait that was decided: a start is due no later than first sight + wait
 *             "why":"FLOOD_WAIT",    the reason of the last end
 *             "tries":3,             restarts of this series
 *             "ends":[ms, ...]}      ends within the window of the policy, the oldest first
 * </pre>
 *
 * @param at the time at which the next start is due; empty where a person is waited for
 * @param pause the wait behind it
 * @param why the reason of the last end, or the rule that waits for a person
 * @param tries the restarts of this series
 * @param ends the ends that count
 */
public record RestartPlan(Optional<Instant> at, Duration pause, String why, int tries, List<Instant> ends) {
    /** Before the reason in {@code why}: the ends of a series have used up its budget. */
    public static final String GAVE_UP = "GAVE_UP ";

    /** In place of a reason: a person wants the account to run, and no host knew yet what to run. */
    public static final String PERSON = "PERSON";

    private static final int MOST_ENDS = 1_000;

    public RestartPlan {
        ends = List.copyOf(ends.subList(Math.max(0, ends.size() - MOST_ENDS), ends.size()));
    }

    /** A start that a person wants now, which begins a new series. */
    static RestartPlan byPerson(Instant now) {
        return new RestartPlan(Optional.of(now), Duration.ZERO, PERSON, 0, List.of());
    }

    /** The plan of a row, as {@link #of(Map)}. */
    public static Optional<RestartPlan> of(WorkerRow row) {
        return of(Detail.of(row).restart());
    }

    /** The plan in the fields of a row's detail, if there is one that can be read: a damaged one counts as none. */
    public static Optional<RestartPlan> of(Map<String, @Nullable Object> plan) {
        if (!(plan.get("why") instanceof String why)) {
            return Optional.empty();
        }
        List<Instant> ends = new ArrayList<>();
        if (plan.get("ends") instanceof List<?> stored) {
            stored.forEach(end -> {
                if (end instanceof Long millis) {
                    ends.add(Instant.ofEpochMilli(millis));
                }
            });
        }
        return Optional.of(new RestartPlan(
                plan.get("at") instanceof Long millis ? Optional.of(Instant.ofEpochMilli(millis)) : Optional.empty(),
                Duration.ofMillis(plan.get("wait") instanceof Long wait ? Math.max(0, wait) : 0),
                why,
                plan.get("tries") instanceof Long tries ? (int) Math.min(tries, 1_000) : 0,
                ends));
    }

    /** The fields as they are stored. */
    public Map<String, @Nullable Object> fields() {
        Map<String, @Nullable Object> fields = Json.map(
                "wait",
                pause.toMillis(),
                "why",
                why,
                "tries",
                (long) tries,
                "ends",
                ends.stream().map(Instant::toEpochMilli).toList());
        at.ifPresent(due -> fields.put("at", due.toEpochMilli()));
        return fields;
    }

    /** Tells whether a person is waited for. */
    public boolean needsPerson() {
        return at.isEmpty();
    }

    /** Tells whether a new version of the program may help: no login, no account and no wait that a service named depends on it. */
    public boolean mayNewVersionHelp() {
        return isGivenUp() || (!needsPerson() && !why.equals(StopReason.FLOOD_WAIT.name()));
    }

    /** True if a clock that was ahead of this time made it: the start is later than was ever decided. */
    public boolean isFromLater(Instant now) {
        return at.isPresent() && at.get().isAfter(now.plus(pause));
    }

    /** This plan, as if it were made now. */
    public RestartPlan from(Instant now) {
        return new RestartPlan(Optional.of(now.plus(pause)), pause, why, tries, ends);
    }

    /** This plan, with the ends and tries of the one before: its end does not count. */
    public RestartPlan countingAs(Optional<RestartPlan> before) {
        return new RestartPlan(
                at,
                pause,
                why,
                before.map(RestartPlan::tries).orElse(0),
                before.map(RestartPlan::ends).orElse(List.of()));
    }

    /** Tells whether a person asked for this start. */
    public boolean isByPerson() {
        return why.equals(PERSON);
    }

    private boolean isGivenUp() {
        return why.startsWith(GAVE_UP);
    }

    /** The reason of the last end; empty where a person wants the start. */
    public Optional<StopReason> reason() {
        String name = isGivenUp() ? why.substring(GAVE_UP.length()) : why;
        return Arrays.stream(StopReason.values())
                .filter(known -> known.name().equals(name))
                .findFirst();
    }

    /** The plan in a few words, without times. */
    public String words() {
        String words = isByPerson()
                ? "started by a person"
                : reason().map(StopReason::words).orElse(why);
        return needsPerson()
                ? words + (isGivenUp() ? ", given up after " + ends.size() + " ends" : "") + ": needs a person"
                : words;
    }

    /** The time that is left until the start is due; a clock that was set back lengthens no wait. */
    public Duration left(Instant now) {
        Duration left = at.map(due -> Duration.between(now, due)).orElse(pause);
        return left.isNegative() ? Duration.ZERO : left.compareTo(pause) > 0 ? pause : left;
    }
}
