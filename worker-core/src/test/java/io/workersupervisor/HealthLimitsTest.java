package io.workersupervisor;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.internal.directory.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A living worker that is beyond the limits of its spec is ended, with a report that says so; real processes, moved clocks. */
@Tag("long")
@Timeout(120)
class HealthLimitsTest extends OnTestNodes {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final HealthLimits SILENCE = HealthLimits.NONE.withHeartbeat(Duration.ofSeconds(60));
    private static final HealthLimits UNABLE = HealthLimits.NONE.withUnable(Duration.ofSeconds(40));
    private static final String CONFLICT =
            "2026-11-24 02:00:01,000 - telethon.client.updates - WARNING - Error executing"
                    + " high-level request after reconnect: <class telethon.errors.rpcerrorlist.AuthKeyDuplicatedError>: used";

    private final AtomicLong ahead = new AtomicLong();

    /** A host whose looks are those of the test. */
    private WorkerSupervisor host(TestNode node) {
        return host(node, WorkerSupervisor.Builder::withoutReconcile);
    }

    private WorkerSupervisor host(TestNode node, UnaryOperator<WorkerSupervisor.Builder> settings) {
        return node.host(builder -> settings.apply(
                TestNode.seams(builder, seams -> seams.withTiming(real -> new LaterTiming(real, ahead)))));
    }

    /** A look of the host after so much time. */
    private void look(WorkerSupervisor host, Duration later) {
        ahead.addAndGet(later.toNanos());
        host.reconcile();
    }

    private static StopReport end(WorkerSupervisor host) {
        await().until(() -> !host.why(ACCOUNT).isEmpty());
        return host.why(ACCOUNT).get(0);
    }

    private static boolean runs(WorkerSupervisor host) {
        return host.why(ACCOUNT).isEmpty() && host.status(ACCOUNT).orElseThrow().state() == WorkerState.RUNNING;
    }

    private static void beat(TestNode node, WorkerSupervisor host, Instant time) throws IOException {
        Path beats = Layout.heartbeatFile(
                node.data, host.status(ACCOUNT).orElseThrow().workerId());
        if (!Files.exists(beats)) {
            Files.createFile(beats);
        }
        Files.setLastModifiedTime(beats, FileTime.from(time));
    }

    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void silence_beyond_the_limit_ends_the_worker(LaunchPath path) throws IOException {
        TestNode node = node(path);
        WorkerSupervisor host = host(node);
        host.start(sh(ACCOUNT, "exec sleep 600").healthLimits(SILENCE).build()).orElseThrow();
        beat(node, host, Instant.now());
        look(host, Duration.ofSeconds(1));
        look(host, Duration.ofSeconds(29));
        look(host, Duration.ofSeconds(29));
        assertThat(runs(host)).isTrue();

        look(host, Duration.ofSeconds(3));

        StopReport report = end(host);
        assertThat(report.reason()).isEqualTo(StopReason.UNKNOWN);
        assertThat(report.initiator()).isEqualTo(Initiator.LIBRARY);
        assertThat(report.evidence())
                .anyMatch(line -> line.startsWith("the library ended it, no heartbeat for 1 min 0 s at"))
                .anyMatch(line -> line.startsWith("TERM sent"));
        assertThat(report.advice()).contains("gave no heartbeat");
        await().until(() -> host.status(ACCOUNT).orElseThrow().state() == WorkerState.FAILED);
        assertThat(host.status(ACCOUNT).orElseThrow().desired()).isEqualTo(Desired.RUNNING);
    }

    /** Times of the file mean nothing: one in the future is no life, and one in the past no death. */
    @Test
    void a_beat_counts_by_the_change_and_not_by_its_time() throws IOException {
        TestNode node = node();
        WorkerSupervisor host = host(node);
        host.start(sh(ACCOUNT, "exec sleep 600").healthLimits(SILENCE).build()).orElseThrow();
        look(host, Duration.ofSeconds(1));
        for (int past = 1; past <= 5; past++) {
            beat(node, host, Instant.EPOCH.plusSeconds(past));
            look(host, Duration.ofSeconds(29));
        }
        assertThat(runs(host)).isTrue();

        beat(node, host, Instant.now().plus(Duration.ofDays(40)));
        for (int i = 0; i < 4; i++) {
            look(host, Duration.ofSeconds(29));
        }

        assertThat(end(host).reason()).isEqualTo(StopReason.UNKNOWN);
    }

