package io.workersupervisor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogShipment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every log sink does. Tests of a store extend it; each test has a store of its own. */
public abstract class LogSinkContract {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final AccountId OTHER = AccountId.of("bot.7");
    private static final Instant NOW = Instant.parse("2026-03-01T10:15:30.007Z");
    private static final String WORKER = "01kjmdpmq70000000000000001";
    private static final String LATER_WORKER = "01kjmdpmq70000000000000002";

    /** The sink under test; the same store at every call within a test. */
    protected abstract LogSink sink();

    /** The same store, opened once more where that is possible. */
    protected abstract LogSink another();

    @Test
    void a_new_sink_holds_nothing() {
        assertThat(sink().find(LogQuery.last(10))).isEmpty();
    }

    @Test
    void the_name_can_name_a_directory_and_is_the_same_wherever_the_store_is_opened() {
        assertThat(sink().name()).matches("[a-z0-9-]{1,32}").isEqualTo(another().name());
    }

    /** P5: retention and {@code --since} go by the time at which a line came, not by what it begins with. */
    @Test
    void p5_lines_that_begin_with_old_dates_or_none_are_found_among_the_newest(@TempDir Path directory)
            throws IOException {
        LogShipment shipment = new LogShipment(DataDirectory.open(directory.resolve("data")));
        Instant begin = Instant.now();
        AtomicInteger asked = new AtomicInteger();

        shipment.ship(sink(), () -> {
            if (asked.incrementAndGet() == 2) {
                write(shipment.file(), "2019-03-01 00:00:00 a row\nJun 10 10:00:00 another\nbare\n");
            }
            return Instant.now().isAfter(begin.plusSeconds(60))
                    || sink().find(LogQuery.last(10)).size() == 3;
        });

        assertThat(sink().find(LogQuery.last(10).since(begin.minusSeconds(1)).until(Instant.now())))
                .hasSize(3)
                .allSatisfy(entry -> assertThat(entry.inferred()).isTrue());
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void an_entry_comes_back_as_it_was_appended() {
        LogEntry entry = new LogEntry(
                Optional.of(new LogPosition(WORKER, 5_000_000_000L)),
                ACCOUNT,
                Optional.of("user-1"),
                LogLevel.CRITICAL,
                NOW,
                true,
                Optional.of("telethon.network"),
                "first\n  second \t é 漢 \uD83D\uDE00");

        List<LogSink.Rejected> rejected = sink().append(List.of(entry));

        assertThat(rejected).isEmpty();
        assertThat(another().find(LogQuery.last(10))).containsExactly(entry);
    }

    @Test
    void an_entry_without_user_and_logger_comes_back_without_them() {
        LogEntry entry = entry(ACCOUNT, WORKER, 0, LogLevel.INFO, NOW);

        append(entry);

        assertThat(sink().find(LogQuery.last(10))).containsExactly(entry);
    }

    @ParameterizedTest
    @EnumSource(LogLevel.class)
    void each_level_is_kept_and_found(LogLevel level) {
        append(entry(ACCOUNT, WORKER, 0, level, NOW));

        assertThat(sink().find(LogQuery.last(10).atLeast(level)))
                .extracting(LogEntry::level)
                .containsExactly(level);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0000b", "\u001b[31mred", "'; drop table worker_logs; --", "$where", "{\"a\": 1}"})
    void a_message_is_text_whatever_it_holds(String message) {
        LogEntry plain = entry(ACCOUNT, WORKER, 0, LogLevel.INFO, NOW);
        LogEntry entry = new LogEntry(
                plain.position(), ACCOUNT, Optional.empty(), LogLevel.INFO, NOW, false, Optional.empty(), message);

        append(entry);

        assertThat(sink().find(LogQuery.last(10))).extracting(LogEntry::message).containsExactly(message);
    }

    @Test
    void the_longest_message_is_kept_whole() {
        String longest = "x".repeat(LogEntry.LONGEST);

        append(new LogEntry(
                Optional.of(new LogPosition(WORKER, 0)),
                ACCOUNT,
                Optional.empty(),
                LogLevel.INFO,
                NOW,
                false,
                Optional.empty(),
                longest));

        assertThat(sink().find(LogQuery.last(1))).extracting(LogEntry::message).containsExactly(longest);
    }

    @Test
    void p5_appending_the_same_entries_again_changes_nothing() {
        List<LogEntry> entries = entries(20);
        sink().append(entries);

        List<LogSink.Rejected> rejected = another().append(entries);

        assertThat(rejected).isEmpty();
        assertThat(sink().find(LogQuery.last(100))).containsExactlyElementsOf(entries);
    }

    @Test
    void p5_a_batch_of_which_some_entries_are_there_already_adds_the_others() {
        List<LogEntry> entries = entries(20);
        sink().append(List.of(entries.get(0), entries.get(7), entries.get(19)));

        sink().append(entries);

        assertThat(sink().find(LogQuery.last(100))).containsExactlyElementsOf(entries);
    }

    @Test
    void the_first_of_two_entries_at_one_position_stays() {
        LogEntry first = entry(ACCOUNT, WORKER, 0, LogLevel.INFO, NOW);
        append(first);

        append(entry(ACCOUNT, WORKER, 0, LogLevel.ERROR, NOW.plusSeconds(1)));

        assertThat(sink().find(LogQuery.last(10))).containsExactly(first);
    }

    @Test
    void an_empty_batch_is_no_work() {
        assertThat(sink().append(List.of())).isEmpty();
    }

    @Test
    void an_entry_without_a_position_cannot_be_appended() {
        LogEntry foreign = new LogEntry(
                Optional.empty(), ACCOUNT, Optional.empty(), LogLevel.INFO, NOW, false, Optional.empty(), "foreign");

        assertThatIllegalStateException()
                .isThrownBy(() -> sink().append(List.of(foreign)))
                .withMessageContaining("4711");
    }

    @Test
    void the_last_entries_are_the_latest_ones_oldest_first() {
        List<LogEntry> entries = entries(20);
        sink().append(entries);

        assertThat(sink().find(LogQuery.last(3))).containsExactlyElementsOf(entries.subList(17, 20));
    }

    @Test
    void entries_of_one_time_come_in_the_order_in_which_they_were_written() {
        List<LogEntry> entries = IntStream.range(0, 12)
                .mapToObj(i -> entry(ACCOUNT, WORKER, i * 9L, LogLevel.INFO, NOW))
                .toList();
        sink().append(entries);

        assertThat(sink().find(LogQuery.last(4))).containsExactlyElementsOf(entries.subList(8, 12));
        assertThat(sink().find(LogQuery.last(4).account(ACCOUNT))).containsExactlyElementsOf(entries.subList(8, 12));
    }

    @Test
    void entries_of_one_worker_come_in_the_order_of_its_file_whatever_their_times_say() {
        LogEntry first = entry(ACCOUNT, WORKER, 0, LogLevel.INFO, NOW);
        LogEntry second = entry(ACCOUNT, WORKER, 50, LogLevel.INFO, NOW.minusSeconds(60));
        LogEntry next = entry(ACCOUNT, LATER_WORKER, 0, LogLevel.INFO, NOW.plusSeconds(1));
        sink().append(List.of(first, second, next));

        assertThat(sink().find(LogQuery.last(10).worker(WORKER))).containsExactly(first, second);
        assertThat(sink().find(LogQuery.last(1).worker(WORKER))).containsExactly(second);
    }

    @Test
    void entries_of_one_account_are_found_whether_its_key_is_a_number_or_a_text() {
        LogEntry number = entry(ACCOUNT, WORKER, 0, LogLevel.INFO, NOW);
        LogEntry text = entry(OTHER, LATER_WORKER, 0, LogLevel.INFO, NOW);
        append(number, text);

        assertThat(sink().find(LogQuery.last(10).account(ACCOUNT))).containsExactly(number);
        assertThat(sink().find(LogQuery.last(10).account(OTHER))).containsExactly(text);
    }

    @Test
    void what_a_person_should_look_at_is_found_among_much_else() {
        List<LogEntry> entries = new ArrayList<>(entries(200));
        LogEntry warning = entry(ACCOUNT, LATER_WORKER, 0, LogLevel.WARNING, NOW.plusSeconds(3));
        LogEntry error = entry(ACCOUNT, LATER_WORKER, 10, LogLevel.ERROR, NOW.plusSeconds(150));
        entries.addAll(List.of(warning, error, entry(OTHER, LATER_WORKER, 20, LogLevel.ERROR, NOW.plusSeconds(160))));
        sink().append(entries);

        assertThat(sink().find(LogQuery.last(50).account(ACCOUNT).atLeast(LogLevel.WARNING)))
                .containsExactly(warning, error);
    }

    @Test
    void a_period_includes_both_its_ends() {
        List<LogEntry> entries = entries(20);
        sink().append(entries);

        LogQuery period = LogQuery.last(100).since(NOW.plusSeconds(5)).until(NOW.plusSeconds(7));

        assertThat(sink().find(period)).containsExactlyElementsOf(entries.subList(5, 8));
        assertThat(sink().find(period.account(ACCOUNT))).containsExactlyElementsOf(entries.subList(5, 8));
        assertThat(sink().find(period.account(OTHER))).isEmpty();
    }

    @Test
    void the_last_entries_before_an_account_went_are_those_before_its_end() {
        List<LogEntry> entries = entries(20);
        sink().append(entries);

        LogQuery before = LogQuery.last(2).account(ACCOUNT).until(NOW.plusSeconds(10));

        assertThat(sink().find(before)).containsExactlyElementsOf(entries.subList(9, 11));
    }

    @Test
    void entries_before_a_place_of_a_worker_are_those_of_its_file_up_to_there() {
        List<LogEntry> entries = entries(20);
        sink().append(entries);
        append(entry(ACCOUNT, LATER_WORKER, 0, LogLevel.INFO, NOW));

        LogQuery before = LogQuery.last(3).before(new LogPosition(WORKER, 1_000));

        assertThat(sink().find(before)).containsExactlyElementsOf(entries.subList(7, 10));
        assertThat(sink().find(before.limit(100).atLeast(LogLevel.WARNING))).isEmpty();
        assertThat(sink().find(before.limit(100))).containsExactlyElementsOf(entries.subList(0, 10));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000_000})
    void more_entries_than_a_page_are_handed_out_in_parts_in_the_order_of_find(int millisOfOneTime) {
        List<LogEntry> entries = IntStream.range(0, 1_200)
                .mapToObj(i -> entry(
                        i % 3 == 0 ? OTHER : ACCOUNT,
                        i % 2 == 0 ? WORKER : LATER_WORKER,
                        i * 10L,
                        i % 5 == 0 ? LogLevel.WARNING : LogLevel.INFO,
                        NOW.plusMillis(i / millisOfOneTime)))
                .toList();
        sink().append(entries);

        for (LogQuery query : List.of(
                LogQuery.last(LogQuery.MOST),
                LogQuery.last(501),
                LogQuery.last(1_200).since(NOW.plusMillis(3)),
                LogQuery.last(700).account(ACCOUNT),
                LogQuery.last(1_000).atLeast(LogLevel.WARNING),
                LogQuery.last(LogQuery.MOST).worker(WORKER),
                LogQuery.last(333).worker(LATER_WORKER),
                LogQuery.last(10).worker("none"))) {
            List<LogEntry> each = new ArrayList<>();
            sink().find(query, each::addAll);
            assertThat(each).as("%s", query).isEqualTo(sink().find(query));
        }
    }

    @Test
    void a_second_close_does_nothing() {
        LogSink sink = another();

        sink.close();
        sink.close();

        assertThat(sink.name()).isNotEmpty();
    }

    private void append(LogEntry... entries) {
        assertThat(sink().append(List.of(entries))).isEmpty();
    }

    /** One entry a second, of one worker. */
    private static List<LogEntry> entries(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry(ACCOUNT, WORKER, i * 100L, LogLevel.INFO, NOW.plusSeconds(i)))
                .toList();
    }

    private static LogEntry entry(AccountId account, String worker, long offset, LogLevel level, Instant at) {
        return new LogEntry(
                Optional.of(new LogPosition(worker, offset)),
                account,
                Optional.empty(),
                level,
                at,
                false,
                Optional.empty(),
                "entry at " + offset);
    }
}
