package io.workersupervisor.internal.keeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.Confidence;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KeepingTest {
    private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
    private static final RestartPolicy STANDARD = RestartPolicy.standard();
    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final Duration LONG = Duration.ofHours(2);

    /** The wait in seconds after a first end, with no jitter taken off; "person" where one is waited for. */
    @ParameterizedTest
    @CsvSource({
        "SESSION_CONFLICT, person, person",
        "ACCOUNT_BANNED, person, person",
        "AUTHORIZATION_LOST, person, person",
        "LOGIN_REQUIRED, person, person",
        "CONFIGURATION, person, person",
        "FLOOD_WAIT, 300, 300",
        "DISCONNECTED, 1, 1",
        "DATABASE_LOCKED, 1, 1",
        "SESSION_COPY_FAILED, 1, 1",
        "UNHANDLED_EXCEPTION, 1, 0",
        "KILLED_BY_SIGNAL, 1, 0",
        "OUT_OF_MEMORY, 1, 0",
        "START_FAILED, 1, 0",
        "UNKNOWN, 1, 0",
        "COMPLETED, 1, 0",
        "STOPPED_ON_REQUEST, 0, 0",
        "MACHINE_LOST, 0, 0",
        "LEASE_LOST, 0, 0"
    })
    void standard_policy_by_reason_and_life(StopReason reason, String afterShortLife, String afterLongLife) {
        assertThat(shown(next(report(reason, SHORT), Optional.empty()))).isEqualTo(afterShortLife);
        assertThat(shown(next(report(reason, LONG), Optional.empty()))).isEqualTo(afterLongLife);
    }

    @ParameterizedTest
    @EnumSource
    void policy_is_total_over_the_reasons(StopReason reason) {
        assertThat(next(report(reason, SHORT), Optional.empty()).why()).contains(reason.name());
    }

    @Test
    void doubtful_reason_that_would_wait_for_a_person_counts_as_a_crash() {
        StopReport doubtful = reportOf(StopReason.ACCOUNT_BANNED, SHORT, Optional.empty(), Confidence.POSSIBLE);

        assertThat(shown(next(doubtful, Optional.empty()))).isEqualTo("1");
    }

    @Test
    void flood_wait_lasts_as_the_service_says_and_a_little_longer() {
        assertThat(shown(next(flood(Duration.ofSeconds(37)), Optional.empty()))).isEqualTo("39");
        assertThat(shown(next(flood(Duration.ofDays(31)), Optional.empty()))).isEqualTo("person");
    }

    @Test
    void waits_double_up_to_the_longest_and_begin_anew_after_a_calm_life() {
        List<String> waits = new ArrayList<>();
        Optional<RestartPlan> plan = Optional.empty();
        for (int end = 0; end < 12; end++) {
            plan = Optional.of(next(report(StopReason.DISCONNECTED, SHORT), plan));
            waits.add(shown(plan.get()));
        }

        assertThat(waits).containsExactly("1", "2", "4", "8", "16", "32", "64", "128", "256", "300", "300", "300");
        assertThat(shown(next(report(StopReason.DISCONNECTED, LONG), plan))).isEqualTo("1");
    }

    @Test
    void jitter_takes_at_most_half_of_a_wait() {
        RestartPlan least =
                Keeping.next(STANDARD, report(StopReason.DISCONNECTED, SHORT), Optional.empty(), NOW, () -> 0);

        assertThat(least.pause()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void five_crashes_within_ten_minutes_are_followed_by_one_restart_an_hour() {
        Optional<RestartPlan> plan = crashes(4, STANDARD, Duration.ofMinutes(1));
        assertThat(plan.orElseThrow().pause()).isLessThan(Restart.EXHAUSTED);

        assertThat(crashes(5, STANDARD, Duration.ofMinutes(1)).orElseThrow().pause())
                .isEqualTo(Restart.EXHAUSTED);
        assertThat(crashes(50, STANDARD, Duration.ofMinutes(3)).orElseThrow().pause())
                .isLessThan(Restart.EXHAUSTED);
    }

    @Test
    void policy_that_gives_up_waits_for_a_person() {
        RestartPolicy policy = STANDARD.on(
                StopReason.UNKNOWN,
                Restart.backoff(Duration.ZERO, Duration.ofMinutes(1))
                        .giveUpAfter(3)
                        .within(Duration.ofHours(1)));

        assertThat(crashes(2, policy, Duration.ofMinutes(1)).orElseThrow().needsPerson())
                .isFalse();
        RestartPlan given = crashes(3, policy, Duration.ofMinutes(1)).orElseThrow();
        assertThat(given.needsPerson()).isTrue();
        assertThat(given.why()).isEqualTo("GAVE_UP UNKNOWN");
    }

    @Test
    void ends_later_than_now_do_not_count() {
        RestartPlan fromAheadOfTime = new RestartPlan(
                Optional.of(NOW),
                SHORT,
                "UNKNOWN",
                0,
                List.of(NOW.plusSeconds(5), NOW.plusSeconds(6), NOW.plus(LONG), NOW.plus(LONG)));

        assertThat(next(report(StopReason.UNKNOWN, SHORT), Optional.of(fromAheadOfTime))
                        .ends())
                .containsExactly(NOW);
    }

    @Test
    void clock_that_was_set_back_lengthens_no_wait() {
        RestartPlan plan = next(report(StopReason.DISCONNECTED, SHORT), Optional.empty());

        assertThat(plan.left(NOW)).isEqualTo(Duration.ofSeconds(1));
        assertThat(plan.left(NOW.minus(Duration.ofDays(40)))).isEqualTo(Duration.ofSeconds(1));
        assertThat(plan.left(NOW.plus(LONG))).isZero();
    }

    @Test
    void plan_survives_its_row() {
        RestartPlan plan = crashes(3, STANDARD, Duration.ofMinutes(1)).orElseThrow();

        assertThat(RestartPlan.of(plan.fields())).contains(plan);
        RestartPlan person = next(report(StopReason.ACCOUNT_BANNED, SHORT), Optional.of(plan));
        assertThat(RestartPlan.of(person.fields())).contains(person);
        assertThat(RestartPlan.of(java.util.Map.of("at", "soon"))).isEmpty();
    }

    @Test
    void end_that_is_noticed_late_waits_from_its_own_time_on() {
        Instant earlier = NOW.minus(LONG);
        StopReport flooded =
                reportOf(StopReason.FLOOD_WAIT, earlier, Optional.of(Duration.ofHours(1)), Confidence.PROBABLE);

        RestartPlan plan = next(flooded, Optional.empty());

        assertThat(plan.at()).contains(earlier.plus(Duration.ofHours(1)).plusSeconds(2));
        assertThat(plan.left(NOW)).isZero();
    }

    @Test
    void plan_of_a_clock_that_was_ahead_is_known_and_made_anew() {
        RestartPlan plan = next(report(StopReason.DISCONNECTED, SHORT), Optional.empty());
        Instant set = NOW.minus(Duration.ofDays(40));

        assertThat(plan.isFromLater(NOW)).isFalse();
        assertThat(plan.isFromLater(set)).isTrue();
        assertThat(plan.from(set).at()).contains(set.plusSeconds(1));
        assertThat(plan.from(set).isFromLater(set)).isFalse();
    }

    /** The plan after so many unexplained ends, each so long after the one before. */
    private static Optional<RestartPlan> crashes(int ends, RestartPolicy policy, Duration apart) {
        Optional<RestartPlan> plan = Optional.empty();
        for (int end = 1; end <= ends; end++) {
            Instant at = NOW.plus(apart.multipliedBy(end));
            StopReport report = reportOf(StopReason.UNKNOWN, at, Optional.empty(), Confidence.PROBABLE);
            plan = Optional.of(Keeping.next(policy, report, plan, at, () -> 1));
        }
        return plan;
    }

    private static RestartPlan next(StopReport report, Optional<RestartPlan> before) {
        return Keeping.next(STANDARD, report, before, NOW, () -> 1);
    }

    private static String shown(RestartPlan plan) {
        return plan.at().map(at -> Long.toString(plan.pause().toSeconds())).orElse("person");
    }

    private static StopReport flood(Duration wait) {
        return reportOf(StopReason.FLOOD_WAIT, SHORT, Optional.of(wait), Confidence.PROBABLE);
    }

    private static StopReport report(StopReason reason, Duration life) {
        return reportOf(reason, life, Optional.empty(), Confidence.PROBABLE);
    }

    private static StopReport reportOf(
            StopReason reason, Instant end, Optional<Duration> retryAfter, Confidence confidence) {
        return reportOf(reason, end, SHORT, retryAfter, confidence);
    }

    private static StopReport reportOf(
            StopReason reason, Duration life, Optional<Duration> retryAfter, Confidence confidence) {
        return reportOf(reason, NOW, life, retryAfter, confidence);
    }

    private static StopReport reportOf(
            StopReason reason, Instant end, Duration life, Optional<Duration> retryAfter, Confidence confidence) {
        StopReport.Builder report = StopReport.builder(AccountId.of(1), "w1")
                .startedAt(end.minus(life))
                .endedAt(end)
                .reason(reason)
                .confidence(confidence);
        retryAfter.ifPresent(report::retryAfter);
        return report.build();
    }
}
