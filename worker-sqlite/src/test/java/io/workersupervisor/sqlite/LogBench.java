package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Rows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Entries per second, durable, in batches of 1,000, beside a plain batched JDBC insert of ready rows into a table with the
 * same key and no other index, in short turns with medians; and how long the operators' queries take on many entries of
 * 1,000 accounts. Run as {@link ClaimBench}: {@code LogBench [directory] [entries] [batches a turn]}.
 */
final class LogBench {
    private static final int ACCOUNTS = 1_000;
    private static final int BATCH = 1_000;
    private static final int TURNS = 5;
    private static final int LOOKS = 300;

    private LogBench() {}

    public static void main(String[] args) throws IOException, SQLException {
        Path place = Files.createTempDirectory(Path.of(args.length > 0 ? args[0] : "."), "log-bench-");
        int batches = args.length > 2 ? Integer.parseInt(args[2]) : 100;
        rates(place, "one line of a worker after another's", 1, batches);
        rates(place, "50 lines of a worker together", 50, batches);
        rates(place, "whole batches of a worker", BATCH, batches);
        queries(place, args.length > 1 ? Integer.parseInt(args[1]) : 2_000_000);
    }

    private static void rates(Path place, String what, int run, int count) throws IOException, SQLException {
        double[] plain = new double[TURNS];
        double[] ours = new double[TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            LogLines lines = new LogLines(ACCOUNTS, run, 100);
            List<List<LogEntry>> batches =
                    Stream.generate(() -> lines.next(BATCH)).limit(count).toList();
            plain[turn] = plain(place.resolve("plain-" + run + "-" + turn + ".db"), batches);
            ours[turn] = ours(place.resolve("data-" + run + "-" + turn), batches);
        }
        double[] ratios = new double[TURNS];
        Arrays.setAll(ratios, turn -> ours[turn] / plain[turn]);
        System.out.printf(
                Locale.ROOT,
                "%-38s plain %7.0f/s  sink %7.0f/s  ratio %.2f%n",
                what,
                at(plain, 50),
                at(ours, 50),
                at(ratios, 50));
    }

    private static double plain(Path file, List<List<LogEntry>> batches) throws SQLException {
        List<List<@Nullable Object[]>> ready = new ArrayList<>();
        for (List<LogEntry> batch : batches) {
            ready.add(batch.stream().map(LogMapper::values).collect(Collectors.toList()));
        }
        String columns = LogTable.COLUMNS.stream().collect(Collectors.joining(", "));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA journal_mode = WAL");
            statement.executeUpdate("PRAGMA synchronous = FULL");
            statement.executeUpdate("CREATE TABLE plain (" + columns + ", PRIMARY KEY (worker_id, byte_offset))");
            String insert = "INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
            try (PreparedStatement prepared = connection.prepareStatement(insert)) {
                long began = System.nanoTime();
                for (List<@Nullable Object[]> batch : ready) {
                    connection.setAutoCommit(false);
                    for (@Nullable Object[] row : batch) {
                        for (int column = 0; column < row.length; column++) {
                            prepared.setObject(column + 1, row[column]);
                        }
                        prepared.addBatch();
                    }
                    prepared.executeBatch();
                    connection.setAutoCommit(true);
                }
                return (double) BATCH * batches.size() / seconds(began);
            }
        }
    }

    private static double ours(Path directory, List<List<LogEntry>> batches) {
        try (SqliteLogSink sink =
                SqliteLogSink.builder(DataDirectory.open(directory)).build()) {
            sink.find(LogQuery.last(1));
            long began = System.nanoTime();
            batches.forEach(sink::append);
            return (double) BATCH * batches.size() / seconds(began);
        }
    }

    private static void queries(Path place, int entries) throws IOException {
        DataDirectory data = DataDirectory.open(place.resolve("data"));
        // among 2,000,000 entries 19 are grave
        LogLines lines = new LogLines(ACCOUNTS, 50, 100_003);
        Instant last = LogLines.BEGIN;
        try (SqliteLogSink sink = SqliteLogSink.open(data)) {
            double[] latencies = new double[entries / BATCH];
            long began = System.nanoTime();
            for (int batch = 0; batch < latencies.length; batch++) {
                List<LogEntry> next = lines.next(BATCH);
                last = next.get(BATCH - 1).timestamp();
                long one = System.nanoTime();
                sink.append(next);
                latencies[batch] = seconds(one) * 1e3;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%,d entries appended in %.1f s, a batch p50 %.1f ms, p99 %.1f ms, max %.1f ms; file %,d MiB, -wal %,d MiB%n",
                    entries,
                    seconds(began),
                    at(latencies, 50),
                    at(latencies, 99),
                    at(latencies, 100),
                    Files.size(data.path().resolve("logs/logs.db")) >> 20,
                    Files.size(data.path().resolve("logs/logs.db-wal")) >> 20);
            Instant end = last;
            Duration span = Duration.between(LogLines.BEGIN, end);
            for (SqliteLogSink reader : List.of(sink, SqliteLogSink.openReadOnly(data))) {
                System.out.println(reader == sink ? "through the sink that appends" : "through one that only reads");
                look(reader, "last 100 of all", i -> LogQuery.last(100));
                look(
                        reader,
                        "last 50 WARNING+ of one account",
                        i -> LogQuery.last(50).account(AccountId.of(i)).atLeast(LogLevel.WARNING));
                look(
                        reader,
                        "last 1,000 since a third of the time",
                        i -> LogQuery.last(1_000).since(end.minus(span.dividedBy(3))));
                look(
                        reader,
                        "last 100 of one account, same time",
                        i -> LogQuery.last(100).account(AccountId.of(i)).since(end.minus(span.dividedBy(3))));
                look(
                        reader,
                        "last 20 of one account up to a time",
                        i -> LogQuery.last(20)
                                .account(AccountId.of(i))
                                .until(LogLines.BEGIN.plus(span.dividedBy(LOOKS).multipliedBy(i))));
                look(reader, "last 20 of one worker", i -> LogQuery.last(20).worker(Rows.workerId(i)));
                look(reader, "last 100 WARNING+ of all", i -> LogQuery.last(100).atLeast(LogLevel.WARNING));
            }
        }
    }

    private static void look(SqliteLogSink sink, String what, IntFunction<LogQuery> query) {
        double[] millis = new double[LOOKS];
        int found = 0;
        for (int look = 0; look < LOOKS; look++) {
            long began = System.nanoTime();
            found += sink.find(query.apply(look)).size();
            millis[look] = seconds(began) * 1e3;
        }
        System.out.printf(
                Locale.ROOT,
                "  %-38s p50 %6.2f ms  p99 %6.2f ms  (%d entries)%n",
                what,
                at(millis, 50),
                at(millis, 99),
                found / LOOKS);
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private static double at(double[] values, int percent) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }
}
