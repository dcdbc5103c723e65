package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log store does not grow without end, neither its file nor its journal. */
class SqliteLogPruningTest {
    private static final LogQuery ALL = LogQuery.last(LogQuery.MOST);
    private static final long MIB = 1 << 20;

    /** Longer than most batches take. */
    private static final long HELD = 100_000_000;

    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init")
    private DataDirectory data;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    private final LogLines lines = new LogLines(50, 5, 10);
    private final Hands clock = new Hands();

    @BeforeEach
    void directory() {
        data = DataDirectory.open(temporary.resolve("data"));
        file = data.path().resolve("logs/logs.db");
    }

    @Test
    void what_is_too_old_goes_and_what_is_not_stays() {
        try (SqliteLogSink sink = keeping(Duration.ofDays(1))) {
            List<LogEntry> entries = lines.next(1_000);
            sink.append(entries);
            clock.now = entries.get(600).timestamp().plus(Duration.ofDays(1));

            LogEntry next = lines.next(1).get(0);
            sink.append(List.of(next));

            List<LogEntry> kept = new ArrayList<>(entries.subList(600, 1_000));
            kept.add(next);
            assertThat(sink.find(ALL)).containsExactlyElementsOf(kept);
        }
    }

    @Test
    void the_age_is_looked_at_once_a_minute() {
        try (SqliteLogSink sink = keeping(Duration.ofDays(1))) {
            sink.append(lines.next(10));
            clock.now = LogLines.BEGIN.plus(Duration.ofDays(1)).plusSeconds(59);
            sink.append(lines.next(1));
            assertThat(sink.find(ALL)).as("looked at, all expired but the new").hasSize(1);

            clock.now = clock.now.plusSeconds(59);
            sink.append(lines.next(1));
            assertThat(sink.find(ALL)).hasSize(2);

            clock.now = clock.now.plusSeconds(1);
            sink.append(lines.next(1));
            assertThat(sink.find(ALL)).hasSize(1);
        }
    }

    @Test
    void a_step_is_bounded_and_the_next_batch_goes_on() {
        try (SqliteLogSink sink = keeping(Duration.ofDays(1))) {
            sink.append(lines.next(5_000));
            clock.now = LogLines.BEGIN.plus(Duration.ofDays(2));
            List<Integer> sizes = new ArrayList<>();

            for (int append = 0; append < 4; append++) {
                sink.append(lines.next(1));
                sizes.add(sink.find(ALL).size());
            }

            assertThat(sizes).containsExactly(3_001, 1_002, 1, 2);
        }
    }

    @Test
    void a_clock_that_was_ahead_for_a_moment_does_not_end_the_retention() {
        try (SqliteLogSink sink = keeping(Duration.ofDays(1))) {
            Instant now = clock.now;
            clock.now = now.plus(Duration.ofDays(5_000));
            sink.append(lines.next(1));
            clock.now = now.plus(Duration.ofDays(1)).plusSeconds(1);

            sink.append(lines.next(1));

            assertThat(sink.find(ALL)).hasSize(1);
        }
    }

    @Test
    void what_is_too_much_goes_oldest_first_and_its_pages_are_used_again() throws Exception {
        long most = 4 * MIB;
        try (SqliteLogSink sink = SqliteLogSink.builder(data)
                .clock(clock)
                .keepAtMost(most)
                .keepFor(Duration.ofDays(10_000))
                .build()) {
            List<LogEntry> last = List.of();
            for (int batch = 0; batch < 60; batch++) {
                last = lines.next(1_000);
                sink.append(last);
            }

            List<LogEntry> kept = sink.find(ALL);
            assertThat(kept).hasSizeBetween(2_000, 20_000).endsWith(last.toArray(LogEntry[]::new));
            assertThat(kept.get(0).timestamp())
                    .isEqualTo(last.get(999).timestamp().minusMillis(3L * (kept.size() - 1)));
            assertThat(usedBytes()).isLessThan(most + MIB);
        }
        assertThat(Files.size(file)).isLessThan(2 * most);
    }

