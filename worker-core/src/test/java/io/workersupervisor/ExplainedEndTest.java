package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** P6: whether a stop has ended a worker is never told by comparing times. */
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
@Tag("long")
class ExplainedEndTest {
    private final LaunchPath path;

    ExplainedEndTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of(4711);

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** The row of a worker whose host is gone. */
    private WorkerRow startAndLeave(String script) {
        WorkerSupervisor host = node.host(WorkerSupervisor.Builder::withoutReconcile);
        host.start(TestNode.sh(ACCOUNT, script).build()).orElseThrow();
        host.close();
        return node.row(ACCOUNT);
    }

    private void awaitExitRecord(WorkerRow row) {
        await().until(() -> node.local().records().exit(row.workerId()).isPresent());
    }

    private StopReport stopped(WorkerSupervisor host) {
        return ((StopResult.Stopped) host.stop(ACCOUNT)).report().orElseThrow();
    }

    private WorkerSupervisor passive() {
        return node.host(WorkerSupervisor.Builder::withoutReconcile);
    }

    @Test
    void P6_a_worker_that_a_dying_host_stopped_was_stopped_on_request_also_when_stop_is_called_again() {
        WorkerRow row = startAndLeave("exec sleep 600");
        WorkerSupervisor dying = node.hostThatDiesAt("termed");
        assertThatThrownBy(() -> dying.stop(ACCOUNT)).hasMessage(TestNode.DIED);
        dying.close();
        awaitExitRecord(row);
        Instant asked = Detail.of(node.row(ACCOUNT)).stopAskedAt().orElseThrow();
        Instant end = node.local().records().exit(row.workerId()).orElseThrow().at();
        await().until(() -> Instant.now().isAfter(end.plusMillis(200)));

        StopReport report = stopped(passive());

        assertThat(report.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
        assertThat(report.confidence()).isEqualTo(Confidence.PROBABLE);
        assertThat(report.evidence())
                .contains("stop was called at " + asked)
                .anyMatch(line -> line.startsWith("a ladder was about to signal it"));
    }

    @Test
    void P6_a_worker_that_others_killed_with_its_launcher_was_not_stopped_on_request() {
        WorkerRow row = startAndLeave("exec sleep 600");
        TestNode.kill(node.local().records().birth(row.workerId()).orElseThrow().launcherPid());
        TestNode.kill(Detail.identityOf(row).orElseThrow().pid());
        await().until(() -> node.local().locks().state(ACCOUNT) == AccountLocks.State.FREE);

        StopReport report = stopped(passive());

        assertThat(report.reason()).isNotEqualTo(StopReason.STOPPED_ON_REQUEST);
        assertThat(node.row(ACCOUNT).state()).isEqualTo(WorkerState.STOPPED);
    }

    @Test
    void P6_a_clock_that_is_set_back_turns_no_exit_into_a_stop() throws Exception {
        WorkerRow row = startAndLeave(node.untilGo() + "; exit 3");
        node.letGo();
        awaitExitRecord(row);

        StopReport report = stopped(node.host(settings ->
                settings.withoutReconcile().clock(() -> Instant.now().minus(Duration.ofSeconds(30)))));

        assertThat(report.reason()).isNotEqualTo(StopReason.STOPPED_ON_REQUEST);
        assertThat(report.exit()).isEqualTo(new ExitStatus.Exited(3));
        assertThat(report.initiator()).isEqualTo(Initiator.WORKER);
    }

    @Test
    void P6_a_worker_that_was_gone_before_the_signal_of_its_ladder_is_told_by_its_own_end() {
        WorkerRow row = startAndLeave("exec sleep 600");
        long pid = Detail.identityOf(row).orElseThrow().pid();
        WorkerSupervisor host = node.host(settings -> {
            settings.seams(seams -> seams.withCrashPoints(step -> {
                if (step.equals("term")) {
                    TestNode.kill(pid);
                    await().until(() -> ProcFs.system().stat(pid).isEmpty());
                }
            }));
            return settings.withoutReconcile();
        });

        StopReport report = stopped(host);

        assertThat(report.reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);
        assertThat(report.exit()).isEqualTo(node.signalled(9));
        assertThat(node.row(ACCOUNT).desired()).isEqualTo(Desired.STOPPED);
    }

    @Test
    @Needs(Need.FLOCK)
    void P6_tries_against_a_held_lock_do_not_push_the_real_end_out_of_why() throws Exception {
        WorkerSupervisor host = passive();
        WorkerSpec spec = TestNode.sh(ACCOUNT, "exec sleep 600").build();
        host.start(spec).orElseThrow();
        host.stop(ACCOUNT);
        Process holder =
                new ProcessBuilder("flock", Layout.lockFile(node.data, ACCOUNT).toString(), "sleep", "600").start();
        try {
            await().until(() -> node.local().locks().state(ACCOUNT) == AccountLocks.State.BUSY);
            host.start(spec);
            long epoch = node.row(ACCOUNT).epoch();

            StartResult again = host.start(spec);
            StartResult ensured = host.ensure(spec);

            assertThat(((StartResult.Refused) again).reason()).isEqualTo(RefusalReason.LOCK_HELD);
            assertThat(((StartResult.Refused) again).evidence()).contains("pid " + holder.pid());
            assertThat(((StartResult.Refused) ensured).reason()).isEqualTo(RefusalReason.LOCK_HELD);
            assertThat(node.row(ACCOUNT).epoch()).isEqualTo(epoch);
            assertThat(host.why(ACCOUNT))
                    .extracting(StopReport::reason)
                    .containsExactly(StopReason.START_FAILED, StopReason.STOPPED_ON_REQUEST);
        } finally {
            holder.descendants().forEach(ProcessHandle::destroyForcibly);
            holder.destroyForcibly().waitFor();
        }
        assertThat(host.start(spec)).isInstanceOf(StartResult.Started.class);
    }
}
