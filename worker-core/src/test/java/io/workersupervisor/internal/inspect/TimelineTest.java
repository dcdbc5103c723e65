package io.workersupervisor.internal.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.StopCounts;
import io.workersupervisor.StopReason;
import io.workersupervisor.TestNode;
import io.workersupervisor.TimelineEntry;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P6: the history of an account, and of all of them. */
class TimelineTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    private static WorkerSpec spec(AccountId account, String script, String version) {
        return WorkerSpec.builder(account, "/bin/sh", "-c", script)
                .version(version)
                .startGrace(Duration.ZERO)
                .build();
    }

    @Test
    void starts_stops_and_refusals_stand_in_their_order(@TempDir Path directory) {
        Instant begin = Instant.now().minusSeconds(1);
        try (TestNode node = new TestNode(directory.resolve("data"))) {
            WorkerSupervisor host = node.host();
            host.start(spec(ACCOUNT, "exit 3", "1.0"));
            await().until(() -> host.why(ACCOUNT).size() == 1);
            host.start(spec(ACCOUNT, "exec sleep 600", "2.0")).orElseThrow();
            host.stop(ACCOUNT);
            host.ensure(spec(ACCOUNT, "exit 3", "2.0"));
            AccountId other = AccountId.of("other");
            host.start(spec(other, "exit 3", "2.0"));
            await().until(() -> host.why(other).size() == 1);
            await().until(() -> host.timeline(ACCOUNT).size() == 5);

            List<TimelineEntry> timeline = host.timeline(ACCOUNT);
            assertThat(timeline)
                    .extracting(TimelineEntry::kind)
                    .containsExactly(
                            TimelineEntry.Kind.STARTED,
                            TimelineEntry.Kind.STOPPED,
                            TimelineEntry.Kind.STARTED,
                            TimelineEntry.Kind.STOPPED,
                            TimelineEntry.Kind.REFUSED);
            assertThat(timeline.get(1).text()).contains("UNKNOWN").contains("exit code 3");
            assertThat(timeline.get(4).text()).contains("STOPPED_BY_OPERATOR");

            StopCounts counts = host.counts(begin);
            assertThat(counts.total()).isEqualTo(3);
            assertThat(counts.byReason()).isEqualTo(Map.of(StopReason.UNKNOWN, 2, StopReason.STOPPED_ON_REQUEST, 1));
            assertThat(counts.byVersion())
                    .containsEntry("1.0", Map.of(StopReason.UNKNOWN, 1))
                    .hasSize(2);
            assertThat(host.counts(Instant.now().plusSeconds(60)).total()).isZero();
        }
    }
}
