package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.internal.machine.Clocks;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** P5 where a worker's file is not only appended to: each line once, under positions that only grow. */
class WrittenOverTest extends OnTailedDirectory {
    private static final String LONG =
            "a line of some length, more than a mark of the file has by itself, it is said\n";

    private final FailingSink sink = new FailingSink();

    private void over(long offset, String text) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(node.file(1).path().toFile(), "rw")) {
            file.seek(offset);
            file.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void positionsGrow() {
        assertThat(sink.kept.find(LogQuery.last(100).worker(TailedDirectory.worker(1))))
                .extracting(entry -> entry.requirePosition().offset())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void p5_lines_in_the_place_of_others_are_handed_on_once() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "a1\na2\n");
        node.drain(tailer);
        over(0, "b1\n");
        node.drain(tailer);
        node.write(1, "a3\n");
        node.drain(tailer);
        over(3, "b2\nb3 is longer\n");
        node.drain(tailer);
        node.write(1, "a4\n");
        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("a1", "a2", "b1", "a3", "b2", "b3 is longer", "a4");
        positionsGrow();
        assertThat(node.told())
                .filteredOn(text -> text.contains("written over"))
                .hasSize(1)
                .first()
                .asString()
                .contains(">>");
    }

    @Test
    void p5_two_writers_of_which_one_does_not_append_lose_no_line_that_was_read() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "start\n");
        node.drain(tailer);
        Files.write(node.file(1).path(), new byte[0]);
        long at = 0;
        for (int i = 0; i < 20; i++) {
            String line = "over " + i + "\n";
            over(at, line);
            at += line.length();
            node.drain(tailer);
            node.write(1, "appended " + i + "\n");
            node.drain(tailer);
        }

        assertThat(sink.messages(1))
                .contains("start")
                .containsAll(IntStream.range(0, 20).mapToObj(i -> "over " + i).toList())
                .containsAll(
                        IntStream.range(0, 20).mapToObj(i -> "appended " + i).toList())
                .doesNotHaveDuplicates();
        positionsGrow();
        assertThat(node.told())
                .filteredOn(text -> text.contains("written over"))
                .hasSize(1);
    }

    @Test
    void p5_a_host_that_dies_over_lines_in_the_place_of_others_repeats_exactly_these() throws IOException {
        SinkShipper first = node.tailer(sink);
        node.write(1, "a1\na2\na3\n");
        node.drain(first);
        over(3, "b2\n");
        over(0, "b1\n");
        sink.before = batch -> {
            throw new LogSinkException("gone");
        };
        node.drain(first);
        node.kill(first);
        sink.before = batch -> batch;
        node.write(1, "a4\n");

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).containsExactly("a1", "a2", "a3", "b1", "b2", "a4");
        positionsGrow();
    }

    @Test
    void p5_lines_in_the_place_of_others_are_known_to_the_next_host() throws IOException {
        SinkShipper first = node.tailer(sink);
        node.write(1, "a1 " + LONG + "a2 " + LONG + "a3 " + LONG);
        node.drain(first);
        over(0, "b1 " + LONG);
        node.drain(first);
        node.kill(first);
        SinkShipper second = node.tailer(sink);
        node.drain(second);

        over(LONG.length() + 3, "b2 " + LONG);
        node.drain(second);

        assertThat(sink.messages(1))
                .extracting(text -> text.substring(0, 2))
                .containsExactly("a1", "a2", "a3", "b1", "b2");
        positionsGrow();
    }

    @Test
    void p5_the_first_lines_in_the_place_of_others_are_told_from_them_by_the_next_host() throws IOException {
        SinkShipper first = node.tailer(sink);
        node.write(1, "a1\na2\na3\n");
        node.drain(first);
        node.kill(first);
        SinkShipper second = node.tailer(sink);
        node.drain(second);

        over(3, "b2\n");
        node.drain(second);

        assertThat(sink.messages(1)).containsExactly("a1", "a2", "a3", "b2");
        positionsGrow();
    }

    @Test
    void lines_in_the_place_of_more_than_is_remembered_are_told_with_the_loss_once() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, LONG.repeat(40));
        node.drain(tailer);

        over(0, ("b " + LONG).repeat(30));
        node.drain(tailer);
        over(0, ("c " + LONG).repeat(20));
        node.drain(tailer);

        assertThat(sink.messages(1).stream().filter(text -> text.startsWith("c ")))
                .hasSize(20);
        assertThat(node.told()).hasSize(1).first().asString().matches(".*up to [12][0-9]{3} bytes may be lost.*");
    }

    @Test
    void p5_entries_beyond_a_budget_are_not_counted_in_a_file_that_was_cut() throws IOException {
        node.budget = OptionalInt.of(1);
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one\ntwo\nthree\n");
        tailer.tick();
        node.timing.pass(FollowedFile.QUIET);
        tailer.tick();
        Files.write(node.file(1).path(), new byte[0]);
        node.write(1, "four\n");
        tailer.noticed(node.file(1));
        tailer.tick();

        node.timing.pass(Duration.ofMinutes(1));
        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("one", "four");
        assertThat(node.told()).hasSize(1).first().asString().contains("10 bytes");
    }

    @Test
    void p5_entries_beyond_a_budget_are_counted_before_a_file_that_was_renamed_ends() throws IOException {
        node.budget = OptionalInt.of(1);
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one\ntwo\nthree\n");
        tailer.tick();
        node.timing.pass(FollowedFile.QUIET);
        tailer.tick();
        Files.move(node.file(1).path(), Path.of(node.file(1).path() + ".1"));
        node.write(1, "four\n");
        tailer.noticed(node.file(1));

        node.drain(tailer);
        node.timing.pass(Duration.ofMinutes(1));
        node.drain(tailer);

        assertThat(sink.messages(1)).hasSize(3).startsWith("one");
        assertThat(sink.messages(1).get(1)).startsWith("2 entries are left out").endsWith("from byte 4");
        assertThat(sink.messages(1).get(2)).startsWith("1 entries are left out").endsWith("from byte 0");
        positionsGrow();
    }

    @Test
    void p5_a_deleted_file_stays_open_although_many_others_are_read() throws IOException {
        SinkShipper tailer = new SinkShipper(sink, node.data, node.feed(), 2);
        node.write(1, "one\n");
        node.drain(tailer);
        try (FileOutputStream held = new FileOutputStream(node.file(1).path().toFile(), true)) {
            tailer.noticed(node.file(1));
            tailer.tick();
            Files.delete(node.file(1).path());
            tailer.noticed(node.file(1));
            tailer.tick();
            for (int i = 2; i < 9; i++) {
                tailer.noticed(node.write(i, "other\n"));
                tailer.tick();
                node.timing.pass(FollowedFile.QUIET);
            }
            held.write("two\n".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 9; i++) {
                node.timing.pass(FollowedFile.JOINING);
                tailer.tick();
            }
        } finally {
            tailer.close();
        }

        assertThat(sink.messages(1)).containsExactly("one", "two");
    }

    @Test
    void p5_a_program_that_opens_its_output_by_name_is_heard_line_by_line() throws IOException, InterruptedException {
        Path file = node.write(1, "").path();
        Process program = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "echo begin; sleep 1; for i in 1 2 3 4; do echo line $i > /dev/stdout; sleep 1; done; echo end")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile()))
                .start();
        SinkShipper tailer = new SinkShipper(sink, node.data, node.feed(Clocks.system(InstantSource.system())), 50);
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!sink.messages(1).contains("end") && System.nanoTime() < deadline) {
            tailer.noticed(node.file(1));
            tailer.tick();
        }
        program.waitFor();
        tailer.close();

        assertThat(sink.messages(1)).containsExactly("begin", "line 1", "line 2", "line 3", "line 4", "end");
        positionsGrow();
    }

    @Test
    void a_hole_that_a_program_leaves_in_a_file_that_was_cut_is_no_text() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one\ntwo\n");
        node.drain(tailer);
        Files.write(node.file(1).path(), new byte[0]);
        over(8, "three\n");

        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("one", "two", "three");
    }

    @Test
    void a_mark_of_the_byte_order_hides_neither_time_nor_level() throws IOException {
        node.write(1, "\ufeff2026-11-24 02:00:00,500 ERROR bot: one\n");

        node.drain(node.tailer(sink));

        LogEntry entry = sink.find(LogQuery.last(1)).get(0);
        assertThat(entry.message()).isEqualTo("one");
        assertThat(entry.inferred()).isFalse();
    }

    @Test
    void p5_lines_of_a_quiet_worker_whose_file_others_renamed_are_found() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one\n");
        node.drain(tailer);
        node.timing.pass(Duration.ofMinutes(1));
        tailer.tick();
        Path renamed = Path.of(node.file(1).path() + ".1");
        Files.move(node.file(1).path(), renamed);
        Files.createFile(node.file(1).path());
        node.drain(tailer);
        for (String line : List.of("two\n", "three\n")) {
            Files.writeString(renamed, line, java.nio.file.StandardOpenOption.APPEND);
            node.timing.pass(Duration.ofMinutes(1));
            for (int i = 0; i < 3; i++) {
                tailer.tick();
                node.timing.pass(FollowedFile.JOINING);
            }
        }

        assertThat(sink.messages(1)).containsExactly("one", "two", "three");
        assertThat(node.told()).isEmpty();
    }

    @Test
    void a_file_that_others_renamed_and_compressed_is_told_once() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one\n");
        node.drain(tailer);
        node.timing.pass(Duration.ofMinutes(1));
        tailer.tick();
        Files.delete(node.file(1).path());
        for (int i = 0; i < 5; i++) {
            tailer.noticed(node.file(1));
            node.drain(tailer);
            node.timing.pass(Duration.ofMinutes(1));
        }

        assertThat(node.told()).hasSize(1).first().asString().contains("compressed by somebody");
    }
}
