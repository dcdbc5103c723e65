package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogLevel;
import io.workersupervisor.Samples;
import io.workersupervisor.internal.directory.Layout;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is archived is what all sinks have, in whichever order they are found (P5). */
class SinkCheckpointsTest extends OnTailedDirectory {
    private static final long INODE = 77;

    @Test
    void p5_a_file_counts_as_far_as_the_slowest_sink_has_it() throws IOException {
        acknowledge("one", 1, 100);
        acknowledge("other", 1, 60);
        acknowledge("one", 2, 10);
        acknowledge("other", 2, 90);

        SinkCheckpoints all = SinkCheckpoints.read(node.data);

        assertThat(all.of(node.file(1), INODE)).isEqualTo(60);
        assertThat(all.of(node.file(2), INODE)).isEqualTo(10);
    }

    @Test
    void p5_a_file_that_one_sink_does_not_know_counts_for_nothing() throws IOException {
        acknowledge("one", 1, 100);
        acknowledge("other", 2, 100);

        SinkCheckpoints all = SinkCheckpoints.read(node.data);

        assertThat(all.of(node.file(1), INODE)).isZero();
        assertThat(all.of(node.file(2), INODE)).isZero();
    }

    @Test
    void p5_another_file_of_the_worker_counts_for_nothing() throws IOException {
        acknowledge("one", 1, 100);

        assertThat(SinkCheckpoints.read(node.data).of(node.file(1), INODE + 1)).isZero();
    }

    private void acknowledge(String sink, int number, long offset) throws IOException {
        try (CheckpointJournal journal =
                CheckpointJournal.open(Layout.checkpoints(node.data).resolve(sink))) {
            LogProgress before = LogProgress.begin(INODE);
            LogProgress after = new LogProgress(
                    INODE, 0, offset, Samples.NOW, LogLevel.INFO, LogProgress.Mark.NONE, LogProgress.Mark.NONE, 0);
            journal.announce(List.of(new BatchPiece(
                    TailedDirectory.worker(number),
                    before,
                    List.of(new BatchPiece.Cut((int) offset, 0)),
                    List.of(),
                    after)));
            journal.acknowledge(Samples.NOW);
        }
    }
}
