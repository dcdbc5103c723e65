package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** P5 where a worker's file is not only appended to: each line once, under positions that only grow. */
class WrittenOverTest extends OnTailedDirectory {
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
