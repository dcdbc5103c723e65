package io.workersupervisor.internal.keeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Initiator;
import io.workersupervisor.Restart;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.Samples;
import io.workersupervisor.SetTiming;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts that die of one cause, in simulated time, by the rules of a host. */
class BrakeTest {
    private static final Duration TICK = Duration.ofSeconds(5);
    private static final RestartPolicy GIVING_UP = RestartPolicy.standard()
            .on(
                    StopReason.UNHANDLED_EXCEPTION,
                    Restart.backoff(Duration.ofSeconds(1), Duration.ofMinutes(5))
                            .giveUpAfter(5));

    private final SetTiming clock = new SetTiming();
    private final List<WorkerEvent> told = new ArrayList<>();
    private final PlannedRestarts restarts = new PlannedRestarts(GIVING_UP, clock, told::add);
    private final Map<AccountId, WorkerRow> rows = new TreeMap<>();
    private final Map<AccountId, Instant> started = new TreeMap<>();
    private int starts;

    private static WorkerSpec spec(AccountId account) {
        return WorkerSpec.of(account, "bot");
    }

    private void start(AccountId account) {
        Optional<WorkerRow> seen = Optional.ofNullable(rows.get(account));
        Map<String, Object> plan = new TreeMap<>();
        seen.ifPresent(row -> plan.putAll(restarts.carried(row, spec(account))));
        WorkerRow claimed = RowChanges.claimed(
                seen,
                spec(account),
                new RowChanges.Claim(starts + 1, Samples.WORKER, Samples.NODE, clock.now(), Samples.HOST, 0, "log"));
        rows.put(account, RowChanges.running(RowChanges.planning(claimed, Map.copyOf(plan)), Samples.PROCESS));
        started.put(account, clock.now());
        starts++;
    }

    private WorkerRow row(AccountId account) {
        return Objects.requireNonNull(rows.get(account));
    }

    private void end(AccountId account, StopReason reason) {
        rows.put(account, restarts.ended(row(account), report(account, reason)));
        started.remove(account);
    }

    private StopReport report(AccountId account, StopReason reason) {
        return new StopReport(
                account,
                Samples.WORKER,
                1,
                Samples.NODE,
                Optional.empty(),
                Optional.empty(),
                Objects.requireNonNull(started.get(account)),
                clock.now(),
                new ExitStatus.Exited(1),
                Optional.empty(),
                Initiator.WORKER,
                reason,
                Confidence.CERTAIN,
                List.of("a test"),
                "none",
                Optional.empty(),
                List.of(),
                List.of());
    }

    /** Starts what is due; workers of the first accounts die after five seconds. */
    private void run(Duration time, int dying, StopReason reason) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(TICK)) {
            clock.pass(TICK);
            Map.copyOf(started).forEach((account, at) -> {
                if ((Long) account.value() <= dying && !at.plusSeconds(5).isAfter(clock.now())) {
                    end(account, reason);
                }
            });
            restarts.admitted(rows.values().stream()
                            .filter(row -> row.state() == WorkerState.BACKING_OFF)
                            .filter(row -> RestartPlan.of(row)
                                    .orElseThrow()
                                    .left(clock.now())
                                    .isZero())
                            .toList())
                    .forEach(row -> {
                        assertThat(restarts.against(row, spec(row.account()))).isEmpty();
                        start(row.account());
                    });
        }
    }

    private void startAll(int accounts) {
        for (int account = 1; account <= accounts; account++) {
            start(AccountId.of(account));
        }
        starts = 0;
    }

    private long held() {
        return told.stream().filter(WorkerEvent::isWarning).count();
    }

    @Test
    void proxy_that_is_down_for_two_hours_burns_nobodys_budget_and_all_are_back_soon_after() {
        startAll(100);

        run(Duration.ofHours(2), 15, StopReason.UNHANDLED_EXCEPTION);
        assertThat(held()).isEqualTo(1);
        assertThat(starts).isBetween(100, 15 * 3 + 121);
        assertThat(rows.values()).noneMatch(row -> row.state() == WorkerState.FAILED);

        run(Duration.ofMinutes(8), 0, StopReason.UNHANDLED_EXCEPTION);
        assertThat(started).hasSize(100);
        assertThat(told).last().satisfies(over -> assertThat(over.isWarning()).isFalse());
    }

    @Test
    void four_accounts_and_signals_are_no_common_cause() {
        startAll(100);
        run(Duration.ofMinutes(2), 4, StopReason.UNHANDLED_EXCEPTION);
        run(Duration.ofMinutes(2), 50, StopReason.KILLED_BY_SIGNAL);
        assertThat(told).isEmpty();
    }

    private List<WorkerRow> due() {
        return rows.values().stream()
                .filter(row -> row.state() == WorkerState.BACKING_OFF)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ends for another reason", "is stopped by a person", "is not started after all"})
    void worker_that_was_tried_and_does_not_live_for_a_minute_ends_nothing(String it) {
        startAll(5);
        run(Duration.ofSeconds(30), 5, StopReason.DISCONNECTED);
        clock.pass(Duration.ofMinutes(6));
        AccountId tried = restarts.admitted(due()).get(0).account();
        start(tried);
        clock.pass(TICK);
        if (it.equals("ends for another reason")) {
            end(tried, StopReason.OUT_OF_MEMORY);
        } else if (it.equals("is stopped by a person")) {
            rows.put(tried, RowChanges.stopAsked(row(tried), Samples.HOST, clock.now(), StopOrder.byPerson()));
            end(tried, StopReason.STOPPED_ON_REQUEST);
        } else {
            restarts.notStarted(tried);
        }
        rows.remove(tried);

        assertThat(restarts.admitted(due())).isEmpty();
        clock.pass(Duration.ofMinutes(2));
        assertThat(restarts.admitted(due())).hasSize(1);
        assertThat(told).hasSize(1);
    }

    @Test
    void account_that_was_chosen_and_not_started_uses_up_no_try() {
        startAll(5);
        run(Duration.ofSeconds(30), 5, StopReason.DISCONNECTED);
        clock.pass(Duration.ofMinutes(6));

        WorkerRow chosen = restarts.admitted(due()).get(0);
        restarts.notStarted(chosen.account());
        rows.remove(chosen.account());

        assertThat(restarts.admitted(due())).hasSize(1);
    }

    @Test
    void start_that_a_host_or_application_asks_for_waits_while_it_is_held() {
        startAll(5);
        run(Duration.ofSeconds(30), 5, StopReason.DISCONNECTED);
        assertThat(held()).isEqualTo(1);

        run(Duration.ofSeconds(5), 5, StopReason.DISCONNECTED);
        clock.pass(Duration.ofMinutes(6));
        WorkerRow row = row(AccountId.of(3));
        assertThat(restarts.against(row, spec(row.account())).orElseThrow().retryAt())
                .contains(clock.now().plus(Brake.WINDOW));
    }
}