    @Test
    void a_host_that_stood_still_ends_nobody_for_that() {
        TestNode node = node();
        WorkerSupervisor host = host(node);
        host.start(sh(ACCOUNT, "exec sleep 600").healthLimits(SILENCE).build()).orElseThrow();
        look(host, Duration.ofSeconds(1));
        look(host, Duration.ofHours(3));
        assertThat(runs(host)).isTrue();

        WorkerSupervisor next = host(node);
        look(next, Duration.ofHours(3));

        assertThat(runs(next)).isTrue();
    }

    @Test
    void a_paused_account_is_left_alone() {
        TestNode node = node();
        WorkerSupervisor host = host(node);
        host.start(sh(ACCOUNT, "exec sleep 600").healthLimits(SILENCE).build()).orElseThrow();
        host.pause(ACCOUNT, Optional.empty(), StopOrder.byPerson());
        for (int i = 0; i < 5; i++) {
            look(host, Duration.ofSeconds(29));
        }
        assertThat(runs(host)).isTrue();

        host.resume(ACCOUNT, StopOrder.byPerson());
        look(host, Duration.ofSeconds(1));

        end(host);
    }

    @Test
    void no_limit_counts_before_the_worker_is_ready() throws Exception {
        TestNode node = node();
        WorkerSupervisor host = host(node);
        WorkerSpec spec = sh(ACCOUNT, node.untilGo() + "; echo ready; exec sleep 600")
                .healthLimits(SILENCE)
                .readyWhen(Readiness.logLine("ready").within(Duration.ofDays(1)))
                .build();
        CompletableFuture<StartResult> start = CompletableFuture.supplyAsync(() -> host.start(spec));
        await().until(() -> host.status(ACCOUNT)
                .filter(status -> status.state() == WorkerState.STARTING && status.isAlive())
                .isPresent());
        for (int i = 0; i < 5; i++) {
            look(host, Duration.ofSeconds(29));
        }
        node.letGo();

        assertThat(start.join()).isInstanceOf(StartResult.Started.class);
        assertThat(host.why(ACCOUNT)).isEmpty();
    }

    /** The child holds the memory. */
    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void memory_of_children_counts(LaunchPath path) {
        WorkerSupervisor host = host(node(path));
        String hold = "perl -e '$x = \"x\" x (96 << 20); $| = 1; print \"held\\n\"; sleep 600'";
        host.start(sh(ACCOUNT, "setsid " + hold + " & sleep 600; true")
                        .healthLimits(HealthLimits.NONE.withMemory(64 << 20))
                        .readyWhen(Readiness.logLine("^held$"))
                        .build())
                .orElseThrow();
        assertThat(figures(host).memoryBytes()).isGreaterThan(96 << 20);
        assertThat(figures(host).processes()).isBetween(3, 4);
        assertThat(figures(host).cpuTime()).isPositive();
        assertThat(figures(host).uptime()).isLessThan(Duration.ofMinutes(2));

        look(host, Duration.ofSeconds(1));

        StopReport report = end(host);
        assertThat(report.reason()).isEqualTo(StopReason.OUT_OF_MEMORY);
        assertThat(report.confidence()).isEqualTo(Confidence.CERTAIN);
        assertThat(report.evidence()).anyMatch(line -> line.contains("64.0 MiB are allowed"));
        assertThat(host.status(ACCOUNT).orElseThrow().figures()).isEmpty();
    }

    private static WorkerStatus.Figures figures(WorkerSupervisor host) {
        return host.status(ACCOUNT).orElseThrow().figures().orElseThrow();
    }