    @Test
    void what_is_free_for_good_is_given_back_in_steps() throws IOException {
        try (SqliteLogSink sink = keeping(Duration.ofDays(1))) {
            sink.append(lines.next(60_000));
        }
        long full = Files.size(file);
        clock.now = LogLines.BEGIN.plus(Duration.ofDays(2));

        try (SqliteLogSink sink = keeping(Duration.ofDays(1))) {
            for (int append = 0; append < 60; append++) {
                sink.append(lines.next(1));
            }
        }

        assertThat(full).isGreaterThan(15 * MIB);
        assertThat(Files.size(file)).isLessThan(6 * MIB);
    }

    /** Two readings that overlap all the time would keep the journal from ever beginning anew. */
    @Test
    void the_journal_is_bounded_while_readers_come_and_go_without_a_gap() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (SqliteLogSink sink = keeping(Duration.ofDays(1))) {
            sink.append(lines.next(1));
            Future<Integer> readers = thread.submit(() -> overlap(done));
            long longest = 0;
            for (int batch = 0; batch < 100; batch++) {
                sink.append(large(25));
                longest = Math.max(longest, walSize());
            }
            done.set(true);

            assertThat(readers.get()).isPositive();
            assertThat(longest).isLessThan(100 * MIB);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void a_reading_that_does_not_end_blocks_no_append_and_the_journal_shrinks_after_it() throws Exception {
        try (SqliteLogSink sink = keeping(Duration.ofDays(1))) {
            sink.append(lines.next(1));
            long longest;
            try (Reading reading = new Reading()) {
                reading.begin();
                for (int batch = 0; batch < 40; batch++) {
                    assertThat(sink.append(large(40))).isEmpty();
                }
                longest = walSize();
                reading.end();
            }
            for (int batch = 0; batch < 3; batch++) {
                sink.append(large(40));
            }

            assertThat(longest).isGreaterThan(80 * MIB);
            assertThat(walSize()).isLessThan(40 * MIB);
        }
    }

    @Test
    void bounds_that_keep_nothing_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqliteLogSink.builder(data).keepFor(Duration.ofSeconds(59)))
                .withMessageContainingAll("age", "1 minute", "PT59S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqliteLogSink.builder(data).keepAtMost(MIB - 1))
                .withMessageContainingAll("bytes", "1048576", "1048575");
    }

    private SqliteLogSink keeping(Duration age) {
        return SqliteLogSink.builder(data).clock(clock).keepFor(age).build();
    }

    /** Entries of 64 KiB. */
    private List<LogEntry> large(int count) {
        return lines.next(count).stream()
                .map(entry -> new LogEntry(
                        entry.position(),
                        entry.account(),
                        Optional.empty(),
                        entry.level(),
                        entry.timestamp(),
                        false,
                        Optional.empty(),
                        "x".repeat(LogEntry.LONGEST)))
                .toList();
    }

    private long walSize() throws IOException {
        return Files.size(Snapshot.beside(file, "-wal"));
    }

    private long usedBytes() throws SQLException {
        try (SqliteConnection session = SqliteConnection.open(file, "mode=rw", Duration.ofSeconds(5))) {
            return session.number("PRAGMA page_size")
                    * (session.number("PRAGMA page_count") - session.number("PRAGMA freelist_count"));
        }
    }

    private int overlap(AtomicBoolean done) throws SQLException {
        int turns = 0;
        try (Reading one = new Reading();
                Reading other = new Reading()) {
            one.begin();
            while (!done.get()) {
                LockSupport.parkNanos(HELD);
                other.begin();
                one.end();
                LockSupport.parkNanos(HELD);
                one.begin();
                other.end();
                turns++;
            }
        }
        return turns;
    }

    /** A state of the store that a program holds on to. */
    private final class Reading implements AutoCloseable {
        private final Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);

        private Reading() throws SQLException {}

        void begin() throws SQLException {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery("SELECT count(*) FROM worker_meta")) {
                assertThat(found.next()).isTrue();
            }
        }

        void end() throws SQLException {
            connection.setAutoCommit(true);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    private static final class Hands extends Clock {
        private Instant now = LogLines.BEGIN;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
