package io.workersupervisor.examples.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogWordsTest {
    private final LogWords words = new LogWords(new Times(ZoneId.of("Europe/Berlin")), Colours.NONE);

    @Test
    void an_entry_has_its_time_with_the_offset_and_further_lines_are_indented() {
        assertThat(words.text(entry(false, "telethon", "cannot send\nTraceback (most recent call last):\n  x\nE: y")))
                .isEqualTo("""
                        2026-11-24 13:00:00.004 +01:00  WARNING  4711 telethon: cannot send
                            Traceback (most recent call last):
                              x
                            E: y""");
    }

    @Test
    void a_time_that_the_line_did_not_give_is_marked() {
        assertThat(words.text(entry(true, "", "hello")))
                .isEqualTo("2026-11-24 13:00:00.004 +01:00~ WARNING  4711 hello");
    }

    @Test
    void an_entry_without_text_is_a_line_of_its_own() {
        assertThat(words.text(entry(true, "", ""))).isEqualTo("2026-11-24 13:00:00.004 +01:00~ WARNING  4711");
    }

    /** P8: who writes a log shall not command the terminal of who reads it. */
    @Test
    void what_a_worker_wrote_commands_no_terminal() {
        assertThat(words.text(entry(true, "\u001b]0;x\u0007", "a\tb\u001b[2J\u009b1mc")))
                .contains("\ufffd]0;x\ufffd: a\tb\ufffd[2J\ufffd1mc")
                .doesNotContain("\u001b", "\u009b");
    }

    @Test
    void a_question_is_told_in_words() {
        LogQuery query = LogQuery.last(5)
                .account(AccountId.of(5))
                .atLeast(LogLevel.WARNING)
                .since(Instant.parse("2026-11-24T12:00:00Z"));

        assertThat(words.text(query)).isEqualTo("account 5, WARNING and above, since 2026-11-24 13:00:00.000 +01:00");
        assertThat(words.text(LogQuery.last(1))).isEqualTo("all accounts");
    }

    private static LogEntry entry(boolean inferred, String logger, String message) {
        return new LogEntry(
                Optional.empty(),
                AccountId.of(4711),
                Optional.empty(),
                LogLevel.WARNING,
                Instant.parse("2026-11-24T12:00:00.004Z"),
                inferred,
                Optional.of(logger).filter(name -> !name.isEmpty()),
                message);
    }
}
