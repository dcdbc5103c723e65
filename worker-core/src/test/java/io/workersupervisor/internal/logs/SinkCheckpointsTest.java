package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.internal.directory.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is archived is what all sinks have, in whichever order they are found (P5). */
class SinkCheckpointsTest extends OnTailedDirectory {
    private static final String LINE = "a line of some length\n";

    @Test
    void p5_a_file_counts_as_far_as_the_slowest_sink_has_it() throws IOException {
        acknowledge("one", 1, 5);
        acknowledge("other", 1, 3);
        acknowledge("one", 2, 1);
        acknowledge("other", 2, 4);

        assertThat(offset(1)).isEqualTo(3L * LINE.length());
        assertThat(offset(2)).isEqualTo(LINE.length());
    }

    @Test
    void p5_a_file_that_one_sink_does_not_know_counts_for_nothing() throws IOException {
        acknowledge("one", 1, 5);
        acknowledge("other", 2, 5);

        assertThat(offset(1)).isZero();
        assertThat(offset(2)).isZero();
    }

    @Test
    void p5_another_file_of_the_worker_counts_for_nothing() throws IOException {
        acknowledge("one", 1, 5);
        Path other = Files.copy(node.file(1).path(), directory.resolve("data/other"));
        Files.move(other, node.file(1).path(), StandardCopyOption.REPLACE_EXISTING);

        assertThat(offset(1)).isZero();
    }

    @Test
    void p5_a_file_that_was_cut_and_has_grown_again_counts_for_nothing() throws IOException {
        acknowledge("one", 1, 5);
        Files.writeString(node.file(1).path(), "another line in its place\n".repeat(9));

        assertThat(offset(1)).isZero();
    }

    private long offset(int number) throws IOException {
        try (LogSource open = LogSource.open(node.file(number).path()).orElseThrow()) {
            return SinkCheckpoints.read(node.data).of(node.file(number), open);
        }
    }

    /** A sink that has the first lines of a worker's file. */
    private void acknowledge(String sink, int number, int lines) throws IOException {
        if (Files.notExists(node.file(number).path())) {
            node.write(number, LINE.repeat(5));
        }
        byte[] bytes = LINE.repeat(lines).getBytes(StandardCharsets.US_ASCII);
        LogProgress before = LogProgress.begin(
                WorkerLogFile.stat(node.file(number).path()).orElseThrow().inode());
        LogProgress after = before.at(bytes.length).marked(LogProgress.Mark.of(bytes), LogProgress.Mark.NONE, 0);
        try (CheckpointJournal journal =
                CheckpointJournal.open(Layout.checkpoints(node.data).resolve(sink))) {
            journal.announce(List.of(new BatchPiece(
                    node.file(number).workerId(),
                    before,
                    List.of(new BatchPiece.Cut(bytes.length, 0)),
                    List.of(),
                    after)));
            journal.acknowledge(node.timing.now());
        }
    }
}
