package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Samples;
import io.workersupervisor.internal.events.OperatorLog;
import io.workersupervisor.spi.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code worker.log}: what an operator reads first. */
class OperatorLogSinkTest {
    @TempDir
    private Path directory;

    @Test
    void entries_from_the_threshold_on_get_a_line_with_account_and_worker() throws IOException {
        OperatorLogSink sink = new OperatorLogSink(log(), LogLevel.WARNING);

        sink.append(List.of(
                entry(0, LogLevel.INFO, "fine"), entry(9, LogLevel.WARNING, "hm"), entry(20, LogLevel.CRITICAL, "oh")));

        assertThat(file())
                .hasContent("2026-11-24T02:00:00.123Z WARN  4711 " + Samples.WORKER + "@9 bot: hm\n"
                        + "2026-11-24T02:00:00.123Z CRIT  4711 " + Samples.WORKER + "@20 bot: oh\n");
    }

    @Test
    void a_traceback_is_one_line_with_its_begin_and_the_error() throws IOException {
        new OperatorLogSink(log(), LogLevel.WARNING)
                .append(List.of(entry(
                        0, LogLevel.ERROR, "it failed\nTraceback (most recent call last):\n  File x\nValueError: no")));

        assertThat(file()).content().endsWith("bot: it failed ... ValueError: no (4 lines)\n");
    }

    @Test
    void p5_a_batch_that_a_host_which_died_may_have_written_is_not_written_twice() throws IOException {
        List<LogEntry> entries = List.of(entry(0, LogLevel.ERROR, "one"), entry(9, LogLevel.ERROR, "two"));
        new OperatorLogSink(log(), LogLevel.WARNING).append(entries.subList(0, 1));

        new OperatorLogSink(log(), LogLevel.WARNING).append(entries);

        assertThat(Files.readAllLines(file())).hasSize(2);
    }

    @Test
    void a_file_that_cannot_be_written_is_a_sink_that_is_down() throws IOException {
        Files.createDirectory(file());

        assertThatThrownBy(() ->
                        new OperatorLogSink(log(), LogLevel.DEBUG).append(List.of(entry(0, LogLevel.ERROR, "one"))))
                .isInstanceOf(LogSinkException.class)
                .hasMessageContaining("worker.log");
    }

    @Test
    void a_large_file_is_kept_under_another_name_and_the_oldest_goes() throws IOException {
        OperatorLog log = new OperatorLog(file(), 1_000);
        for (int i = 0; i < 400; i++) {
            log.append(OperatorLog.line(entry(i, LogLevel.ERROR, "line " + i)) + "\n");
        }

        assertThat(Files.size(file())).isLessThan(1_200);
        for (int i = 1; i <= OperatorLog.KEPT; i++) {
            assertThat(Files.size(log.older(i))).isBetween(1_000L, 1_200L);
            assertThat(Files.getPosixFilePermissions(log.older(i))).hasSize(2);
        }
        assertThat(log.older(OperatorLog.KEPT + 1)).doesNotExist();
    }

    @Test
    void many_writers_that_rotate_lose_no_line() throws Exception {
        List<Thread> writers = IntStream.range(0, 4)
                .mapToObj(writer -> new Thread(() -> {
                    OperatorLog log = new OperatorLog(file(), 20_000);
                    for (int i = 0; i < 100; i++) {
                        append(log, OperatorLog.line(entry(writer * 1_000L + i, LogLevel.ERROR, "line")) + "\n");
                    }
                }))
                .toList();
        writers.forEach(Thread::start);
        for (Thread writer : writers) {
            writer.join();
        }

        OperatorLog log = new OperatorLog(file());
        long lines = Files.readAllLines(file()).size();
        for (int i = 1; i <= OperatorLog.KEPT; i++) {
            lines += Files.exists(log.older(i))
                    ? Files.readAllLines(log.older(i)).size()
                    : 0;
        }
        assertThat(lines).isEqualTo(400);
    }

    private static void append(OperatorLog log, String line) {
        try {
            log.append(line);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private OperatorLog log() {
        return new OperatorLog(file());
    }

    private Path file() {
        return directory.resolve("worker.log");
    }

    private static LogEntry entry(long offset, LogLevel level, String message) {
        return new LogEntry(
                Optional.of(new LogPosition(Samples.WORKER, offset)),
                Samples.ACCOUNT,
                Optional.empty(),
                level,
                Samples.NOW,
                false,
                Optional.of("bot"),
                message);
    }
}
