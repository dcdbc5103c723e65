package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.internal.directory.Layout;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P5: checkpoints on a disk that is full. Needs root for a small file system of its own. */
@Needs({Need.ROOT, Need.MOUNT})
class LogDiskFullTest {
    @TempDir
    private Path directory;

    private TailedDirectory node;

    @BeforeEach
    void mount() throws Exception {
        node = new TailedDirectory(directory.resolve("data"));
        Files.createDirectory(Layout.checkpoints(node.data));
        String place = Layout.checkpoints(node.data).toString();
        assertThat(run("mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", place))
                .isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        node.close();
        run("umount", "-l", Layout.checkpoints(node.data).toString());
    }

    @Test
    void p5_what_cannot_be_announced_is_not_appended_and_comes_once_when_there_is_room() throws IOException {
        FailingSink sink = new FailingSink();
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "first\n");
        node.drain(tailer);
        Path ballast = fill();
        List<String> lines =
                IntStream.range(0, 5_000).mapToObj(i -> "line " + i).toList();
        node.write(1, String.join("\n", lines) + "\n");

        node.drain(tailer);
        List<String> meanwhile = sink.messages(1);
        Files.delete(ballast);
        node.timing.pass(Duration.ofMinutes(2));
        node.drain(tailer);

        assertThat(meanwhile).containsExactly("first");
        assertThat(sink.messages(1).subList(1, 5_001)).isEqualTo(lines);
        assertThat(node.told().get(0)).contains("failing is down", "No space left on device");
        assertThat(node.told().get(node.told().size() - 1)).contains("failing is back");
    }

    private Path fill() throws IOException {
        Path ballast = Layout.checkpoints(node.data).resolve("ballast");
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[4096]);
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
