package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.workersupervisor.internal.launch.AccountLocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P1: a machine that has setsid, but neither flock nor perl. */
@Needs(Need.SETSID)
class MissingToolsTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final WorkerSpec SPEC =
            TestNode.sh(ACCOUNT, "exec sleep 600").build();

    private TestNode node;
    private Path bin;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        node = new TestNode(directory.resolve("data"));
        bin = Files.createDirectory(directory.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("setsid"), Need.SETSID.path());
    }

    @AfterEach
    void close() {
        node.close();
    }

    private WorkerSupervisor.Builder withoutTools(WorkerSupervisor.Builder settings) {
        settings.seams(seams -> seams.withSearchPath(bin::toString));
        return settings;
    }

    @Test
    void a_supervisor_is_refused_and_says_what_it_looked_for() {
        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> node.host(this::withoutTools))
                .withMessageContaining("neither flock nor perl")
                .withMessageContaining(bin.toString())
                .withMessageContaining("allowWithoutLock()");
    }

    @Test
    void where_the_user_allows_it_rows_and_processes_alone_keep_workers_apart() {
        WorkerSupervisor host = node.host(settings -> withoutTools(settings).allowWithoutLock());

        StartResult first = host.start(SPEC);
        StartResult second = host.start(SPEC);
        boolean locked = node.local().locks().state(ACCOUNT) == AccountLocks.State.BUSY;
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(first).isInstanceOf(StartResult.Started.class);
        assertThat(second).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(locked).isFalse();
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.workers()).isEmpty();
        assertThat(host.why(ACCOUNT)).hasSize(1);
    }
}
