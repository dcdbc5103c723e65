package io.workersupervisor.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.workersupervisor.AccountId;
import io.workersupervisor.OnClose;
import io.workersupervisor.StartResult;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a closed supervisor does, and what its workers do (P1). */
class HostCloseTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final WorkerSpec SPEC =
            TestNode.sh(ACCOUNT, "exec sleep 600").build();

    @TempDir
    private Path directory;

    private TestNode node;

    @BeforeEach
    void begin() {
        node = new TestNode(directory.resolve("data"));
    }

    @AfterEach
    void end() {
        node.close();
    }

    @Test
    void a_closed_supervisor_refuses_every_call_and_its_worker_runs_on() {
        WorkerSupervisor host = node.host();
        long pid = host.start(SPEC).orElseThrow().pid();

        host.close();

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> host.start(SPEC),
                () -> host.startAll(List.of(SPEC)),
                () -> host.restart(SPEC),
                () -> host.stop(ACCOUNT),
                host::list,
                host::reconcile)) {
            assertThatIllegalStateException().isThrownBy(call).withMessage("the supervisor is closed");
        }
        assertThat(ProcessHandle.of(pid)).isPresent();
        assertThat(node.host().status(ACCOUNT).orElseThrow().isAlive()).isTrue();
    }

    @Test
    void closing_again_does_nothing() {
        WorkerSupervisor host = node.host(settings -> settings.onClose(OnClose.STOP_WORKERS));
        host.start(SPEC).orElseThrow();
        host.close();
        StartResult another = node.host().start(SPEC);

        host.close();

        assertThat(another.isRunning()).isTrue();
        assertThat(node.host().status(ACCOUNT).orElseThrow().isAlive()).isTrue();
    }
}
