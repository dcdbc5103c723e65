package io.workersupervisor.internal.logs.entries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P5: no byte of a worker's file is lost between entries, and an entry is the same however it was read. */
class EntryCutterTest {
    private static final String RECORD = "2026-11-24 10:15:30,123 - worker - INFO - delivered\n";

    private final List<EntryCutter.Span> spans = new ArrayList<>();

    @Test
    void each_plain_line_is_an_entry() {
        assertThat(CutFile.entries("one\ntwo\n" + RECORD + "three"))
                .containsExactly("one", "two", RECORD.strip(), "three");
    }

    @Test
    void blank_lines_belong_to_the_entry_before_them() {
        assertThat(CutFile.entries("one\n\n \t\r\ntwo\n\n")).containsExactly("one\n\n \t\r", "two\n");
    }

    @Test
    void blank_lines_at_the_begin_are_an_entry_of_their_own() {
        assertThat(CutFile.entries("\n\r\none\n")).containsExactly("\n\r", "one");
    }

    @Test
    void offsets_count_from_where_the_cutter_began() {
        EntryCutter cutter = new EntryCutter(1_000_000_000_000L);

        feed(cutter, "one\ntwo\n");
        cutter.closeAll(spans::add);

        assertThat(spans)
                .containsExactly(
                        new EntryCutter.Span(1_000_000_000_000L, 4), new EntryCutter.Span(1_000_000_000_004L, 4));
    }

