package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A {@link Restart} for each reason for which a worker can end. Immutable.
 *
 * <table>
 *   <caption>{@link #standard()}</caption>
 *   <tr><th>the worker ended by</th><th>it is started again</th></tr>
 *   <tr><td>SESSION_CONFLICT, ACCOUNT_BANNED, AUTHORIZATION_LOST, LOGIN_REQUIRED, CONFIGURATION</td><td>by a person</td></tr>
 *   <tr><td>FLOOD_WAIT</td><td>after the wait that the service named and 2 s; without one after 5 min, doubling; where it is
 *       over 30 days, by a person</td></tr>
 *   <tr><td>DISCONNECTED, DATABASE_LOCKED, SESSION_COPY_FAILED</td><td>after 1 s to 5 min, doubling, without limit</td></tr>
 *   <tr><td>UNHANDLED_EXCEPTION, KILLED_BY_SIGNAL, OUT_OF_MEMORY, START_FAILED, UNKNOWN, COMPLETED</td><td>at once if it
 *       lived for 10 min, else after 1 s to 5 min, doubling; from 5 ends within 10 min on once an hour</td></tr>
 *   <tr><td>STOPPED_ON_REQUEST</td><td>at once where the library ended it to start it again, else not</td></tr>
 *   <tr><td>MACHINE_LOST, LEASE_LOST</td><td>at once</td></tr>
 * </table>
 *
 * A reason that leaves an account to a person counts only where it is at least {@link Confidence#PROBABLE}; else the end
 * counts as a crash.
 */
public final class RestartPolicy {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    private static final Restart CRASH =
            new Restart(Optional.of(SECOND), FIVE_MINUTES, true, OptionalInt.of(5), Restart.CALM, false);

    private static final RestartPolicy STANDARD = new RestartPolicy(standardTable());

    private final Map<StopReason, Restart> byReason;

    private RestartPolicy(Map<StopReason, Restart> byReason) {
        this.byReason = byReason;
    }

    private static Map<StopReason, Restart> standardTable() {
        Map<StopReason, Restart> table = new EnumMap<>(StopReason.class);
        for (StopReason reason : StopReason.values()) {
            table.put(
                    reason,
                    switch (reason) {
                        case SESSION_CONFLICT, ACCOUNT_BANNED, AUTHORIZATION_LOST, LOGIN_REQUIRED, CONFIGURATION ->
                            Restart.never();
                        case FLOOD_WAIT -> Restart.backoff(FIVE_MINUTES, Duration.ofDays(1));
                        case DISCONNECTED, DATABASE_LOCKED, SESSION_COPY_FAILED ->
                            Restart.backoff(SECOND, FIVE_MINUTES);
                        case UNHANDLED_EXCEPTION, KILLED_BY_SIGNAL, OUT_OF_MEMORY, START_FAILED, UNKNOWN, COMPLETED ->
                            CRASH;
                        case STOPPED_ON_REQUEST, MACHINE_LOST, LEASE_LOST -> Restart.after(Duration.ZERO);
                    });
        }
        return table;
    }

    /** The policy of the table above. */
    public static RestartPolicy standard() {
        return STANDARD;
    }

    /** This policy, but for one reason. */
    public RestartPolicy on(StopReason reason, Restart restart) {
        Require.noneNull("reason restart", reason, restart);
        Map<StopReason, Restart> changed = new EnumMap<>(byReason);
        changed.put(reason, restart);
        return new RestartPolicy(changed);
    }

    /** The restart after an end for this reason. */
    public Restart of(StopReason reason) {
        return byReason.getOrDefault(Require.nonNull("reason", reason), CRASH);
    }

    /** The restart after a report: a doubtful reason that would leave the account to a person counts as a crash. */
    public Restart of(StopReport report) {
        Restart restart = of(Require.nonNull("report", report).reason());
        return restart.isNever() && report.confidence() == Confidence.POSSIBLE ? of(StopReason.UNKNOWN) : restart;
    }
}
