package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.LogPosition;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.LogSinkContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract, and what the SQLite sink adds to it. */
class SqliteLogSinkTest extends LogSinkContract {
    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init")
    private DataDirectory data;

    @SuppressWarnings("NullAway.Init")
    private SqliteLogSink sink;

    private final List<SqliteLogSink> others = new ArrayList<>();

    @BeforeEach
    void open() {
        data = DataDirectory.open(temporary.resolve("data"));
        sink = SqliteLogSink.open(data);
    }

    @AfterEach
    void close() {
        others.forEach(SqliteLogSink::close);
        sink.close();
    }

    @Override
    protected LogSink sink() {
        return sink;
    }

    @Override
    protected LogSink another() {
        SqliteLogSink other = SqliteLogSink.open(data);
        others.add(other);
        return other;
    }

    @Test
    void making_one_touches_no_file() throws IOException {
        assertThat(sink.find(LogQuery.last(1))).isEmpty();
        SqliteLogSink tool = SqliteLogSink.openReadOnly(data);

        assertThatThrownBy(() -> tool.find(LogQuery.last(1)))
                .isInstanceOf(LogSinkException.class)
                .hasMessageContainingAll("logs.db", "is not there");
        sink.append(List.of());

        assertThat(data.path().resolve("logs")).doesNotExist();
    }

    @Test
    void one_that_only_reads_sees_what_is_there_while_a_host_appends_and_after_it_and_leaves_no_trace()
            throws IOException {
        LogLines lines = new LogLines(10, 5, 10);
        SqliteLogSink tool = SqliteLogSink.openReadOnly(data);
        sink.append(lines.next(10));
        assertThat(tool.find(LogQuery.last(100))).hasSize(10);
        sink.append(lines.next(10));
        assertThat(tool.find(LogQuery.last(100))).hasSize(20).isEqualTo(sink.find(LogQuery.last(100)));

        sink.close();

        assertThat(tool.find(LogQuery.last(100))).hasSize(20);
        try (Stream<Path> files = Files.list(data.path().resolve("logs"))) {
            assertThat(files).extracting(Path::getFileName).containsExactly(Path.of("logs.db"));
        }
        assertThatThrownBy(() -> tool.append(lines.next(1))).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void the_directory_may_be_a_link_to_another_disk() throws IOException {
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createSymbolicLink(data.path().resolve("logs"), elsewhere);

        sink.append(new LogLines(10, 5, 10).next(10));

        assertThat(sink.find(LogQuery.last(100))).hasSize(10);
        assertThat(elsewhere.resolve("logs.db")).exists();
    }

    @Test
    void levels_that_other_programs_spell_otherwise_are_found_by_what_they_mean() throws SQLException {
        List<Object> spellings = List.of(
                "WARN",
                "warning",
                "error",
                "Fatal",
                20,
                30,
                40,
                50,
                "trace",
                "E",
                "notice",
                "whatever",
                "",
                "INFO",
                "ERROR");
        sink.append(new LogLines(3, 5, 10).next(spellings.size()));
        try (SqliteConnection session =
                SqliteConnection.open(data.path().resolve("logs/logs.db"), "mode=rw", SqliteLogSink.BUSY_TIMEOUT)) {
            for (int i = 0; i < spellings.size(); i++) {
                session.update("UPDATE worker_logs SET level = ? WHERE rowid = ?", spellings.get(i), i + 1);
            }
        }

        for (LogQuery all : List.of(
                LogQuery.last(100),
                LogQuery.last(100).account(AccountId.of(1)),
                LogQuery.last(100).worker(Rows.workerId(1)))) {
            List<LogEntry> found = sink.find(all);
            assertThat(found).isNotEmpty();
            for (LogLevel least : LogLevel.values()) {
                assertThat(sink.find(all.atLeast(least)))
                        .isEqualTo(found.stream()
                                .filter(entry -> entry.level().compareTo(least) >= 0)
                                .toList());
            }
        }
        assertThat(sink.find(LogQuery.last(100))).extracting(LogEntry::level).contains(LogLevel.values());
    }

    @Test
    void a_text_that_stands_for_an_account_is_stored_as_text_and_a_number_as_number() throws SQLException {
        LogEntry number = new LogLines(5, 1, 10).next(2).get(1);
        LogEntry text = new LogEntry(
                Optional.of(new LogPosition("w", 0)),
                AccountId.of("bot.7"),
                Optional.empty(),
                LogLevel.INFO,
                number.timestamp(),
                false,
                Optional.empty(),
                "text");
        sink.append(List.of(number, text));

        try (SqliteConnection session =
                SqliteConnection.open(data.path().resolve("logs/logs.db"), "mode=rw", SqliteLogSink.BUSY_TIMEOUT)) {
            List<ResultRow> rows = session.query("SELECT * FROM worker_logs ORDER BY timestamp, worker_id DESC");
            assertThat(rows).extracting(row -> row.value("account_id")).containsExactly(2L, "bot.7");
            assertThat(rows).extracting(row -> row.value("timestamp")).containsOnly("2026-11-24T10:15:30.126Z");
            assertThat(rows).extracting(row -> row.value("user_id")).containsExactly("user-2", null);
            assertThat(rows).extracting(row -> row.value("byte_offset")).containsExactly(0L, 0L);
        }
    }
}
