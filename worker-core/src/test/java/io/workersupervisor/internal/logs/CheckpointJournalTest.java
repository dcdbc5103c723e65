package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.LogLevel;
import io.workersupervisor.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a journal says is what was written whole (P5). */
class CheckpointJournalTest {
    private static final String WORKER = TailedDirectory.worker(1);

    @TempDir
    private Path directory;

    @Test
    void what_was_acknowledged_is_there_when_it_is_opened_again() throws IOException {
        BatchPiece piece = piece(0, 10);
        try (CheckpointJournal journal = CheckpointJournal.open(directory)) {
            journal.announce(List.of(piece));
            journal.acknowledge(Samples.NOW);
        }

        try (CheckpointJournal again = CheckpointJournal.open(directory)) {
            assertThat(again.progress(WORKER)).contains(piece.after());
            assertThat(again.pending()).isEmpty();
        }
        assertThat(CheckpointJournal.readOnly(directory)).isEqualTo(Map.of(WORKER, piece.after()));
    }

    @Test
    void what_was_announced_is_pending_with_each_of_its_entries() throws IOException {
        BatchPiece first = piece(0, 10);
        BatchPiece second = new BatchPiece(
                WORKER,
                first.after(),
                List.of(new BatchPiece.Cut(3, 0), new BatchPiece.Cut(90, 7)),
                List.of(),
                progress(103));
        try (CheckpointJournal journal = CheckpointJournal.open(directory)) {
            journal.announce(List.of(first));
            journal.acknowledge(Samples.NOW);
            journal.announce(List.of(second));
        }

        try (CheckpointJournal again = CheckpointJournal.open(directory)) {
            assertThat(again.progress(WORKER)).contains(first.after());
            BatchPiece pending = again.pending().get(0);
            assertThat(pending.cuts()).isEqualTo(second.cuts());
            assertThat(pending.after()).isEqualTo(second.after());
            assertThat(pending.before().offset()).isEqualTo(10);
            assertThat(pending.before().time()).isEqualTo(first.after().time());
        }
    }

    @Test
    void a_second_batch_is_not_announced_before_the_first_is_acknowledged() throws IOException {
        try (CheckpointJournal journal = CheckpointJournal.open(directory)) {
            journal.announce(List.of(piece(0, 10)));

            assertThatIllegalStateException().isThrownBy(() -> journal.announce(List.of(piece(10, 20))));
        }
    }

    @Test
    void line_whose_checksum_does_not_fit_ends_the_journal() throws IOException {
        Path file = directory.resolve("journal");
        int before;
        try (CheckpointJournal journal = CheckpointJournal.open(directory)) {
            journal.announce(List.of(piece(0, 10)));
            journal.acknowledge(Samples.NOW);
            before = (int) Files.size(file);
            journal.announce(List.of(piece(10, 20)));
            journal.acknowledge(Samples.NOW);
        }
        byte[] bytes = Files.readAllBytes(file);
        int digit = new String(bytes, StandardCharsets.US_ASCII).indexOf(" 20 ", before) + 1;
        bytes[digit] = '3';
        Files.write(file, bytes);

        assertThat(CheckpointJournal.readOnly(directory))
                .isEqualTo(Map.of(WORKER, piece(0, 10).after()));
    }

