package io.workersupervisor.internal.keeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Confidence;
import io.workersupervisor.Desired;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.Restart;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.Samples;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlannedRestartsTest {
    private static final RestartPolicy GIVING_UP = RestartPolicy.standard()
            .on(
                    StopReason.UNKNOWN,
                    Restart.backoff(Duration.ofMinutes(1), Duration.ofMinutes(1))
                            .giveUpAfter(2));

    private final PlannedRestarts restarts =
            new PlannedRestarts(GIVING_UP, Clocks.system(InstantSource.fixed(Samples.NOW)), event -> {});

    @Test
    void end_of_a_wanted_account_leaves_a_plan_and_that_of_a_stopped_one_none() {
        WorkerRow wanted = Samples.running();
        WorkerRow planned = restarts.ended(wanted, report(StopReason.UNKNOWN, Optional.empty()));
        assertThat(planned.state()).isEqualTo(WorkerState.BACKING_OFF);
        assertThat(planned.detail().dueAt()).contains(Samples.NOW.plus(Duration.ofMinutes(1)));

        WorkerRow stopped = RowChanges.stopAsked(wanted, Samples.HOST, Samples.NOW, StopOrder.byPerson());
        WorkerRow closed = restarts.ended(stopped, report(StopReason.STOPPED_ON_REQUEST, Optional.empty()));
        assertThat(closed.state()).isEqualTo(WorkerState.STOPPED);
        assertThat(closed.desired()).isEqualTo(Desired.STOPPED);
        assertThat(Detail.of(closed).restart()).isEmpty();
    }

    @Test
    void new_version_begins_a_series_of_crashes_anew() {
        WorkerRow givenUp = endedTwice(StopReason.UNKNOWN, Optional.empty());
        assertThat(givenUp.state()).isEqualTo(WorkerState.FAILED);

        assertThat(restarts.against(givenUp, spec("same")).map(StartResult.Refused::reason))
                .contains(RefusalReason.NEEDS_PERSON);
        assertThat(restarts.carried(givenUp, spec("same"))).isNotEmpty();
        assertThat(restarts.against(givenUp, spec("newer"))).isEmpty();
        assertThat(restarts.carried(givenUp, spec("newer"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"SESSION_CONFLICT", "ACCOUNT_BANNED", "AUTHORIZATION_LOST", "LOGIN_REQUIRED", "CONFIGURATION"})
    void new_version_brings_no_login_back_however_often_it_crashed_before(StopReason reason) {
        WorkerRow lost = endedTwice(reason, Optional.empty());

        assertThat(restarts.carried(lost, spec("newer"))).isNotEmpty();
        assertThat(restarts.against(lost, spec("newer")).map(StartResult.Refused::reason))
                .contains(RefusalReason.NEEDS_PERSON);
    }

    @Test
    void new_version_shortens_no_wait_that_a_service_named() {
        WorkerRow flooded = endedTwice(StopReason.FLOOD_WAIT, Optional.of(Duration.ofHours(1)));

        assertThat(restarts.against(flooded, spec("newer")).map(StartResult.Refused::reason))
                .contains(RefusalReason.RESTART_WAITS);
    }

    /** A row whose worker crashed, and whose next one ended for the reason. */
    private WorkerRow endedTwice(StopReason reason, Optional<Duration> retryAfter) {
        WorkerRow crashed = restarts.ended(versioned(), report(StopReason.UNKNOWN, Optional.empty()));
        WorkerRow again = RowChanges.planning(versioned(), Detail.of(crashed).restart());
        return restarts.ended(again, report(reason, retryAfter));
    }

    private static WorkerRow versioned() {
        WorkerRow row = Samples.running();
        return new WorkerRow(
                row.account(),
                row.epoch(),
                row.revision(),
                row.workerId(),
                row.node(),
                row.state(),
                row.desired(),
                row.startedAt(),
                row.userId(),
                Optional.of("same"),
                row.detail());
    }

    private static WorkerSpec spec(String version) {
        return WorkerSpec.builder(Samples.running().account(), "true")
                .version(version)
                .build();
    }

    private static StopReport report(StopReason reason, Optional<Duration> retryAfter) {
        StopReport.Builder report = StopReport.builder(Samples.running().account(), "w1")
                .startedAt(Samples.NOW.minusSeconds(3))
                .endedAt(Samples.NOW)
                .reason(reason)
                .confidence(Confidence.PROBABLE);
        retryAfter.ifPresent(report::retryAfter);
        return report.build();
    }
}
