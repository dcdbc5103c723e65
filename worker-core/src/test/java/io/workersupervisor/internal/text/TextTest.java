package io.workersupervisor.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TextTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "1, 1 ms",
        "999, 999 ms",
        "-250, -250 ms",
        "1000, 1 s",
        "1249, 1.2 s",
        "1250, 1.3 s",
        "-1250, -1.3 s",
        "12500, 12.5 s",
        "59000, 59 s",
        "59999, 60.0 s",
        "60000, 1 min 0 s",
        "200000, 3 min 20 s",
        "3599999, 59 min 59 s",
        "3600000, 1 h 0 min",
        "86399999, 23 h 59 min",
        "86400000, 1 d 0 h",
        "187200000, 2 d 4 h",
    })
    void a_duration_reads_as_people_write_it(long millis, String words) {
        assertThat(Text.words(Duration.ofMillis(millis))).isEqualTo(words);
    }

    @Test
    void the_longest_duration_has_words_too() {
        assertThat(Text.words(ChronoUnit.FOREVER.getDuration())).isEqualTo("106751991167300 d 15 h");
    }

    @ParameterizedTest
    @MethodSource("lines")
    void a_text_stays_on_its_line(String text, String line) {
        assertThat(Text.oneLine(text)).isEqualTo(line);
    }

    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("plain", "plain"),
                Arguments.of("a\nb\r\nc", "a b  c"),
                Arguments.of(" \t a \n", "a"),
                Arguments.of("\u001b[31mred", "[31mred"),
                Arguments.of("a\u0085b\u007fc\0d", "a b c d"),
                Arguments.of("ä 👍 \ud83d", "ä 👍 \ud83d"));
    }

    @Test
    void a_quote_is_cut_where_it_is_long() {
        assertThat(Text.quoted("a\nb")).isEqualTo("\"a b\"");
        assertThat(Text.quoted(" a ")).isEqualTo("\" a \"");
        assertThat(Text.quoted("x".repeat(80))).isEqualTo('"' + "x".repeat(80) + '"');
        assertThat(Text.quoted("x".repeat(81))).isEqualTo('"' + "x".repeat(80) + "...\"");
    }
}
