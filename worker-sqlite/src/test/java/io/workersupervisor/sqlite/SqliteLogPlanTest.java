package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.LogPosition;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked for is read from an index in its order and nothing is sorted, however many entries there are. */
class SqliteLogPlanTest {
    private static final LogQuery LAST = LogQuery.last(50);
    private static final AccountId ACCOUNT = AccountId.of(7);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path temporary;

    @BeforeAll
    static void fill() {
        try (SqliteLogSink sink = SqliteLogSink.open(DataDirectory.open(temporary.resolve("data")))) {
            sink.append(new LogLines(20, 5, 10).next(2_000));
        }
    }

    private static Path file() {
        return temporary.resolve("data/logs/logs.db");
    }

    static Stream<Arguments> queries() {
        return Stream.of(
                Arguments.of(LAST, "worker_logs_time"),
                Arguments.of(LAST.since(LogLines.BEGIN), "worker_logs_time (timestamp>?)"),
                Arguments.of(LAST.until(LogLines.BEGIN), "worker_logs_time (timestamp<?)"),
                Arguments.of(LAST.since(LogLines.BEGIN).until(LogLines.BEGIN), "(timestamp>? AND timestamp<?)"),
                Arguments.of(LAST.atLeast(LogLevel.INFO), "worker_logs_time"),
                Arguments.of(LAST.atLeast(LogLevel.WARNING), "worker_logs_grave"),
                Arguments.of(LAST.atLeast(LogLevel.ERROR), "worker_logs_grave"),
                Arguments.of(LAST.atLeast(LogLevel.CRITICAL).since(LogLines.BEGIN), "worker_logs_grave (timestamp>?)"),
                Arguments.of(LAST.account(ACCOUNT), "worker_logs_account (account_id=?)"),
                Arguments.of(LAST.account(AccountId.of("bot")), "worker_logs_account (account_id=?)"),
                Arguments.of(LAST.account(ACCOUNT).atLeast(LogLevel.INFO), "worker_logs_account (account_id=?)"),
                Arguments.of(
                        LAST.account(ACCOUNT).since(LogLines.BEGIN),
                        "worker_logs_account (account_id=? AND timestamp>?)"),
                Arguments.of(
                        LAST.account(ACCOUNT).until(LogLines.BEGIN),
                        "worker_logs_account (account_id=? AND timestamp<?)"),
                Arguments.of(
                        LAST.account(ACCOUNT).atLeast(LogLevel.WARNING), "worker_logs_account_grave (account_id=?)"),
                Arguments.of(LAST.account(ACCOUNT).atLeast(LogLevel.ERROR), "worker_logs_account_grave (account_id=?)"),
                Arguments.of(
                        LAST.account(ACCOUNT).atLeast(LogLevel.CRITICAL), "worker_logs_account_grave (account_id=?)"),
                Arguments.of(
                        levels(LAST.account(ACCOUNT), LogLevel.WARNING, LogLevel.CRITICAL),
                        "worker_logs_account_grave"),
                Arguments.of(
                        LAST.account(ACCOUNT)
                                .atLeast(LogLevel.WARNING)
                                .since(LogLines.BEGIN)
                                .until(LogLines.BEGIN),
                        "worker_logs_account_grave (account_id=? AND timestamp>? AND timestamp<?)"),
                Arguments.of(LAST.worker(Rows.workerId(7)), "(worker_id=?)"),
                Arguments.of(LAST.worker(Rows.workerId(7)).account(ACCOUNT).atLeast(LogLevel.ERROR), "(worker_id=?)"),
                Arguments.of(LAST.before(new LogPosition(Rows.workerId(7), 9)), "(worker_id=? AND byte_offset<?)"),
                Arguments.of(LAST.worker(Rows.workerId(7)).until(LogLines.BEGIN), "(worker_id=?)"));
    }

    private static LogQuery levels(LogQuery query, LogLevel... levels) {
        return new LogQuery(
                query.account(),
                query.workerId(),
                Set.of(levels),
                query.since(),
                query.until(),
                query.before(),
                query.limit());
    }

    @ParameterizedTest
    @MethodSource("queries")
    void what_the_sink_asks(LogQuery query, String index) throws SQLException {
        LogSearch search = LogSearch.of(query);

        assertThat(plan(search.sql(), search.values().toArray()))
                .contains("USING INDEX", index)
                .doesNotContain("TEMP B-TREE", "SCAN worker_logs\n");
    }

    /** Beside an index that has none of its own spellings. */
    @Test
    void levels_of_other_programs_are_looked_up_in_an_index_of_their_own() throws SQLException {
        for (LogQuery query :
                List.of(LAST.atLeast(LogLevel.WARNING), LAST.account(ACCOUNT).atLeast(LogLevel.ERROR))) {
            LogSearch search = LogSearch.of(query);

            assertThat(plan(search.sql(), search.values().toArray()))
                    .contains("_foreign")
                    .doesNotContain("worker_logs_time", "worker_logs_account (", "TEMP B-TREE");
        }
    }