    @Test
    void a_negative_offset_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EntryCutter(-1))
                .withMessage("offset must not be negative, was -1");
    }

    @Test
    void the_last_entry_stays_open_until_it_is_closed() {
        EntryCutter cutter = new EntryCutter(0);

        feed(cutter, "one\ntwo\nthr");

        assertThat(spans).containsExactly(new EntryCutter.Span(0, 4));
        assertThat(cutter.openLines()).contains(new EntryCutter.Span(4, 4));
        assertThat(cutter.isJoining()).isFalse();
        assertThat(cutter.close()).contains(new EntryCutter.Span(4, 4));
        assertThat(cutter.openLines()).isEmpty();
        assertThat(cutter.close()).isEmpty();
        cutter.closeAll(spans::add);
        assertThat(spans).last().isEqualTo(new EntryCutter.Span(8, 3));
    }

    @Test
    void closing_all_hands_out_open_lines_and_the_incomplete_one_apart() {
        EntryCutter cutter = new EntryCutter(0);
        feed(cutter, RECORD + RECORD.strip());

        cutter.closeAll(spans::add);

        assertThat(spans)
                .containsExactly(
                        new EntryCutter.Span(0, RECORD.length()),
                        new EntryCutter.Span(RECORD.length(), RECORD.length() - 1));
    }

    @Test
    void closing_all_joins_an_incomplete_line_of_a_traceback() {
        assertThat(CutFile.entries("Traceback (most recent call last):\n  File \"x.py\", line 1\n    rai"))
                .hasSize(1);
    }

    @Test
    void a_traceback_that_is_closed_by_force_goes_on_as_one_entry_more() {
        EntryCutter cutter = new EntryCutter(0);
        String begin = "Traceback (most recent call last):\n  File \"x.py\", line 1, in main\n";
        String rest = "    run()\n  File \"x.py\", line 2, in run\n    raise X()\nX: gone\n";

        feed(cutter, begin);
        assertThat(cutter.isJoining()).isTrue();
        assertThat(cutter.close()).contains(new EntryCutter.Span(0, begin.length()));
        assertThat(cutter.isJoining()).isFalse();
        feed(cutter, rest);

        assertThat(cutter.openLines()).contains(new EntryCutter.Span(begin.length(), rest.length()));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_535, 65_536})
    void a_line_of_64_kib_with_its_newline_is_one_entry(int length) {
        byte[] file = CutFile.bytes("x".repeat(length - 1) + "\nnext\n");

        assertThat(CutFile.spans(file))
                .containsExactly(new EntryCutter.Span(0, length), new EntryCutter.Span(length, 5));
    }

    @Test
    void a_longer_line_is_cut() {
        byte[] file = CutFile.bytes("one\n" + "x".repeat(65_536) + "\n\nnext\n");

        assertThat(CutFile.spans(file))
                .containsExactly(
                        new EntryCutter.Span(0, 4),
                        new EntryCutter.Span(4, 65_536),
                        new EntryCutter.Span(65_540, 2),
                        new EntryCutter.Span(65_542, 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ä", "€", "👍"})
    void a_long_line_is_cut_between_characters(String character) {
        for (int shift = 0; shift < 4; shift++) {
            byte[] file = CutFile.bytes("x".repeat(shift) + character.repeat(70_000) + "\n");

            List<EntryCutter.Span> cut = CutFile.spans(file);

            assertThat(cut).hasSizeGreaterThan(2);
            for (EntryCutter.Span span : cut) {
                assertThat(span.length()).isBetween(1, LogEntry.LONGEST);
                assertThat(CutFile.bytes(text(file, span))).hasSize(span.length());
                assertThat(text(file, span)).doesNotContain("\ufffd");
            }
            assertCovers(file, cut);
        }
    }

    @Test
    void bytes_that_are_no_utf8_are_cut_anywhere() {
        byte[] file = new byte[200_000];
        Arrays.fill(file, (byte) 0x80);

        assertThat(CutFile.spans(file))
                .extracting(EntryCutter.Span::length)
                .containsExactly(65_536, 65_536, 65_536, 3_392);
    }

    @Test
    void a_traceback_beyond_64_kib_goes_on_in_the_next_entry_from_a_line() {
        String frame = "  File \"/srv/worker/worker.py\", line 107, in flatten\n";
        byte[] file =
                CutFile.bytes("Traceback (most recent call last):\n" + frame.repeat(3_000) + "RecursionError: deep\n");

        List<EntryCutter.Span> cut = CutFile.spans(file);

        assertThat(cut).hasSize(3);
        assertThat(cut.subList(1, 3))
                .allSatisfy(span -> assertThat(text(file, span)).startsWith("  File"));
        assertCovers(file, cut);
    }

    @Test
    void a_line_of_100_mb_needs_one_line_of_memory_and_is_handed_out_while_it_is_read() {
        EntryCutter cutter = new EntryCutter(0);
        byte[] portion = new byte[1 << 20];
        Arrays.fill(portion, (byte) '[');

        for (int i = 0; i < 100; i++) {
            cutter.feed(portion, 0, portion.length, spans::add);
            assertThat(spans).hasSizeGreaterThanOrEqualTo(16 * i);
        }

        assertThat(spans)
                .hasSize(1_600)
                .allSatisfy(span -> assertThat(span.length()).isEqualTo(65_536));
    }

    @Test
    void random_files_are_cut_alike_in_every_portioning_and_without_gap() {
        String[] lines = {
            "\n",
            "\r\n",
            "  \n",
            "raw\n",
            "\tat a.B.c(D.java:1)\n",
            "    indented\n",
            RECORD,
            "2026-11-24 10:15:31 ERROR failed\n",
            "Traceback (most recent call last):\n",
            "ValueError: x\n",
            "  File \"x.py\", line 1\n",
            "{\"level\":30,\"msg\":\"x\"}\n",
            "panic: x\n",
            "goroutine 1 [running]:\n",
            "\nDuring handling of the above exception, another exception occurred:\n\n",
            "}\n",
            "x".repeat(70_000),
            "ä€👍\n",
            "\u001b[31mERROR\u001b[0m x\n",
            "/srv/a.js:1\n",
            "   ^\n",
            "Caused by: x\n",
            "thread 'main' panicked at a.rs:1:2:\n",
            "# fatal\n",
            "\0\0\n",
            "Exception in thread \"main\" a.B: x\n",
        };
        Random random = new Random(42);
        for (int round = 0; round < 200; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i >= 0; i--) {
                text.append(lines[random.nextInt(lines.length)]);
            }
            byte[] file = CutFile.bytes(text.toString());

            List<EntryCutter.Span> whole = CutFile.spans(file);

            assertCovers(file, whole);
            assertThat(CutFile.spans(file, random, 1)).isEqualTo(whole);
            assertThat(CutFile.spans(file, random, 40)).isEqualTo(whole);
            assertThat(CutFile.spans(file, random, 100_000)).isEqualTo(whole);
        }
    }

    static void assertCovers(byte[] file, List<EntryCutter.Span> spans) {
        long at = 0;
        for (EntryCutter.Span span : spans) {
            assertThat(span.offset()).isEqualTo(at);
            assertThat(span.length()).isBetween(1, LogEntry.LONGEST);
            at += span.length();
        }
        assertThat(at).isEqualTo(file.length);
    }

    private static String text(byte[] file, EntryCutter.Span span) {
        return new String(file, (int) span.offset(), span.length(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private void feed(EntryCutter cutter, String text) {
        byte[] bytes = CutFile.bytes(text);
        cutter.feed(bytes, 0, bytes.length, spans::add);
    }
}
