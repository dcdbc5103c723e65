package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Redaction;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.spi.InMemoryLogSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every line once and in order (P5), and one bad thing stays one (P7). */
class SinkShipperTest extends OnTailedDirectory {
    private static final String TRACEBACK = """
            2026-11-24 02:00:00,500 ERROR bot: it failed
            Traceback (most recent call last):
              File "bot.py", line 1, in <module>
                run()
            ValueError: no
            """;

    private final FailingSink sink = new FailingSink();

    private static List<String> lines() {
        return TRACEBACK.lines().map(line -> line + "\n").toList();
    }

    @Test
    void p5_every_line_is_an_entry_at_its_byte() throws IOException {
        node.write(1, "2026-11-24 02:00:00,500 INFO bot: one\n2026-11-24 02:00:01,500 WARNING bot: two\n");

        node.drain(node.tailer(sink));

        List<LogEntry> entries = sink.find(LogQuery.last(10));
        assertThat(entries).extracting(LogEntry::message).containsExactly("one", "two");
        assertThat(entries)
                .extracting(entry -> entry.requirePosition().offset())
                .containsExactly(0L, 38L);
        assertThat(entries.get(1).level()).isEqualTo(LogLevel.WARNING);
        assertThat(entries.get(1).account()).isEqualTo(AccountId.of(1));
        assertThat(entries.get(1).userId()).contains("user-a");
        assertThat(entries.get(1).timestamp()).isEqualTo("2026-11-24T02:00:01.500Z");
    }

    @Test
    void p7_a_worker_that_cannot_be_asked_after_holds_up_no_other_and_is_asked_after_again() throws IOException {
        node.write(1, "one\n");
        node.write(2, "two\n");
        node.broken.add(TailedDirectory.worker(1));
        SinkShipper tailer = node.tailer(sink);
        node.drain(tailer);
        List<String> meanwhile = messages();
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pauses.add(tailer.tick());
            node.timing.pass(FollowedFile.QUIET);
        }

        node.broken.clear();
        for (int i = 0; i < 5; i++) {
            node.timing.pass(FollowedFile.JOINING);
            tailer.tick();
        }

