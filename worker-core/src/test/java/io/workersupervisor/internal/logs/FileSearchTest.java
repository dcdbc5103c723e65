package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.Redaction;
import io.workersupervisor.Samples;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.logs.LogProgress.Mark;
import io.workersupervisor.spi.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Entries out of the files themselves. */
class FileSearchTest extends OnTailedDirectory {
    private static final int FREED = 8192;

    private FileSearch logs(Runnable whileReading) {
        return new FileSearch(
                node.data,
                (account, workerId) -> {
                    whileReading.run();
                    return new KnownWorkers.Known(true, Optional.empty(), Optional.empty(), Optional.empty());
                },
                new EntryReader(ZoneOffset.UTC, Redaction.standard()));
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "2026-11-24 02:00:00,000 INFO line " + i + "\n")
                .collect(Collectors.joining());
    }

    private static void free(WorkerLogFile file) {
        assertThat(HolePuncher.byProgram().punch(file.path(), 0, FREED)).isEmpty();
    }

    @Test
    void files_that_are_left_out_are_told_and_those_written_last_are_searched() throws IOException {
        for (int i = 1; i <= 1_010; i++) {
            WorkerLogFile file = node.write(i, "line of " + i + "\n");
            Files.setLastModifiedTime(file.path(), FileTime.from(Samples.NOW.plusSeconds(i)));
        }

        FileSearch.Found all = logs(() -> {}).find(LogQuery.last(1_010));
        FileSearch.Found last = logs(() -> {}).find(LogQuery.last(5));
        FileSearch.Found named = logs(() -> {}).find(LogQuery.last(5).account(AccountId.of(1)));

        assertThat(all.entries()).hasSize(1_000);
        assertThat(all.limit()).hasValueSatisfying(limit -> assertThat(limit).startsWith("10 files were not searched"));
        assertThat(last.entries()).extracting(LogEntry::message).endsWith("line of 1010");
        assertThat(last.limit()).isEmpty();
        assertThat(named.entries()).hasSize(1);
        assertThat(named.limit()).isEmpty();
    }

    /** P5: what stands in the archive by now is missing here, and no line of NULs is in its place. */
    @Test
    @Needs(Need.FALLOCATE)
    void what_is_archived_and_freed_while_it_is_read_is_no_entry() throws IOException {
        WorkerLogFile file = node.write(1, lines(400));

        List<LogEntry> found = logs(() -> free(file)).find(LogQuery.last(1_000)).entries();

        assertThat(found).isNotEmpty().allSatisfy(entry -> {
            assertThat(entry.requirePosition().offset()).isGreaterThanOrEqualTo(FREED);
            assertThat(entry.message()).doesNotContain("\0");
        });
        assertThat(found.get(found.size() - 1).message()).contains("line 399");
    }

    @Test
    void a_line_that_begins_with_a_nul_is_an_entry() throws IOException {
        node.write(1, "\0one\n" + lines(2));

        assertThat(logs(() -> {}).find(LogQuery.last(10)).entries()).hasSize(3);
    }

    @Test
    void lines_of_a_file_that_was_cut_have_the_times_at_which_they_came() throws IOException {
        Instant before = node.timing.now().minusSeconds(7_200);
        Instant came = node.timing.now().minusSeconds(3_600);
        WorkerLogFile file = node.write(1, "one\n" + "two\n".repeat(20));
        long inode = WorkerLogFile.stat(file.path()).orElseThrow().inode();
        step(file, new LogProgress(inode, 0, 60, before, LogLevel.INFO, Mark.NONE, Mark.NONE, 0));
        step(file, new LogProgress(inode, 60, 4, came, LogLevel.INFO, Mark.NONE, Mark.NONE, 0));

        List<LogEntry> found = logs(() -> {}).find(LogQuery.last(1_000)).entries();

        assertThat(found.get(0).timestamp()).isEqualTo(came);
        assertThat(found.get(1).timestamp()).isEqualTo(node.timing.now());
    }

    private void step(WorkerLogFile file, LogProgress after) throws IOException {
        try (CheckpointJournal journal =
                CheckpointJournal.open(Layout.checkpoints(node.data).resolve(OperatorLogSink.NAME))) {
            journal.announce(List.of(
                    new BatchPiece(file.workerId(), after, List.of(new BatchPiece.Cut(4, 0)), List.of(), after)));
            journal.acknowledge(after.time());
        }
    }

    /** P7: one worker that cuts its own file keeps no answer from coming. */
    @Test
    void what_was_read_of_a_file_before_it_was_cut_stays_in_the_answer() throws IOException {
        WorkerLogFile file = node.write(1, "anew\n");
        long inode = WorkerLogFile.stat(file.path()).orElseThrow().inode();
        List<LogEntry> entries = List.of(entry(file, 5), entry(file, 1_000_000));

        LogProgress behindTheCut = new LogProgress(
                inode, 1_000_000, 0, Samples.NOW, LogLevel.INFO, LogProgress.Mark.NONE, LogProgress.Mark.NONE, 0);

        EntryReader reader = new EntryReader(ZoneOffset.UTC, Redaction.standard());
        try (FollowedFile cut = FollowedFile.searched(file, Optional.of(behindTheCut), reader, new EntryTimes())) {
            cut.next(0, Samples.NOW, () -> true, () -> KnownWorkers.Known.NOTHING);

            assertThat(FileSearch.withoutFreed(cut, entries)).isEqualTo(entries);
        }
    }

    private static LogEntry entry(WorkerLogFile file, long offset) {
        return new LogEntry(
                Optional.of(new LogPosition(file.workerId(), offset)),
                file.account(),
                Optional.empty(),
                LogLevel.INFO,
                Samples.NOW,
                false,
                Optional.empty(),
                "a line");
    }
}