    @Test
    void a_journal_torn_at_any_byte_says_what_stands_before_the_tear() throws IOException {
        try (CheckpointJournal journal = CheckpointJournal.open(directory)) {
            journal.announce(List.of(piece(0, 10)));
            journal.acknowledge(Samples.NOW);
            journal.announce(List.of(piece(10, 20)));
            journal.acknowledge(Samples.NOW);
        }
        Path file = directory.resolve("journal");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));

            try (CheckpointJournal torn = CheckpointJournal.open(directory)) {
                long offset = torn.progress(WORKER).map(LogProgress::offset).orElse(0L);
                assertThat(offset).isIn(0L, 10L, 20L);
                if (torn.pending().isEmpty()) {
                    torn.announce(List.of(piece(offset, offset + 5)));
                }
                torn.acknowledge(Samples.NOW);
            }
            assertThat(acknowledged()).isGreaterThan(0);
        }
    }

    @Test
    void a_damaged_line_ends_the_journal() throws IOException {
        try (CheckpointJournal journal = CheckpointJournal.open(directory)) {
            journal.announce(List.of(piece(0, 10)));
            journal.acknowledge(Samples.NOW);
            journal.announce(List.of(piece(10, 20)));
            journal.acknowledge(Samples.NOW);
        }
        Path file = directory.resolve("journal");
        List<String> lines = Files.readAllLines(file);
        lines.set(2, lines.get(2).replace(' ', '_'));
        Files.write(file, lines, StandardCharsets.US_ASCII);

        try (CheckpointJournal damaged = CheckpointJournal.open(directory)) {
            assertThat(damaged.progress(WORKER)).map(LogProgress::offset).contains(10L);
        }
    }

    @Test
    void a_long_journal_is_written_anew_and_says_the_same() throws IOException {
        CheckpointJournal journal = CheckpointJournal.open(directory);
        long offset = 0;
        long largest = 0;
        for (int i = 0; i < 1_500; i++) {
            List<BatchPiece.Cut> entries = Collections.nCopies(500, new BatchPiece.Cut(100, 0));
            journal.announce(List.of(
                    new BatchPiece(WORKER, progress(offset), entries, List.of(), progress(offset + 500 * 100))));
            journal.acknowledge(Samples.NOW);
            offset += 500 * 100;
            largest = Math.max(largest, Files.size(directory.resolve("journal")));
        }
        journal.close();

        assertThat(largest).isBetween(1_000_000L, 1_300_000L);
        assertThat(acknowledged()).isEqualTo(offset);
    }

    @Test
    void a_file_that_is_gone_is_forgotten() throws IOException {
        try (CheckpointJournal journal = CheckpointJournal.open(directory)) {
            journal.announce(List.of(piece(0, 10)));
            journal.acknowledge(Samples.NOW);
            journal.forget(List.of(WORKER, TailedDirectory.worker(2)));
        }

        assertThat(CheckpointJournal.readOnly(directory)).isEmpty();
    }

    @Test
    void a_journal_that_cannot_be_opened_holds_no_descriptor() throws IOException {
        CheckpointJournal.open(directory).close();
        Path file = directory.resolve("journal");
        String said = "a no time";
        CRC32 crc = new CRC32();
        crc.update(said.getBytes(StandardCharsets.US_ASCII));
        Files.writeString(file, String.format("%08x %s%n", crc.getValue(), said));

        assertThatThrownBy(() -> CheckpointJournal.open(directory)).isInstanceOf(RuntimeException.class);

        assertThat(open(file)).isZero();
    }

    @Test
    void a_journal_whose_files_cannot_be_listed_holds_neither_descriptor_nor_lock() throws IOException {
        Path checkpoints = directory.resolve("checkpoints");
        try (TailedDirectory node = new TailedDirectory(directory.resolve("data"))) {
            LogFeed feed = node.feed();
            try (CheckpointJournal journal = CheckpointJournal.open(checkpoints)) {
                journal.announce(List.of(piece(0, 10)));
                journal.acknowledge(Samples.NOW);
            }
            Files.move(node.data.path(), directory.resolve("away"));

            assertThatThrownBy(() -> CheckpointJournal.lock(checkpoints, feed)).isInstanceOf(IOException.class);

            assertThat(open(checkpoints.resolve("journal"))).isZero();
            Files.move(directory.resolve("away"), node.data.path());
            try (CheckpointJournal journal = CheckpointJournal.lock(checkpoints, feed)) {
                assertThat(journal).isNotNull();
            }
        }
    }

    /** The number of descriptors of this process that are open on a file. */
    private static long open(Path file) throws IOException {
        long count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                count += Files.exists(one) && Files.isSameFile(one, file) ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void a_directory_without_a_journal_says_nothing() throws IOException {
        assertThat(CheckpointJournal.readOnly(directory)).isEmpty();
    }

    private long acknowledged() throws IOException {
        LogProgress progress = CheckpointJournal.readOnly(directory).get(WORKER);
        return progress == null ? 0 : progress.offset();
    }

    private static BatchPiece piece(long from, long to) {
        return new BatchPiece(
                WORKER, progress(from), List.of(new BatchPiece.Cut((int) (to - from), 0)), List.of(), progress(to));
    }

    private static LogProgress progress(long offset) {
        return new LogProgress(
                77,
                0,
                offset,
                Samples.NOW.plusMillis(offset),
                LogLevel.WARNING,
                new LogProgress.Mark(2, 4711),
                new LogProgress.Mark(1, 7),
                0);
    }
}
