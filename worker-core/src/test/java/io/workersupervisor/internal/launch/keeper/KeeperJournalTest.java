package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.ExitStatus;
import io.workersupervisor.ResourceUsage;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P6: what a keeper's journal says, whenever it is read. */
class KeeperJournalTest {
    private static final String BIRTH = "B w1 4711 3 boot-1 pid:[1] time:[2] 42 1000 -\n";
    private static final ProcessIdentity IDENTITY = new ProcessIdentity(42, 1000, 0, "boot-1", "pid:[1]", "time:[2]");

    private final Path file;
    private final KeeperJournal journal;

    KeeperJournalTest(@TempDir Path directory) {
        this.file = directory.resolve("journal");
        this.journal = new KeeperJournal(file);
    }

    private void append(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private LaunchRecords.Exit exit() {
        return journal.find("w1").orElseThrow().exit().orElseThrow();
    }

    @Test
    void a_journal_that_is_not_there_knows_nobody() {
        assertThat(journal.find("w1")).isEmpty();
        assertThat(journal.all()).isEmpty();
    }

    @Test
    void a_birth_is_known_from_its_line_on_and_names_its_keeper() throws IOException {
        append("K 1 context 7 900\n" + BIRTH);

        assertThat(journal.find("w1").orElseThrow().birth())
                .contains(new LaunchRecords.Birth("w1", "4711", 3, IDENTITY, 7));
        assertThat(journal.find("w1").orElseThrow().exit()).isEmpty();
    }

    @Test
    void a_line_without_its_newline_is_not_there_yet() throws IOException {
        append(BIRTH + "E w1 0 1764000000000 10 20 30 0 0");
        Optional<LaunchRecords.Exit> before = journal.find("w1").orElseThrow().exit();
        append(" 0 0\n");

        assertThat(before).isEmpty();
        assertThat(exit().status()).isEqualTo(new ExitStatus.Exited(0));
    }

    @Test
    void an_exit_says_what_was_seen_and_used() throws IOException {
        append(BIRTH + "E w1 139 1764000000000 2048 1500000 250000 0 11 1 1\nL w1\n");

        LaunchRecords.Exit exit = exit();

        assertThat(exit.status()).isEqualTo(new ExitStatus.Signalled(11, true));
        assertThat(exit.at()).isEqualTo(Instant.ofEpochMilli(1_764_000_000_000L));
        assertThat(exit.usage()).contains(new ResourceUsage(2 << 20, Duration.ofMillis(1_500), Duration.ofMillis(250)));
        assertThat(exit.signalled()).isEqualTo(11);
        assertThat(exit.outOfMemory()).contains(false);
        assertThat(exit.evidence())
                .containsExactly(
                        "the last signal that a host sent it was 11 (SEGV)",
                        "other processes of its group outlived it",
                        "its lock was held on by what it left behind");
    }

    @Test
    void a_kill_for_want_of_memory_is_none_where_a_host_sent_it() throws IOException {
        append(BIRTH + "E w1 9 1764000000000 10 20 30 1 0 0 0\n");
        Optional<Boolean> kernels = exit().outOfMemory();
        append("E w1 9 1764000000000 10 20 30 1 9 0 0\n");

        assertThat(kernels).contains(true);
        assertThat(exit().outOfMemory()).isEmpty();
    }

    @Test
    void an_end_that_nobody_saw_is_not_invented() throws IOException {
        append(BIRTH + "E w1 - 1764000000000 0 0 0 0 0 0 0\n");

        assertThat(exit().status()).isInstanceOf(ExitStatus.Unknown.class);
        assertThat(exit().usage()).isEmpty();
        assertThat(exit().outOfMemory()).isEmpty();
    }

    @Test
    void what_is_acknowledged_is_forgotten() throws IOException {
        append(BIRTH + "E w1 0 1764000000000 10 20 30 0 0 0 0\nA w1\n");

        assertThat(journal.find("w1")).isEmpty();
    }

    @Test
    void a_journal_that_was_written_anew_is_read_from_its_beginning() throws IOException {
        append(BIRTH + BIRTH.replace("w1", "w2"));
        assertThat(journal.all()).containsOnlyKeys("w1", "w2");
        writeAnew("K 1 context 8 950\n" + BIRTH.replace("w1", "w2") + BIRTH.replace("w1", "w3"));

        assertThat(journal.all()).containsOnlyKeys("w2", "w3");

        Files.delete(file);
        assertThat(journal.all()).isEmpty();
    }

    @Test
    void a_journal_that_was_written_anew_twice_is_not_taken_for_the_one_before() throws IOException {
        for (int round = 10; round < 30; round++) {
            // Of equal length: the number of its file would be all that tells them apart, and is free to be used again.
            writeAnew(BIRTH.replace("w1", "between"));
            writeAnew(BIRTH.replace("w1", "w" + round));

            assertThat(journal.all()).containsOnlyKeys("w" + round);
        }
    }

    private void writeAnew(String text) throws IOException {
        Path anew = Files.writeString(file.resolveSibling("journal.new"), text);
        Files.move(anew, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void a_journal_that_goes_while_it_is_looked_at_knows_nobody() throws IOException {
        AtomicInteger looks = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                assertThat(journal.all().size()).isLessThan(2);
                looks.incrementAndGet();
            }
        });
        try {
            for (int keeper = 0; keeper < 300 && !reader.isDone(); keeper++) {
                writeAnew(BIRTH);
                Thread.onSpinWait();
                Files.delete(file);
                int seen = looks.get();
                while (looks.get() < seen + 2 && !reader.isDone()) {
                    Thread.onSpinWait();
                }
            }
        } finally {
            over.set(true);
        }

        reader.join();
        assertThat(journal.all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "B w1",
                "B w1 4711 x boot pid:[1] time:[2] 42 1000 -",
                "B w1 4711 3 boot pid:[1] time:[2] 0 1000 -",
                "K 1 context",
                "E",
                "what is this",
                ""
            })
    void a_damaged_line_proves_nothing_and_spoils_no_other(String damaged) throws IOException {
        append(damaged + "\n" + BIRTH.replace("w1", "w2"));

        assertThat(journal.all()).containsOnlyKeys("w2");
    }

    @Test
    void a_damaged_exit_is_none() throws IOException {
        append(BIRTH + "E w1 nine 1764000000000 10 20 30 0 0 0 0\nE w1 9 17640\n");

        assertThat(journal.find("w1").orElseThrow().exit()).isEmpty();
    }
}
