package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogFollower;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Redaction;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.spi.InMemoryLogSink;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.LogPosition;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A query finds each line once, wherever it stands by now (P5). */
class LogLookupTest extends OnTailedDirectory {
    private static final LogQuery ALL = LogQuery.last(100);

    private final InMemoryLogSink sink = new InMemoryLogSink();
    private SinkShipper tailer;

    @BeforeEach
    void begin() {
        tailer = node.tailer(sink);
    }

    @Test
    void p5_what_the_sink_does_not_have_yet_is_found_in_the_files() throws IOException {
        node.write(1, "one\ntwo\n");
        node.drain(tailer);
        node.write(1, "three\nfour\n");

        LogAnswer behind = find(ALL);
        node.drain(tailer);
        LogAnswer whole = find(ALL);

        assertThat(behind.entries()).extracting(LogEntry::message).containsExactly("one", "two", "three", "four");
        assertThat(behind.source()).isEqualTo("memory");
        assertThat(behind.trouble())
                .contains("2 entries are from the workers' files: log sink memory does not have all yet");
        assertThat(whole.entries()).extracting(LogEntry::position).isEqualTo(positions(behind));
        assertThat(whole.trouble()).isEmpty();
    }

    private static List<Optional<LogPosition>> positions(LogAnswer answer) {
        return answer.entries().stream().map(LogEntry::position).toList();
    }

    /** A store that other programs write into, too, at the very time of the worker's last lines. */
    @Test
    void p5_entries_of_other_programs_neither_hide_nor_double_what_is_only_in_the_files() throws IOException {
        node.write(1, "one\n");
        node.drain(tailer);
        node.write(1, "two\n");
        LogEntry one = sink.find(ALL).get(0);
        List<LogEntry> foreign = Stream.of("a", "b")
                .map(text -> new LogEntry(
                        Optional.empty(),
                        one.account(),
                        Optional.empty(),
                        LogLevel.INFO,
                        node.timing.now(),
                        false,
                        Optional.empty(),
                        text))
                .toList();
        LogSink shared = new SharedSink(sink, foreign);

        LogAnswer all = find(shared, ALL);
        LogAnswer last = find(shared, LogQuery.last(3));

        assertThat(all.entries()).extracting(LogEntry::message).containsExactly("one", "two", "a", "b");
        assertThat(last.entries()).extracting(LogEntry::message).containsExactly("two", "a", "b");
    }

    /** A sink in which others have written, too. */
    private record SharedSink(LogSink ours, List<LogEntry> foreign) implements LogSink {
        @Override
        public String name() {
            return ours.name();
        }

        @Override
        public List<Rejected> append(List<LogEntry> entries) {
            return ours.append(entries);
        }

        @Override
        public List<LogEntry> find(LogQuery query) {
            return FileSearch.last(
                    query,
                    Stream.concat(ours.find(query).stream(), foreign.stream()).toList());
        }

        @Override
        public void close() {
            ours.close();
        }
    }

    @Test
    void only_what_is_asked_for_is_looked_for_in_the_files() throws IOException {
        node.write(1, "ERROR: one\n");
        node.write(2, "ERROR: other\n");
        node.drain(tailer);
        node.write(1, "fine\nERROR: two\nERROR: three\n");
        node.write(2, "ERROR: more\n");

        LogAnswer found = find(LogQuery.last(2).account(AccountId.of(1)).atLeast(LogLevel.ERROR));

        assertThat(found.entries()).extracting(LogEntry::message).containsExactly("two", "three");
    }

    @Test
    void what_is_newer_in_the_sink_is_not_pushed_out() throws IOException {
        Instant now = node.timing.now();
        node.write(1, now + " INFO old\n");
        node.write(2, now.plusSeconds(2) + " INFO new\n");
        node.drain(tailer);
        node.write(1, now.plusSeconds(1) + " INFO late\n");

        LogAnswer found = find(LogQuery.last(1));

        assertThat(found.entries()).extracting(LogEntry::message).containsExactly("new");
        assertThat(found.trouble()).isEmpty();
    }

    @Test
    void p5_a_worker_that_ends_between_two_looks_at_it_is_followed_to_its_end() throws IOException {
        node.write(1, "one\n");
        List<String> seen = new ArrayList<>();
        try (LogFollower follower = lookup().follow(AccountId.of(7))) {
            follow(follower, seen);
            write(7, 1, "first\n");
            follow(follower, seen);
            write(7, 1, "last of the first\n");
            write(7, 2, "the second lived shortly\n");
            write(7, 3, "third\n");
            follow(follower, seen);
        }

        assertThat(seen).containsExactly("first", "last of the first", "the second lived shortly", "third");
    }

    private void follow(LogFollower follower, List<String> seen) {
        follower.poll().forEach(entry -> seen.add(entry.message()));
        node.timing.pass(Duration.ofSeconds(1));
        follower.poll().forEach(entry -> seen.add(entry.message()));
    }

    private void write(int account, int worker, String text) throws IOException {
        String name = Layout.logName(AccountId.of(account), TailedDirectory.worker(worker));
        java.nio.file.Files.writeString(
                node.data.path().resolve(name),
                text,
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
    }

    private LogAnswer find(LogQuery query) {
        return lookup().find(query);
    }

    private LogAnswer find(LogSink shared, LogQuery query) {
        return lookup(shared).find(query);
    }

    private LogLookup lookup() {
        return lookup(sink);
    }

    private LogLookup lookup(LogSink asked) {
        return new LogLookup(
                node.data, new InMemoryWorkerRegistry(), Optional.of(asked), Redaction.standard(), node.timing);
    }

    /** One who asks without the sink is told that there is one. */
    @Test
    void without_a_sink_the_answer_names_those_that_hosts_have_shipped_to() throws IOException {
        node.write(1, "one\n");
        LogLookup without = new LogLookup(
                node.data, new InMemoryWorkerRegistry(), Optional.empty(), Redaction.standard(), node.timing);
        Optional<String> before = without.find(ALL).trouble();
        node.drain(tailer);

        LogAnswer answer = without.find(ALL);

        assertThat(before).contains("no log sink is used");
        assertThat(answer.trouble())
                .contains("no log sink is asked, and hosts have shipped to memory, which may hold more");
        assertThat(answer.entries()).hasSize(1);
    }
}
