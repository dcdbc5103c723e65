package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogRetention;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.spi.InMemoryLogSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is old or too much goes; what a sink does not have, and what a living worker writes, stays (P5). */
class LogRemovalTest extends OnTailedDirectory {
    private static final long MIB = 1 << 20;

    private final InMemoryLogSink sink = new InMemoryLogSink();

    @Test
    void the_old_file_of_a_worker_that_has_ended_goes() throws IOException {
        age(node.write(1, "old\n"), Duration.ofDays(31));
        age(node.write(2, "young\n"), Duration.ofDays(29));
        node.end(1);
        node.end(2);
        node.drain(node.tailer(sink));

        disposal(LogRetention.DEFAULT).tick(0);

        assertThat(node.file(1).path()).doesNotExist();
        assertThat(node.file(2).path()).exists();
    }

    @Test
    void p5_what_a_sink_does_not_have_stays() throws IOException {
        age(node.write(1, "old\n"), Duration.ofDays(31));
        node.end(1);

        disposal(LogRetention.DEFAULT).tick(0);

        assertThat(node.file(1).path()).exists();
    }

    @Test
    void p5_what_stands_in_the_place_of_lines_that_a_sink_has_stays() throws IOException {
        for (int i = 1; i <= 2; i++) {
            node.write(i, "a line of some length\n");
            node.end(i);
        }
        node.drain(node.tailer(sink));
        Files.writeString(node.file(1).path(), "another of its length\n");
        Files.writeString(node.file(2).path(), "short\n");
        age(node.file(1), Duration.ofDays(31));
        age(node.file(2), Duration.ofDays(31));

        disposal(LogRetention.DEFAULT).tick(0);

        assertThat(node.file(1).path()).exists();
        assertThat(node.file(2).path()).exists();
    }

    @Test
    void the_file_of_a_living_worker_stays() throws IOException {
        age(node.write(1, "old\n"), Duration.ofDays(31));
        node.drain(node.tailer(sink));

        disposal(LogRetention.DEFAULT).tick(0);

        assertThat(node.file(1).path()).exists();
    }

    /** It was larger, and its worker cut it. */
    @Test
    void a_file_that_was_cut_behind_what_is_archived_frees_nothing_of_the_budget() throws IOException {
        WorkerLogFile cut = node.write(1, "cut\n");
        LogProgress archived = new LogProgress(
                WorkerLogFile.stat(cut.path()).orElseThrow().inode(),
                0,
                100 * MIB,
                node.timing.now(),
                LogLevel.INFO,
                LogProgress.Mark.NONE,
                LogProgress.Mark.NONE,
                0);
        try (CheckpointJournal journal = CheckpointJournal.open(Layout.archive(node.data))) {
            journal.announce(List.of(new BatchPiece(
                    cut.workerId(), archived, List.of(new BatchPiece.Cut((int) (100 * MIB), 0)), List.of(), archived)));
            journal.acknowledge(node.timing.now());
        }
        node.write(2, ("x".repeat(1023) + "\n").repeat(20 * 1024));
        node.end(2);
        node.drain(node.tailer(sink));

        disposal(LogRetention.DEFAULT.atMost(16 * MIB)).tick(0);

        assertThat(node.file(2).path()).doesNotExist();
    }

    @Test
    void beyond_the_budget_the_oldest_go_until_the_rest_fits() throws IOException {
        String line = "x".repeat(1023) + "\n";
        for (int i = 1; i <= 10; i++) {
            age(node.write(i, line.repeat(3 * 1024)), Duration.ofHours(20 - i));
            node.end(i);
        }
        node.drain(node.tailer(sink));

        disposal(LogRetention.DEFAULT.atMost(16 * MIB)).tick(0);

        assertThat(WorkerLogFile.list(node.data))
                .extracting(WorkerLogFile::account)
                .containsExactlyInAnyOrder(
                        AccountId.of(6), AccountId.of(7), AccountId.of(8), AccountId.of(9), AccountId.of(10));
    }

    @Test
    void a_budget_that_living_workers_take_alone_is_told_once() throws IOException {
        node.write(1, ("x".repeat(1023) + "\n").repeat(17 * 1024));
        LogRemoval disposal = disposal(LogRetention.DEFAULT.atMost(16 * MIB));

        disposal.tick(0);
        disposal.tick(0);

        assertThat(node.told()).hasSize(1);
        assertThat(node.told().get(0)).contains("takes 17.0 MiB of 16.0 MiB");
    }

    @Test
    void parts_of_the_archive_go_by_their_age() throws IOException {
        Files.createDirectories(Layout.archive(node.data));
        Path part = LogArchive.path(Layout.archive(node.data), node.file(1), 4096);
        Files.createFile(part);
        Files.setLastModifiedTime(part, FileTime.from(node.timing.now().minus(Duration.ofDays(31))));
        Path other = Files.createFile(Layout.archive(node.data).resolve("notes.txt"));

        disposal(LogRetention.DEFAULT).tick(0);

        assertThat(part).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void a_full_disk_makes_the_oldest_go_early() throws IOException {
        age(node.write(1, "x\n".repeat(1000)), Duration.ofHours(2));
        age(node.write(2, "y\n".repeat(1000)), Duration.ofHours(1));
        node.end(1);
        node.end(2);
        node.drain(node.tailer(sink));

        disposal(LogRetention.DEFAULT).tick(1_000);

        assertThat(node.file(1).path()).doesNotExist();
        assertThat(node.file(2).path()).exists();
    }

    private LogRemoval disposal(LogRetention retention) {
        return new LogRemoval(node.data, node.feed(), retention);
    }

    private void age(WorkerLogFile file, Duration age) throws IOException {
        Files.setLastModifiedTime(file.path(), FileTime.from(node.timing.now().minus(age)));
    }
}
