package io.workersupervisor.internal.logs.entries;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogEntry;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P7: whatever a worker writes, reading it takes linear time and bounded memory, and never fails. */
@Tag("long")
class HostileLogTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "(",
                "0",
                "1:",
                "2026-",
                ":",
                "-",
                " ",
                "\t",
                "\r",
                "\u001b",
                "\u001b[",
                "\u001b]",
                "\0",
                "a",
                "A",
                "a.",
                "{\"",
                "ERROR",
                "INFO ",
                "a - ",
                "Nov ",
                "\\",
                "\"",
                "=",
                "k=\"",
                "#",
                ".",
                "'",
                "thread '",
                "^",
                "at ",
                "\u00e4",
                "\ud83d\udc4d"
            })
    void a_long_line_of_anything_is_cut_and_read_in_linear_time(String piece) {
        byte[] portion = CutFile.bytes(piece.repeat((1 << 20) / CutFile.bytes(piece).length));
        long[] read = {0, 0};
        EntryCutter cutter = new EntryCutter(0);

        long begin = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            cutter.feed(portion, 0, portion.length, span -> read[0] += span.length());
        }
        cutter.closeAll(span -> read[0] += span.length());
        for (int from = 0; from < portion.length; from += LogEntry.LONGEST) {
            int to = Math.min(portion.length, from + LogEntry.LONGEST);
            read[1] += EntryParser.parse(portion, from, to, CutFile.FIRST)
                    .message()
                    .length();
        }

        assertThat(read[0]).isEqualTo(10L * portion.length);
        assertThat(read[1]).isNotNegative();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "[\n",
                "{\n",
                " \n",
                "a\n",
                "\tat x\n",
                "Traceback (most recent call last):\n",
                "panic: \n",
                "#\n"
            })
    void many_short_lines_are_cut_in_linear_time(String line) {
        byte[] portion = CutFile.bytes(line.repeat((1 << 20) / line.length()));
        long[] read = {0};
        EntryCutter cutter = new EntryCutter(0);

        long begin = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            cutter.feed(portion, 0, portion.length, span -> read[0] += span.length());
        }
        cutter.closeAll(span -> read[0] += span.length());

        assertThat(read[0]).isEqualTo(10L * portion.length);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
    }

    @Test
    void random_bytes_are_read_without_failure_and_into_text_that_any_store_takes() {
        Random random = new Random(3);
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = new byte[1 + random.nextInt(200)];
            random.nextBytes(bytes);

            Parsed entry = EntryParser.parse(bytes, 0, bytes.length, CutFile.FIRST);

            assertStorable(entry);
        }
    }

    @Test
    void pieces_of_prefixes_in_any_order_are_read_without_failure() {
        String[] pieces = {
            "2026-11-24",
            " ",
            "T",
            "10:15:30",
            ",123",
            "Z",
            "+02:00",
            "[",
            "]",
            "(",
            ")",
            " - ",
            " | ",
            ": ",
            ":",
            "INFO",
            "error",
            "E",
            "/",
            "<3>",
            "Nov 24",
            "Tue",
            "{",
            "}",
            "\"level\"",
            "30",
            ",",
            "level=",
            "time=",
            "\"",
            "a.B",
            "--- ",
            "\t",
            "\n",
            "\r\n",
            "Error",
            "npm ",
            "I1124 ",
            "[ 1][t 4]",
            "\u001b[1m",
            "thread '",
            "panicked at ",
            "'",
            "node:",
            "1",
            "AM",
            "#",
            "...",
            "Caused by: ",
            "Traceback (most recent call last):",
            "@",
            "\\",
            "\\u12",
            "x"
        };
        Random random = new Random(5);
        for (int round = 0; round < 100_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }

            Parsed entry = CutFile.line(text.toString());

            assertStorable(entry);
        }
    }

    private static void assertStorable(Parsed entry) {
        assertThat(entry.timestamp()).isBetween("1970-01-01T00:00:00Z", "2286-11-20T17:46:40Z");
        assertThat(entry.message().indexOf('\0')).isNegative();
        assertThat(entry.logger().orElse("x")).isNotBlank();
        entry.message()
                .codePoints()
                .filter(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                .forEach(c -> assertThat(c).as("lone surrogate").isNegative());
    }
}
