package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P1, P6, P7: the registry fails once, in the middle of a call, and works again at the next one. */
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
@Tag("long")
class RegistryFailureTest {
    private final LaunchPath path;

    RegistryFailureTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final WorkerSpec SPEC =
            TestNode.sh(ACCOUNT, "exec sleep 600").build();

    private final AtomicReference<String> failing = new AtomicReference<>("");
    private final AtomicBoolean failed = new AtomicBoolean();
    private TestNode node;
    private WorkerSupervisor host;

    @BeforeEach
    void open(@TempDir Path directory) {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
        host = node.host(settings -> {
            settings.seams(seams -> seams.withCrashPoints(step -> {
                if (step.equals(failing.get())) {
                    failing.set("");
                    failed.set(true);
                    throw new RegistryException("planted at " + step);
                }
            }));
            return settings.reconcileInterval(Duration.ofHours(1));
        });
    }

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"claimed", "launched", "running", "run"})
    void a_start_in_which_it_fails_leaves_one_worker_at_most_and_the_next_start_one(String step) throws IOException {
        failing.set(step);

        Throwable thrown = catchThrowable(() -> host.start(SPEC));
        StartResult next = host.start(SPEC);

        assertThat(failed).isTrue();
        assertThat(thrown).isInstanceOf(RegistryException.class).hasMessageContaining("planted at " + step);
        assertThat(next)
                .isInstanceOf(step.equals("claimed") ? StartResult.Started.class : StartResult.AlreadyRunning.class);
        await().until(() -> node.workers().size() == 1);
        assertThat(host.stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
        endsWithReports(step.equals("claimed") ? 2 : 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"asked", "term", "termed", "report", "told", "closed"})
    void a_stop_in_which_it_fails_is_completed_by_the_next_one_with_one_report(String step) throws IOException {
        host.start(SPEC).orElseThrow();
        failing.set(step);

        Throwable thrown = catchThrowable(() -> host.stop(ACCOUNT));
        StopResult next = host.stop(ACCOUNT);

        assertThat(failed).isTrue();
        // The end of the worker is seen by another thread of the host, too, and that may have been the one to fail.
        if (thrown != null) {
            assertThat(thrown).isInstanceOf(RegistryException.class).hasMessageContaining("planted at " + step);
        }
        assertThat(next.isStopped()).as(next.describe()).isTrue();
        endsWithReports(1);
    }

    private void endsWithReports(int reports) throws IOException {
        assertThat(node.workers()).isEmpty();
        assertThat(node.row(ACCOUNT).state()).isEqualTo(WorkerState.STOPPED);
        assertThat(host.why(ACCOUNT))
                .extracting(StopReport::workerId)
                .doesNotHaveDuplicates()
                .hasSize(reports);
        assertThat(host.why(ACCOUNT).get(0).reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
        host.reconcile();
        assertThat(node.records()).isEmpty();
        assertThat(host.start(SPEC).orElseThrow().epoch()).isEqualTo(reports + 1);
    }
}
