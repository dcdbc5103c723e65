package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P6: a data directory on a disk that is full. Needs root for a small file system of its own. */
@Needs({Need.ROOT, Need.MOUNT})
class DiskFullTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void mount() throws Exception {
        assertThat(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.toString()))
                .isZero();
        node = new TestNode(directory.resolve("data"));
    }

    @AfterEach
    void unmount() throws Exception {
        if (node != null) {
            node.close();
            run("umount", "-l", directory.toString());
        }
    }

    @Test
    void P6_an_exit_is_recorded_although_the_disk_is_full_by_then() throws Exception {
        WorkerSupervisor host = node.host();
        long pid = host.start(TestNode.sh(ACCOUNT, "trap 'exit 42' USR1; echo ready; while :; do sleep 0.05; done")
                        .build())
                .orElseThrow()
                .pid();
        node.awaitLog(ACCOUNT, "ready");

        fill();
        TestNode.signal("-USR1", pid);

        await().until(() -> !host.why(ACCOUNT).isEmpty());
        assertThat(host.why(ACCOUNT).get(0).exit()).isEqualTo(new ExitStatus.Exited(42));
    }

    @Test
    void P6_what_cannot_be_recorded_is_not_started_and_starts_when_there_is_room_again() throws Exception {
        WorkerSupervisor host = node.host();
        Path ballast = fill();
        WorkerSpec spec = TestNode.sh(ACCOUNT, "exec sleep 600").build();

        StartResult full = host.start(spec);
        Files.delete(ballast);
        StartResult roomy = host.start(spec);

        assertThat(full).isInstanceOf(StartResult.Failed.class);
        // A shell says the latter of what it cannot write, and the system's words of what it cannot make.
        assertThat(((StartResult.Failed) full).error()).containsAnyOf("No space left on device", "I/O error");
        assertThat(host.why(ACCOUNT).get(0).exit()).isEqualTo(new ExitStatus.NeverRan());
        assertThat(roomy).isInstanceOf(StartResult.Started.class);
    }

    private Path fill() throws IOException {
        Path ballast = directory.resolve("ballast");
        try (OutputStream out = Files.newOutputStream(ballast)) {
            byte[] page = new byte[4096];
            while (true) {
                out.write(page);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
            return ballast;
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