    /** The first batch of a host completes a file that an older version has made. */
    @Test
    void a_file_without_the_index_of_foreign_levels_gets_it(@TempDir Path old) throws SQLException {
        DataDirectory data = DataDirectory.open(old.resolve("data"));
        Path file = old.resolve("data/logs/logs.db");
        LogLines lines = new LogLines(20, 5, 10);
        try (SqliteLogSink sink = SqliteLogSink.open(data)) {
            sink.append(lines.next(2_000));
        }
        try (SqliteConnection session = SqliteConnection.open(file, "mode=rw", Duration.ofSeconds(5))) {
            session.execute("DROP INDEX worker_logs_foreign");
            session.execute("DROP INDEX worker_logs_account_foreign");
        }
        LogSearch grave = LogSearch.of(LAST.atLeast(LogLevel.WARNING));
        LogSearch ofAccount = LogSearch.of(LAST.account(ACCOUNT).atLeast(LogLevel.WARNING));
        String before = plan(file, grave.sql(), grave.values().toArray());

        try (SqliteLogSink sink = SqliteLogSink.open(data)) {
            sink.append(lines.next(1));

            assertThat(before).doesNotContain("_foreign");
            assertThat(plan(file, grave.sql(), grave.values().toArray()))
                    .contains("worker_logs_grave", "worker_logs_foreign")
                    .doesNotContain("TEMP B-TREE");
            assertThat(plan(file, ofAccount.sql(), ofAccount.values().toArray()))
                    .contains("worker_logs_account_grave", "worker_logs_account_foreign")
                    .doesNotContain("TEMP B-TREE");
            assertThat(sink.find(LogQuery.last(3_000))).hasSize(2_001);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM worker_logs ORDER BY timestamp DESC LIMIT 100",
                "SELECT timestamp, account_id, level, message FROM worker_logs ORDER BY timestamp DESC LIMIT 100",
                "SELECT * FROM worker_logs WHERE timestamp >= '2026-11-23T10:00:00.000Z' ORDER BY timestamp",
                "SELECT * FROM worker_logs WHERE timestamp >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-24 hours')"
                        + " ORDER BY timestamp DESC",
                "SELECT * FROM worker_logs WHERE account_id = 7 AND timestamp >= '2026-11-23' ORDER BY timestamp",
                "SELECT * FROM worker_logs WHERE account_id = 7 ORDER BY timestamp DESC LIMIT 20",
                "SELECT * FROM worker_logs WHERE account_id = 7 AND timestamp <= '2026-11-24T10:15:30.123Z'"
                        + " ORDER BY timestamp DESC LIMIT 20",
                "SELECT * FROM worker_logs WHERE account_id = 'bot' ORDER BY timestamp DESC, worker_id DESC, byte_offset DESC",
                "SELECT * FROM worker_logs WHERE worker_id = 'w' ORDER BY byte_offset",
                "SELECT * FROM worker_logs WHERE level IN ('ERROR', 'WARNING') ORDER BY timestamp DESC LIMIT 50",
                "SELECT * FROM worker_logs WHERE level = 'ERROR' ORDER BY timestamp DESC LIMIT 50",
            })
    void what_an_operator_types(String sql) throws SQLException {
        assertThat(plan(sql)).contains("USING INDEX").doesNotContain("TEMP B-TREE");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "level IN ('ERROR', 'WARNING')",
                "level IN ('WARNING', 'ERROR')",
                "level in ('ERROR','WARNING','CRITICAL')",
                "level IN ('ERROR', 'WARNING', 'CRITICAL')",
                "(level = 'WARNING' OR level = 'ERROR' OR level = 'CRITICAL')",
                "level = 'WARNING'",
                "level = 'ERROR'",
                "level = 'CRITICAL'",
            })
    void what_an_operator_types_to_see_what_went_wrong_in_an_account(String level) throws SQLException {
        String sql = "SELECT * FROM worker_logs WHERE account_id = 7 AND " + level;

        assertThat(plan(sql + " ORDER BY timestamp DESC LIMIT 50"))
                .contains("worker_logs_account_grave")
                .doesNotContain("TEMP B-TREE");
        assertThat(plan(sql + " AND timestamp >= '2026-11-23' ORDER BY timestamp DESC"))
                .contains("worker_logs_account_grave (account_id=? AND timestamp>?)")
                .doesNotContain("TEMP B-TREE");
    }

    private static String plan(String sql, Object... values) throws SQLException {
        return plan(file(), sql, values);
    }

    private static String plan(Path file, String sql, Object... values) throws SQLException {
        try (SqliteConnection session = SqliteConnection.open(file, "mode=rw", Duration.ofSeconds(5))) {
            return session.query("EXPLAIN QUERY PLAN " + sql, values).stream()
                    .map(step -> step.text("detail") + "\n")
                    .collect(Collectors.joining());
        }
    }
}
