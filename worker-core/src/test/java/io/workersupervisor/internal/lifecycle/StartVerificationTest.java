package io.workersupervisor.internal.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopResult;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** P6: the worker's own life decides whether a start failed, however late its host looks. */
@Timeout(120)
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class StartVerificationTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final LaunchPath path;

    @TempDir
    Path directory;

    private TestNode node;

    StartVerificationTest(LaunchPath path) {
        this.path = path;
    }

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** A host that is held up behind a launch until the worker has ended and its start grace is over. */
    private WorkerSupervisor lateHost() {
        return node.host(settings -> TestNode.seams(
                settings,
                seams -> seams.withCrashPoints(step -> {
                    if (step.equals("run")) {
                        String worker = node.row(ACCOUNT).workerId();
                        await().until(() -> node.local().records().exit(worker).isPresent());
                        long seen = ProcFs.system().uptimeTicks();
                        await().until(() -> ProcFs.system().uptimeTicks() - seen > GRACE.toMillis() / 10);
                    }
                })));
    }

    private static WorkerSpec spec(String script) {
        return TestNode.sh(ACCOUNT, script).startGrace(GRACE).build();
    }

    private List<WorkerEvent> heardOf(WorkerSupervisor host) {
        host.close();
        return List.copyOf(node.events);
    }

    @Test
    void a_worker_that_outlived_the_grace_was_started_although_the_host_finds_it_dead() {
        WorkerSupervisor host = lateHost();

        StartResult result = host.start(spec("sleep 1.6; exit 3"));

        assertThat(result).isInstanceOf(StartResult.Started.class);
        assertThat(heardOf(host)).singleElement().isInstanceOf(WorkerEvent.Stopped.class);
    }

    @Test
    void a_worker_that_ended_within_the_grace_failed_although_the_host_looks_long_after_it() {
        WorkerSupervisor host = lateHost();

        StartResult result = host.start(spec("exit 3"));

        assertThat(result).isInstanceOf(StartResult.Failed.class);
        assertThat(((StartResult.Failed) result).error()).contains("ended within 1 s");
        assertThat(heardOf(host)).singleElement().isInstanceOf(WorkerEvent.Stopped.class);
    }

    @Test
    void a_call_that_was_interrupted_says_so() {
        WorkerSupervisor host = node.host();
        WorkerSpec spec = spec("exec sleep 600");

        Thread.currentThread().interrupt();
        StartResult started = host.start(spec);
        StopResult stopped = host.stop(ACCOUNT);
        boolean interrupted = Thread.interrupted();

        assertThat(interrupted).isTrue();
        assertThat(started).isInstanceOf(StartResult.Refused.class);
        assertThat(((StartResult.Refused) started).reason()).isEqualTo(RefusalReason.INTERRUPTED);
        assertThat(((StopResult.Refused) stopped).reason()).isEqualTo(RefusalReason.INTERRUPTED);
        assertThat(node.workers()).isEmpty();
    }
}
