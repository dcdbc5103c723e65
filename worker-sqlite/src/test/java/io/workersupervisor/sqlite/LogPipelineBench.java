package io.workersupervisor.sqlite;

import com.sun.management.OperatingSystemMXBean;
import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogShipment;
import io.workersupervisor.OnClose;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.spi.LogSink;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Figures of the way of a line from a worker's file into the SQLite sink. Run as {@code
 * ClaimBench}; the words choose what is measured:
 *
 * <pre>
 * rate DIRECTORY LINES     lines per second beside a plain batched insert of ready rows, in turns, with medians
 * delay DIRECTORY LINES    from the write of a line until a query finds it
 * idle DIRECTORY SECONDS   CPU seconds a minute of a host with 200 and with 1,000 silent workers, and without any
 * </pre>
 */
final class LogPipelineBench {
    private static final int TURNS = 5;
    private static final int BATCH = 1_000;
    private static final String WORKER = "01kas9g4bv0123456789abcdef";

    private LogPipelineBench() {}

    public static void main(String[] args) throws Exception {
        Path place = Files.createTempDirectory(Path.of(args[1]), "log-pipeline-bench-");
        int count = Integer.parseInt(args[2]);
        switch (args[0]) {
            case "rate" -> rate(place, count);
            case "delay" -> delay(place, count);
            case "idle" -> {
                for (int workers : new int[] {0, 200, 1_000}) {
                    idle(place.resolve("idle-" + workers), workers, count);
                }
            }
            default -> throw new IllegalArgumentException("rate, delay or idle, was " + args[0]);
        }
    }

    private static void rate(Path place, int lines) throws IOException, SQLException {
        double[] plain = new double[TURNS];
        double[] ours = new double[TURNS];
        double[] ratios = new double[TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            plain[turn] = plain(place.resolve("plain-" + turn + ".db"), lines);
            ours[turn] = ours(place.resolve("data-" + turn), lines);
            ratios[turn] = ours[turn] / plain[turn];
        }
        System.out.printf(
                Locale.ROOT,
                "%,d lines: plain insert %,.0f/s, file to sink %,.0f/s, ratio %.2f%n",
                lines,
                median(plain),
                median(ours),
                median(ratios));
    }

    private static double plain(Path file, int lines) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA journal_mode = WAL");
            statement.executeUpdate("PRAGMA synchronous = FULL");
            statement.executeUpdate("CREATE TABLE plain (worker_id TEXT, byte_offset INTEGER, account_id, level TEXT,"
                    + " message TEXT, timestamp TEXT, PRIMARY KEY (worker_id, byte_offset))");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?)")) {
                long began = System.nanoTime();
                for (int from = 0; from < lines; from += BATCH) {
                    connection.setAutoCommit(false);
                    for (int i = from; i < Math.min(lines, from + BATCH); i++) {
                        insert.setString(1, WORKER);
                        insert.setLong(2, i * 100L);
                        insert.setLong(3, 4711);
                        insert.setString(4, "INFO");
                        insert.setString(5, "Connection to 149.154.167.51 timed out, retrying " + i);
                        insert.setString(6, "2026-11-24T10:15:30.123Z");
                        insert.addBatch();
                    }
                    insert.executeBatch();
                    connection.setAutoCommit(true);
                }
                return lines / seconds(began);
            }
        }
    }

    private static double ours(Path directory, int lines) throws IOException {
        DataDirectory data = DataDirectory.open(directory);
        LogShipment shipment = new LogShipment(data);
        try (BufferedWriter out = Files.newBufferedWriter(shipment.file(), StandardCharsets.UTF_8)) {
            for (int i = 0; i < lines; i++) {
                out.write(String.format(
                        Locale.ROOT,
                        "2026-11-24 10:%02d:%02d,%03d INFO telethon.network: Connection to 149.154.167.51 timed out, %d%n",
                        i / 60_000 % 60,
                        i / 1_000 % 60,
                        i % 1_000,
                        i));
            }
        }
        try (SqliteLogSink sink = SqliteLogSink.open(data)) {
            Counted counted = new Counted(sink);
            long began = System.nanoTime();
            shipment.ship(counted, () -> counted.entries >= lines);
            return lines / seconds(began);
        }
    }

    private static void delay(Path place, int lines) throws IOException, InterruptedException {
        DataDirectory data = DataDirectory.open(place.resolve("data"));
        double[] delays = new double[lines];
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
                SqliteLogSink sink = SqliteLogSink.open(data);
                WorkerSupervisor host = WorkerSupervisor.builder(data, registry)
                        .logSink(sink)
                        .onClose(OnClose.STOP_WORKERS)
                        .build()) {
            AccountId account = AccountId.of(4711);
            host.start(WorkerSpec.builder(account, "/bin/sleep", "3600")
                    .stopGrace(Duration.ofSeconds(1))
                    .build());
            Path file = host.status(account).orElseThrow().log().orElseThrow();
            for (int i = 0; i < lines; i++) {
                Thread.sleep(ThreadLocalRandom.current().nextInt(400, 700));
                String words = "the line number " + i;
                long began = System.nanoTime();
                Files.writeString(file, words + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                while (sink.find(LogQuery.last(1)).stream()
                        .noneMatch(e -> e.message().equals(words))) {
                    Thread.sleep(1);
                }
                delays[i] = seconds(began) * 1e3;
            }
        }
        Arrays.sort(delays);
        System.out.printf(
                Locale.ROOT,
                "%d single lines: from write to query p50 %.0f ms, p99 %.0f ms%n",
                lines,
                delays[lines / 2],
                delays[(int) (lines * 0.99)]);
    }

    private static void idle(Path place, int workers, int seconds) throws InterruptedException {
        DataDirectory data = DataDirectory.open(place);
        List<WorkerSpec> specs = IntStream.range(0, workers)
                .mapToObj(i -> WorkerSpec.builder(AccountId.of(i), "/bin/sleep", "3600")
                        .startGrace(Duration.ZERO)
                        .stopGrace(Duration.ofSeconds(1))
                        .build())
                .toList();
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
                SqliteLogSink sink = SqliteLogSink.open(data);
                WorkerSupervisor host = WorkerSupervisor.builder(data, registry)
                        .logSink(sink)
                        .onClose(OnClose.STOP_WORKERS)
                        .build()) {
            host.startAll(specs);
            // What is compiled and collected after so many starts is none of the idle time.
            Thread.sleep(20_000);
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long before = system.getProcessCpuTime();
            Thread.sleep(seconds * 1_000L);
            System.out.printf(
                    Locale.ROOT,
                    "%,d silent workers: %.3f CPU seconds a minute%n",
                    workers,
                    (system.getProcessCpuTime() - before) / 1e9 * 60 / seconds);
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Counts what goes into a sink. */
    private static final class Counted implements LogSink {
        private final LogSink sink;
        private int entries;

        Counted(LogSink sink) {
            this.sink = sink;
        }

        @Override
        public String name() {
            return sink.name();
        }

        @Override
        public List<Rejected> append(List<LogEntry> batch) {
            List<Rejected> rejected = sink.append(batch);
            entries += batch.size();
            return rejected;
        }

        @Override
        public List<LogEntry> find(LogQuery query) {
            return sink.find(query);
        }

        @Override
        public void close() {
            // The one that it counts for is closed by itself.
        }
    }
}