        assertThat(meanwhile).containsExactly("two");
        assertThat(pauses).anyMatch(pause -> pause.compareTo(Duration.ofSeconds(1)) >= 0);
        assertThat(messages()).containsExactlyInAnyOrder("one", "two");
        assertThat(node.told()).filteredOn(text -> text.contains("a defect")).hasSize(1);
    }

    private List<String> messages() {
        return sink.find(LogQuery.last(10)).stream().map(LogEntry::message).toList();
    }

    @Test
    void files_that_nobody_told_of_are_found_when_the_tailer_begins() throws IOException {
        node.write(1, "one\n");
        SinkShipper tailer = node.tailer(sink);

        tailer.tick();
        node.timing.pass(FollowedFile.QUIET);
        tailer.tick();

        assertThat(sink.messages(1)).containsExactly("one");
    }

    @Test
    void what_follows_is_delivered_by_the_next_tailer_and_nothing_twice() throws IOException {
        node.write(1, "one\ntwo\n");
        SinkShipper first = node.tailer(sink);
        node.drain(first);
        node.kill(first);
        int before = sink.batches;
        node.write(1, "three\n");

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).containsExactly("one", "two", "three");
        assertThat(sink.batches).isEqualTo(before + 1);
    }

    @Test
    void a_line_without_its_newline_waits_until_its_worker_has_ended() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one\nhalf a l");
        node.drain(tailer);
        assertThat(sink.messages(1)).containsExactly("one");

        node.write(1, "ine");
        node.end(1);
        node.timing.pass(Duration.ofSeconds(10));
        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("one", "half a line");
    }

    @Test
    void p5_lines_that_a_tailer_sees_byte_for_byte_are_whole() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        for (char c : "alpha beta\ngamma é漢\n".toCharArray()) {
            tailer.noticed(node.write(1, String.valueOf(c)));
            tailer.tick();
        }

        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("alpha beta", "gamma é漢");
    }

    @Test
    void a_traceback_that_grows_between_ticks_is_one_entry() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        for (String line : lines()) {
            tailer.noticed(node.write(1, line));
            tailer.tick();
            node.timing.pass(Duration.ofMillis(100));
        }

        node.drain(tailer);

        assertThat(sink.messages(1)).hasSize(1);
        assertThat(sink.messages(1).get(0)).startsWith("it failed").endsWith("ValueError: no");
    }

    @Test
    void a_traceback_in_the_middle_of_its_frames_is_waited_for_longer_than_a_line() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        List<String> lines = lines();
        tailer.noticed(node.write(1, lines.get(0) + lines.get(1)));
        tailer.tick();
        for (String line : lines.subList(2, lines.size())) {
            node.timing.pass(FollowedFile.JOINING.minusMillis(1));
            tailer.tick();
            tailer.noticed(node.write(1, line));
            tailer.tick();
        }

        node.drain(tailer);

        assertThat(sink.messages(1)).hasSize(1);
    }

    @Test
    void p5_a_traceback_that_grew_between_append_and_checkpoint_is_appended_as_it_was_announced() throws IOException {
        List<String> lines = lines();
        SinkShipper first = node.tailer(sink);
        node.write(1, String.join("", lines.subList(0, 3)));
        sink.after = () -> {
            throw new LogSinkException("the acknowledgement is lost");
        };
        node.drain(first);
        List<String> before = sink.messages(1);
        node.kill(first);
        sink.after = () -> {};
        node.write(1, String.join("", lines.subList(3, 5)) + "next\n");

        node.drain(node.tailer(sink));

        List<LogEntry> entries = sink.find(LogQuery.last(10).worker(TailedDirectory.worker(1)));
        assertThat(before).hasSize(1);
        assertThat(entries.get(0).message()).isEqualTo(before.get(0));
        assertThat(entries).extracting(LogEntry::message).last().isEqualTo("next");
        assertThat(String.join("\n", sink.messages(1))).contains("it failed", "run()", "ValueError: no");
        assertThat(entries.stream()
                        .filter(e -> e.message().contains("ValueError"))
                        .count())
                .isEqualTo(1);
    }

    @Test
    void p5_a_tailer_that_dies_between_announcement_and_append_loses_nothing() throws IOException {
        node.write(1, "one\ntwo\n");
        SinkShipper first = node.tailer(sink);
        sink.before = batch -> {
            throw new LogSinkException("gone");
        };
        node.drain(first);
        node.kill(first);
        sink.before = batch -> batch;

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).containsExactly("one", "two");
    }

    @Test
    void p7_a_sink_that_is_down_for_an_hour_is_told_once_and_gets_everything_in_order() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.drain(tailer);
        sink.before = batch -> {
            throw new LogSinkException("the disk is away");
        };
        for (int minute = 0; minute < 60; minute++) {
            tailer.noticed(node.write(1, "line " + minute + "\n"));
            tailer.tick();
            node.timing.pass(Duration.ofMinutes(1));
        }
        int tries = sink.batches;
        sink.before = batch -> batch;

        node.drain(tailer);

        assertThat(sink.messages(1))
                .containsExactlyElementsOf(
                        IntStream.range(0, 60).mapToObj(i -> "line " + i).toList());
        assertThat(tries).isLessThanOrEqualTo(60);
        assertThat(node.events).hasSize(2);
        assertThat(node.told().get(0)).contains("failing is down", "the disk is away");
        assertThat(node.told().get(1)).contains("failing is back after").contains("bytes wait");
    }

    @Test
    void a_sink_that_is_down_is_tried_again_after_pauses_that_grow() throws IOException {
        node.write(1, "one\n");
        sink.before = batch -> {
            throw new LogSinkException("away");
        };
        SinkShipper tailer = node.tailer(sink);
        tailer.tick();
        node.timing.pass(FollowedFile.QUIET);

        Duration first = tailer.tick();
        Duration early = tailer.tick();
        node.timing.pass(first);
        Duration second = tailer.tick();

        assertThat(first).isEqualTo(Duration.ofSeconds(1));
        assertThat(early).isEqualTo(first);
        assertThat(second).isEqualTo(Duration.ofSeconds(2));
        assertThat(sink.batches).isEqualTo(2);
    }

    @Test
    void p7_an_error_of_a_sink_is_an_outage_like_any_other() throws IOException {
        node.write(1, "one\n");
        sink.before = batch -> {
            throw new StackOverflowError("planted");
        };
        SinkShipper tailer = node.tailer(sink);
        node.drain(tailer);
        sink.before = batch -> batch;

        node.timing.pass(Duration.ofMinutes(1));
        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("one");
        assertThat(node.told().get(0)).contains("is down").contains("planted");
    }

    @Test
    void p7_an_entry_that_a_sink_refuses_is_set_aside_and_holds_up_none() throws IOException {
        node.write(1, "one\npoison\nthree\n");
        sink.refused = entry -> entry.message().equals("poison");

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).containsExactly("one", "three");
        assertThat(node.told()).anyMatch(text -> text.contains("refuses 1 entry") && text.contains("too strange"));
        assertThat(Layout.checkpoints(node.data).resolve("failing/refused.jsonl"))
                .content()
                .contains("poison");
    }

    @Test
    void a_late_acknowledgement_changes_nothing() throws IOException {
        node.write(1, "one\n");
        sink.after = () -> node.timing.pass(Duration.ofHours(1));
        SinkShipper tailer = node.tailer(sink);

        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("one");
        assertThat(node.events).isEmpty();
    }

    @Test
    void one_tailer_serves_a_sink_and_another_takes_over() throws IOException {
        SinkShipper first = node.tailer(sink);
        SinkShipper second = node.tailer(sink);
        first.tick();
        node.write(1, "one\n");

        node.drain(second);
        assertThat(sink.messages(1)).isEmpty();
        node.kill(first);
        node.drain(second);

        assertThat(sink.messages(1)).containsExactly("one");
    }

    @Test
    void each_sink_has_a_pace_of_its_own() throws IOException {
        node.write(1, "one\n");
        sink.before = batch -> {
            throw new LogSinkException("away");
        };
        InMemoryLogSink healthy = new InMemoryLogSink();
        node.drain(node.tailer(sink));

        node.drain(node.tailer(healthy));

        assertThat(healthy.find(LogQuery.last(5))).hasSize(1);
        assertThat(sink.messages(1)).isEmpty();
    }

    @Test
    void a_torn_checkpoint_is_read_up_to_its_tear() throws IOException {
        node.write(1, "one\n");
        SinkShipper first = node.tailer(sink);
        node.drain(first);
        node.kill(first);
        Path journal = Layout.checkpoints(node.data).resolve("failing/journal");
        Files.writeString(journal, "deadbeef b 01ka", StandardOpenOption.APPEND);
        node.write(1, "two\n");

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).containsExactly("one", "two");
    }

    @Test
    void p5_a_lost_checkpoint_appends_the_same_entries_again() throws IOException {
        node.write(1, "one\n" + TRACEBACK + "two\n");
        SinkShipper first = node.tailer(sink);
        node.drain(first);
        node.kill(first);
        List<LogEntry> before = sink.find(LogQuery.last(10));
        Files.delete(Layout.checkpoints(node.data).resolve("failing/journal"));

        node.drain(node.tailer(sink));

        assertThat(sink.find(LogQuery.last(10))).isEqualTo(before);
    }

    @Test
    void a_file_that_its_worker_cuts_is_read_on_from_its_begin() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one is rather long\ntwo\n");
        node.drain(tailer);
        Files.write(node.file(1).path(), new byte[0]);
        node.write(1, "three\n");

        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("one is rather long", "two", "three");
        assertThat(node.told()).anyMatch(text -> text.contains("was cut"));
    }

    @Test
    void a_file_that_was_cut_and_has_grown_beyond_its_old_length_is_noticed() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one\ntwo\n");
        node.drain(tailer);
        node.kill(tailer);
        Files.writeString(node.file(1).path(), "three\nfour\nfive\nsix\n");

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).containsExactly("one", "two", "three", "four", "five", "six");
    }

    @Test
    void a_file_that_was_cut_and_has_grown_again_while_it_is_open_is_noticed() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        tailer.noticed(node.write(1, "one\ntwo\n"));
        tailer.tick();
        node.timing.pass(FollowedFile.QUIET);
        tailer.tick();
        assertThat(sink.messages(1)).containsExactly("one", "two");
        Files.writeString(node.file(1).path(), "three\nfour\nfive\nsix\n");

        tailer.noticed(node.file(1));
        tailer.tick();
        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("one", "two", "three", "four", "five", "six");
        assertThat(node.told()).anyMatch(text -> text.contains("was cut"));
    }

    @Test
    void a_file_that_its_worker_renames_is_read_to_its_end_before_the_new_one() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "one\n");
        node.drain(tailer);
        Path renamed = directory.resolve("data/worker.old");
        Files.writeString(node.file(1).path(), "two\n", StandardOpenOption.APPEND);
        Files.move(node.file(1).path(), renamed);
        node.write(1, "three\n");

        node.drain(tailer);

        assertThat(sink.messages(1)).containsExactly("one", "two", "three");
    }

    @Test
    void a_file_that_was_renamed_while_no_host_ran_is_found_by_its_inode() throws IOException {
        SinkShipper first = node.tailer(sink);
        node.write(1, "one\n");
        node.drain(first);
        node.kill(first);
        Files.writeString(node.file(1).path(), "two\n", StandardOpenOption.APPEND);
        Files.move(node.file(1).path(), directory.resolve("data/worker.old"));
        node.write(1, "three\n");

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).containsExactly("one", "two", "three");
    }

    @Test
    void a_file_that_was_replaced_is_told_and_read_under_new_positions() throws IOException {
        SinkShipper first = node.tailer(sink);
        node.write(1, "one\ntwo\n");
        node.drain(first);
        node.kill(first);
        Path other = Files.writeString(directory.resolve("data/other"), "three\n");
        Files.delete(node.file(1).path());
        Files.move(other, node.file(1).path());

        node.drain(node.tailer(sink));

        List<LogEntry> entries = sink.find(LogQuery.last(10).worker(TailedDirectory.worker(1)));
        assertThat(entries).extracting(LogEntry::message).containsExactly("one", "two", "three");
        assertThat(entries.get(2).requirePosition().offset()).isGreaterThanOrEqualTo(8);
        assertThat(node.told()).anyMatch(text -> text.contains("another file"));
    }

    @Test
    void a_deleted_file_is_read_to_its_end_while_it_is_open() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        tailer.noticed(node.write(1, "one\n"));
        tailer.tick();
        Files.writeString(node.file(1).path(), "two\n", StandardOpenOption.APPEND);
        WorkerLogFile file = node.file(1);
        Files.delete(file.path());

        tailer.noticed(file);
        node.drain(tailer);
        for (int i = 0; i < 4; i++) {
            tailer.tick();
            node.timing.pass(FollowedFile.JOINING);
        }

        assertThat(sink.messages(1)).containsExactly("one", "two");
    }

    @Test
    void p7_a_file_that_cannot_be_read_stops_no_other() throws IOException {
        Files.createDirectory(node.file(1).path());
        node.write(2, "two\n");
        Path secret = Files.writeString(directory.resolve("secret"), "secret\n");
        Files.createSymbolicLink(node.file(3).path(), secret);

        node.drain(node.tailer(sink));

        assertThat(sink.find(LogQuery.last(10))).extracting(LogEntry::message).containsExactly("two");
    }

    @Test
    void the_file_of_a_worker_that_ships_its_lines_itself_is_left_alone() throws IOException {
        node.write(1, "mine\n");
        new FileOnlyMarks(node.data).mark(TailedDirectory.worker(1));
        node.write(2, "yours\n");
        SinkShipper tailer = node.tailer(sink);

        tailer.tick();
        node.timing.pass(FollowedFile.QUIET);
        tailer.tick();

        assertThat(sink.find(LogQuery.last(10))).extracting(LogEntry::message).containsExactly("yours");
    }

    @Test
    void beyond_its_budget_a_worker_gets_one_entry_with_the_number_of_those_left_out() throws IOException {
        node.budget = OptionalInt.of(3);
        SinkShipper tailer = node.tailer(sink);
        node.write(1, "1\n2\n3\n4\n5\n6\n");
        tailer.noticed(node.file(1));
        tailer.tick();
        node.timing.pass(FollowedFile.QUIET);
        tailer.tick();
        List<String> atOnce = sink.messages(1);
        node.timing.pass(Duration.ofMinutes(1));
        node.write(1, "7\n");

        node.drain(tailer);

        assertThat(atOnce).containsExactly("1", "2", "3");
        assertThat(sink.messages(1)).hasSize(5).contains("7", "1", "2", "3");
        assertThat(sink.messages(1).get(3)).startsWith("3 entries are left out").contains("from byte 6");
    }

    @Test
    void many_old_files_that_are_done_are_not_read_again() throws IOException {
        for (int i = 1; i <= 2_000; i++) {
            node.write(i, "line of " + i + "\n");
            node.end(i);
        }
        SinkShipper first = node.tailer(sink);
        node.drain(first);
        node.kill(first);
        int batches = sink.batches;

        node.drain(node.tailer(sink));

        assertThat(sink.kept.size()).isEqualTo(2_000);
        assertThat(sink.batches).isEqualTo(batches);
    }

    @Test
    void p5_a_line_of_now_is_delivered_before_all_files_of_before_are_looked_at() throws IOException {
        int before = 1_000;
        for (int i = 1; i <= before; i++) {
            node.write(i, "line of " + i + "\n");
        }
        AtomicLong nanos = new AtomicLong();
        Clocks slow = new Clocks() {
            @Override
            public Instant now() {
                return node.timing.now();
            }

            /** Each look at the clock takes a millisecond. */
            @Override
            public long nanos() {
                return nanos.addAndGet(1_000_000);
            }

            @Override
            public void pause(Duration duration) {
                nanos.addAndGet(duration.toNanos());
            }
        };
        SinkShipper tailer = new SinkShipper(sink, node.data, node.feed(slow), 50);
        tailer.tick();
        // A watch calls every file grown that it sees for the first time.
        for (int i = 1; i <= before; i++) {
            tailer.noticed(node.file(i));
        }
        tailer.tick();
        tailer.noticed(node.write(before + 1, "now\nand then\n"));

        tailer.tick();

        assertThat(sink.messages(before + 1)).containsExactly("now");
        assertThat(sink.kept.size()).isLessThan(before / 2);
        for (int turns = 0; turns < before && sink.kept.size() <= before; turns++) {
            assertThat(tailer.tick()).isLessThanOrEqualTo(Duration.ofMillis(50));
        }
        assertThat(sink.kept.size()).isGreaterThan(before);
        tailer.close();
    }

    @Test
    void nul_and_bytes_that_are_no_text_are_entries() throws IOException {
        Files.write(
                node.file(1).path(), new byte[] {'a', 0, 'b', '\n', (byte) 0xff, (byte) 0xfe, '\n', 'c', '\r', '\n'});

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).hasSize(3).last().isEqualTo("c");
    }

    @Test
    void a_line_of_any_length_is_cut_into_entries_and_none_behind_it_waits() throws IOException {
        int length = 3 * LogEntry.LONGEST + 1_000;
        node.write(1, "x".repeat(length) + "\nnext\n");

        node.drain(node.tailer(sink));

        List<String> messages = sink.messages(1);
        assertThat(messages).last().isEqualTo("next");
        assertThat(String.join("", messages.subList(0, messages.size() - 1))).isEqualTo("x".repeat(length));
    }

    @Test
    void a_line_without_a_time_has_the_time_at_which_it_came() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        tailer.tick();
        node.timing.pass(Duration.ofDays(40));
        tailer.noticed(node.write(1, "no time\n"));
        Instant came = node.timing.now();

        node.drain(tailer);

        LogEntry last = sink.find(LogQuery.last(1)).get(0);
        assertThat(last.message()).isEqualTo("no time");
        assertThat(last.timestamp()).isEqualTo(came.truncatedTo(ChronoUnit.MILLIS));
        assertThat(last.inferred()).isTrue();
    }

    @Test
    void p5_a_replay_repeats_the_times_that_were_announced_whatever_clock_zone_and_end_are_now() throws IOException {
        SinkShipper first = node.tailer(sink);
        first.tick();
        node.timing.pass(Duration.ofMinutes(1));
        String own = node.timing.now().toString().substring(0, 23);
        first.noticed(node.write(1, own + " INFO own\nno time\n2019-01-01 00:00:00 a payload\n"));
        List<LogEntry> announced = new ArrayList<>();
        sink.before = batch -> {
            announced.addAll(batch);
            throw new LogSinkException("gone");
        };
        first.tick();
        node.timing.pass(FollowedFile.QUIET);
        first.tick();
        node.kill(first);
        sink.before = batch -> batch;
        node.zone = ZoneOffset.ofHours(9);
        node.timing.pass(Duration.ofDays(40));
        node.end(1);

        node.drain(node.tailer(sink));

        assertThat(announced).extracting(LogEntry::inferred).contains(true, false);
        assertThat(sink.find(LogQuery.last(10).worker(TailedDirectory.worker(1)))
                        .subList(0, announced.size()))
                .isEqualTo(announced);
    }

    @Test
    void p5_lines_with_old_dates_or_none_are_found_by_the_time_at_which_they_came() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        tailer.tick();
        node.timing.pass(Duration.ofDays(40));
        Instant begin = node.timing.now();
        for (int i = 0; i < 20; i++) {
            tailer.noticed(
                    node.write(1, "2019-01-" + (10 + i % 9) + " 00:00:00 row of a table\nDec 31 10:00:00 x\nbare\n"));
            tailer.tick();
            node.timing.pass(Duration.ofSeconds(1));
        }

        node.drain(tailer);

        assertThat(sink.find(LogQuery.last(100).since(begin.minusMillis(1)))).hasSize(60);
        assertThat(sink.find(LogQuery.last(100).since(node.timing.now()))).isEmpty();
    }

    @Test
    void a_worker_of_another_zone_is_shifted_and_told_once_also_across_tailers() throws IOException {
        for (int run = 0; run < 2; run++) {
            SinkShipper tailer = node.tailer(sink);
            tailer.tick();
            for (int i = 0; i < 30; i++) {
                Instant now = node.timing.now();
                tailer.noticed(node.write(
                        1, now.plus(Duration.ofHours(2)).toString().substring(0, 23) + " INFO it is " + now + "\n"));
                tailer.tick();
                node.timing.pass(Duration.ofSeconds(1));
            }
            node.drain(tailer);
            node.kill(tailer);
        }

        List<LogEntry> entries = sink.find(LogQuery.last(100));
        assertThat(entries).hasSize(60);
        assertThat(entries.subList(20, 60)).allSatisfy(entry -> {
            assertThat(entry.inferred()).isFalse();
            assertThat(entry.message()).endsWith(entry.timestamp().toString());
        });
        assertThat(node.told())
                .filteredOn(text -> text.contains("another zone"))
                .hasSize(1);
    }

    @Test
    void p5_lines_of_the_time_without_a_host_are_no_older_than_its_last_look() throws IOException {
        SinkShipper first = node.tailer(sink);
        node.write(1, "one\n");
        node.drain(first);
        node.timing.pass(Duration.ofHours(3));
        first.tick();
        Instant looked = node.timing.now();
        node.kill(first);
        node.timing.pass(Duration.ofHours(1));
        node.write(1, "two\n");
        node.timing.pass(Duration.ofHours(1));

        node.drain(node.tailer(sink));

        LogEntry two = sink.find(LogQuery.last(1)).get(0);
        assertThat(two.message()).isEqualTo("two");
        assertThat(two.timestamp()).isBetween(looked.truncatedTo(ChronoUnit.MILLIS), node.timing.now());
        assertThat(two.inferred()).isTrue();
    }

    @Test
    void the_last_look_moves_on_while_workers_write_without_a_pause() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        node.drain(tailer);
        tailer.noticed(node.write(1, "no end"));
        for (int i = 0; i < 100; i++) {
            tailer.noticed(node.write(2, "line " + i + "\n"));
            tailer.noticed(node.write(3, "line " + i + "\n"));
            tailer.tick();
            node.timing.pass(Duration.ofSeconds(2));
        }
        node.kill(tailer);

        try (CheckpointJournal journal =
                CheckpointJournal.open(Layout.checkpoints(node.data).resolve("failing"))) {
            assertThat(journal.looked()).isAfter(node.timing.now().minus(Duration.ofMinutes(2)));
        }
    }

    @Test
    void the_user_of_a_worker_that_nothing_is_known_of_is_left_empty() throws IOException {
        node.known.put(TailedDirectory.worker(1), KnownWorkers.Known.NOTHING);
        node.write(1, "one\n");

        node.drain(node.tailer(sink));

        assertThat(sink.find(LogQuery.last(1))).extracting(LogEntry::userId).containsExactly(Optional.empty());
    }

    @Test
    void p7_a_worker_that_writes_without_end_leaves_turns_to_the_others() throws IOException {
        String much = "a line of some length that stands for many others\n".repeat(120_000);
        for (int i = 1; i <= 20; i++) {
            node.write(i, much);
        }
        node.write(21, "heard\n");
        SinkShipper tailer = node.tailer(sink);
        int ticks = 0;
        while (sink.messages(21).isEmpty() && ticks < 40) {
            tailer.tick();
            node.timing.pass(FollowedFile.QUIET);
            ticks++;
        }

        assertThat(ticks).isLessThan(6);
    }

    @Test
    void p7_a_line_of_now_comes_before_the_backlog_of_other_files() throws IOException {
        String much = "a line of some length that stands for many others\n".repeat(24_000);
        for (int i = 1; i <= 40; i++) {
            node.write(i, much);
        }
        SinkShipper tailer = node.tailer(sink);
        tailer.tick();
        tailer.noticed(node.write(41, "now\n"));
        int ticks = 0;
        while (sink.messages(41).isEmpty() && ticks < 40) {
            tailer.tick();
            node.timing.pass(FollowedFile.QUIET);
            ticks++;
        }

        assertThat(ticks).isLessThan(4);
        assertThat(sink.messages(40)).hasSizeLessThan(24_000);
    }

    @Test
    void what_is_known_of_a_file_that_is_gone_is_forgotten_when_its_worker_has_ended() throws IOException {
        node.write(1, "one\n");
        node.write(2, "two\n");
        SinkShipper first = node.tailer(sink);
        node.drain(first);
        node.kill(first);
        Files.delete(node.file(1).path());
        Files.delete(node.file(2).path());
        node.running = Optional.of(java.util.Set.of(TailedDirectory.worker(2)));

        node.tailer(sink).tick();

        assertThat(CheckpointJournal.readOnly(Layout.checkpoints(node.data).resolve("failing"))
                        .keySet())
                .containsExactly(TailedDirectory.worker(2));
    }

    @Test
    void p5_lines_in_a_file_that_others_renamed_while_no_host_ran_are_found() throws IOException {
        node.write(1, "one\n");
        node.write(2, "one\n");
        SinkShipper first = node.tailer(sink);
        node.drain(first);
        sink.before = batch -> {
            throw new LogSinkException("away");
        };
        node.write(1, "two\n");
        node.drain(first);
        node.kill(first);
        sink.before = batch -> batch;
        node.write(2, "two\n");
        for (int i = 1; i <= 2; i++) {
            Files.move(node.file(i).path(), Path.of(node.file(i).path() + ".1"));
            node.end(i);
        }
        node.running = Optional.of(Set.of());

        node.drain(node.tailer(sink));

        assertThat(sink.messages(1)).containsExactly("one", "two");
        assertThat(sink.messages(2)).containsExactly("one", "two");
    }

    @Test
    void a_standby_reads_no_file_and_says_nothing_of_the_sink() throws IOException {
        node.write(1, "one\n");
        SinkShipper serving = node.tailer(sink);
        serving.tick();
        List<String> listed = new ArrayList<>();
        LogFeed feed = new LogFeed(
                node.data,
                (account, workerId) -> KnownWorkers.Known.NOTHING,
                new EntryReader(ZoneOffset.UTC, Redaction.none()),
                workerId -> !listed.add(workerId),
                OptionalInt.empty(),
                node.timing,
                node.events::add);
        try (SinkShipper standby = new SinkShipper(sink, node.data, feed, 50)) {
            standby.tick();
            Path checkpoints = Layout.checkpoints(node.data);
            Files.move(checkpoints, directory.resolve("away"));
            Files.createFile(checkpoints);
            standby.tick();
            Files.delete(checkpoints);
            Files.move(directory.resolve("away"), checkpoints);

            assertThat(listed).isEmpty();
            assertThat(node.told()).anyMatch(text -> text.contains("is down"));
            assertThat(SinkNotes.down(checkpoints.resolve("failing"))).isEmpty();

            node.kill(serving);
            standby.tick();
            assertThat(listed).hasSize(1);
        }
    }

    @Test
    void p7_a_failure_that_only_sounds_like_a_shortage_is_that_of_one_file() throws IOException {
        node.write(1, "one\n");
        node.write(2, "two\n");
        LogFeed feed = new LogFeed(
                node.data,
                (account, workerId) -> {
                    if (account.equals(AccountId.of(1))) {
                        throw new IllegalStateException("Too many open files");
                    }
                    return KnownWorkers.Known.NOTHING;
                },
                new EntryReader(ZoneOffset.UTC, Redaction.none()),
                workerId -> false,
                OptionalInt.empty(),
                node.timing,
                node.events::add);
        try (SinkShipper tailer = new SinkShipper(sink, node.data, feed, 50)) {
            node.drain(tailer);
        }

        assertThat(sink.messages(2)).containsExactly("two");
        assertThat(node.told()).hasSize(1).first().asString().contains("worker_1_", "cannot be read");
    }

    @Test
    void p8_checkpoints_and_refused_entries_are_for_their_owner_alone() throws IOException {
        node.write(1, "poison\n");
        sink.refused = entry -> true;

        node.drain(node.tailer(sink));

        Path checkpoints = Layout.checkpoints(node.data).resolve("failing");
        assertThat(Files.getPosixFilePermissions(checkpoints)).hasSize(3);
        assertThat(Files.getPosixFilePermissions(checkpoints.resolve("journal")))
                .hasSize(2);
        assertThat(Files.getPosixFilePermissions(checkpoints.resolve("refused.jsonl")))
                .hasSize(2);
        assertThat(Files.readString(checkpoints.resolve("journal"), StandardCharsets.UTF_8))
                .doesNotContain("poison");
    }
}
