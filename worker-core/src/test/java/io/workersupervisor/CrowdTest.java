package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.RowSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** More accounts at once than a host has threads for. */
@Timeout(120)
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
@Tag("long")
class CrowdTest {
    private final LaunchPath path;

    CrowdTest(LaunchPath path) {
        this.path = path;
    }

    private static final int CROWD = 20;
    private static final AccountId ACCOUNT = AccountId.of("apart");

    private TestNode node;

    @BeforeEach
    void open(@TempDir Path directory) {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static List<WorkerSpec> crowd(String script) {
        return IntStream.range(0, CROWD)
                .mapToObj(i -> TestNode.sh(AccountId.of(i), script).build())
                .toList();
    }

    private long count(WorkerState state) {
        return node.registry.list(RowSelection.ALL).rows().stream()
                .filter(row -> row.state() == state)
                .count();
    }

    @Test
    void P7_starts_that_hang_keep_no_end_from_being_filed() throws Exception {
        WorkerSupervisor before = node.host();
        long pid = before.start(TestNode.sh(ACCOUNT, "exec sleep 600").build())
                .orElseThrow()
                .pid();
        before.close();
        String slowly = node.untilGo().replace("0.02", "0.3");
        WorkerSupervisor host = node.hostWithLauncherStep("spawned", slowly);
        Thread starting = new Thread(() -> host.startAll(crowd("exec sleep 600")));
        starting.start();
        await().until(() -> count(WorkerState.STARTING) >= 16);

        TestNode.kill(pid);

        await().atMost(Duration.ofSeconds(12)).until(() -> !host.why(ACCOUNT).isEmpty());
        assertThat(count(WorkerState.STARTING)).isGreaterThanOrEqualTo(16);
        node.letGo();
        starting.join();
    }

    @Test
    void P4_a_close_that_ends_the_workers_marks_all_of_them_and_the_next_host_goes_on() throws IOException {
        WorkerSupervisor host = node.host(settings ->
                settings.withoutReconcile().onClose(OnClose.STOP_WORKERS).closeTimeout(Duration.ofSeconds(2)));
        host.startAll(crowd("trap '' TERM; while :; do sleep 1; done"));

        host.close();

        assertThat(count(WorkerState.RUNNING)).isZero();
        node.host();
        await().atMost(Duration.ofSeconds(90))
                .until(() -> count(WorkerState.STOPPED) + count(WorkerState.FAILED) == CROWD);
        assertThat(node.workers()).isEmpty();
    }
}