    /** Copies that a fork made count once. */
    @Test
    void shared_memory_counts_once() {
        WorkerSupervisor host = host(node());
        String forks = "$x = \"x\" x (48 << 20); for (1 .. 3) { fork or last } $| = 1; print \"held\\n\"; sleep 600";
        host.start(WorkerSpec.builder(ACCOUNT, "perl", "-e", forks)
                        .startGrace(TestNode.START_GRACE)
                        .stopGrace(Duration.ofSeconds(2))
                        .healthLimits(HealthLimits.NONE.withMemory(120 << 20))
                        .readyWhen(Readiness.logLine("^held$"))
                        .build())
                .orElseThrow();
        await().until(() -> figures(host).processes() == 4);
        await().until(() -> {
            host.reconcile();
            return figures(host).memoryBytes() > 120 << 20;
        });

        look(host, Duration.ofSeconds(1));

        assertThat(runs(host)).isTrue();
    }

    @Test
    void a_worker_that_says_for_so_long_that_it_cannot_work_is_ended_and_a_conflict_stays_down() {
        TestNode node = node();
        WorkerSpec spec = sh(ACCOUNT, "echo '" + CONFLICT + "'; exec sleep 600")
                .healthLimits(UNABLE)
                .build();
        WorkerSupervisor host = host(
                node,
                settings ->
                        settings.keepRunning(WorkerSpecs.of(List.of(spec))).reconcileInterval(Duration.ofMillis(100)));
        await().until(() -> host.status(ACCOUNT).flatMap(WorkerStatus::ailment).isPresent());
        node.awaitEvent("lives but cannot work");
        assertThat(runs(host)).isTrue();

        for (int i = 0; i < 5; i++) {
            look(host, Duration.ofSeconds(29));
        }

        StopReport report = end(host);
        assertThat(report.reason()).isEqualTo(StopReason.SESSION_CONFLICT);
        assertThat(report.confidence()).isEqualTo(Confidence.PROBABLE);
        assertThat(report.evidence()).anyMatch(line -> line.contains("AuthKeyDuplicatedError"));
        await().until(() -> host.status(ACCOUNT).orElseThrow().needsPerson());
        assertThat(host.status(ACCOUNT).orElseThrow().lastStop().orElseThrow().reason())
                .isEqualTo(StopReason.SESSION_CONFLICT);
    }

    /** A conflict mostly stops the heartbeat too. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_conflict_that_stops_the_heartbeat_is_the_cause_and_not_the_silence(boolean isUnableLimited) {
        HealthLimits limits = isUnableLimited ? SILENCE.withUnable(Duration.ofSeconds(40)) : SILENCE;
        TestNode node = node();
        WorkerSupervisor host =
                host(node, settings -> settings.withoutReconcile().clock(this::later));
        host.start(sh(ACCOUNT, "echo '" + CONFLICT + "'; exec sleep 600")
                        .heartbeat(Duration.ofSeconds(10))
                        .healthLimits(limits)
                        .build())
                .orElseThrow();
        node.awaitLog(ACCOUNT, "AuthKey");
        for (int i = 0; i < 5; i++) {
            look(host, Duration.ofSeconds(29));
        }

        assertThat(end(host).reason()).isEqualTo(StopReason.SESSION_CONFLICT);
    }

    private Instant later() {
        return Instant.now().plusNanos(ahead.get());
    }

    @Test
    void a_worker_that_recovers_in_time_goes_on() throws Exception {
        TestNode node = node();
        WorkerSupervisor host = host(node);
        host.start(sh(
                                ACCOUNT,
                                "echo '" + CONFLICT + "'; " + node.untilGo()
                                        + "; echo '2026-11-24 02:00:02 INFO Delivered 7'; exec sleep 600")
                        .healthLimits(UNABLE)
                        .build())
                .orElseThrow();
        node.awaitLog(ACCOUNT, "AuthKey");
        look(host, Duration.ofSeconds(1));
        look(host, Duration.ofSeconds(29));
        node.letGo();
        node.awaitLog(ACCOUNT, "Delivered");

        for (int i = 0; i < 4; i++) {
            look(host, Duration.ofSeconds(29));
        }

        assertThat(runs(host)).isTrue();
    }

    @Test
    void bad_values_are_told_by_name() {
        assertThatThrownBy(() -> HealthLimits.NONE.withHeartbeat(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("heartbeat must be between 1 s");
        assertThatThrownBy(() -> HealthLimits.NONE.withMemory(512))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("memoryBytes must be at least");
    }
}
