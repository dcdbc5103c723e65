package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.HostProcess;
import io.workersupervisor.NodeEvidence;
import io.workersupervisor.WorkerLogs;
import io.workersupervisor.spi.WorkerRow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers write at full speed while the host, with its tailer and its sink, and workers are killed at random, the store is
 * locked by somebody, and files are archived beneath all of them: every line is in the sink exactly once and in order (P5).
 */
@Tag("long")
class LogTortureTest {
    private static final int WORKERS = Integer.getInteger("torture.workers", 20);
    private static final int LINES = Integer.getInteger("torture.lines", 20_000);
    private static final int DEATHS = Integer.getInteger("torture.deaths", 6);
    private static final Duration LONGEST = Duration.ofMinutes(Integer.getInteger("torture.minutes", 4));

    @TempDir
    private Path directory;

    @Test
    @Timeout(3_600)
    void p5_every_line_is_in_the_sink_once_and_in_order_whoever_dies() throws Exception {
        long seed = Long.getLong("torture.seed", System.nanoTime());
        System.out.println("LogTortureTest: -Dtorture.seed=" + seed);
        Random random = new Random(seed);
        Path data = directory.resolve("data");
        HostProcess host = host(data);
        try {
            host.await("ready");
            for (int death = 0; death < DEATHS; death++) {
                // At a moment that nothing is told of.
                Thread.sleep(200 + random.nextInt(1_500));
                if (random.nextInt(3) == 0) {
                    killWorker(data, random);
                    host.ask("ensure");
                } else {
                    host.kill();
                    host = host(data);
                    host.await("ready");
                }
                if (death % 4 == 3) {
                    lockStore(data);
                }
            }
            await().atMost(LONGEST).pollInterval(Duration.ofMillis(500)).until(() -> isDone(data));
            // What is archived while it is compared would be missed.
            host.finish();
            verify(data);
        } finally {
            host.close();
            endWorkers(data);
        }
    }

    private static HostProcess host(Path data) throws IOException {
        return HostProcess.start(
                List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=error"), LogTortureHost.class, data, WORKERS, LINES);
    }

    private static void killWorker(Path data, Random random) {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.openReadOnly(DataDirectory.open(data))) {
            registry.find(AccountId.of(random.nextInt(WORKERS)))
                    .map(WorkerRow::pid)
                    .ifPresent(pid -> pid.ifPresent(LogTortureTest::killGroup));
        }
    }

    /** Its writer is its child. */
    private static void killGroup(long pid) {
        ProcessHandle.of(pid).ifPresent(worker -> {
            worker.descendants().forEach(ProcessHandle::destroyForcibly);
            worker.destroyForcibly();
        });
    }

    private static void lockStore(Path data) throws SQLException, InterruptedException {
        Path store = data.resolve("logs/logs.db");
        if (Files.exists(store)) {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store)) {
                connection.createStatement().execute("PRAGMA busy_timeout = 5000");
                connection.createStatement().execute("BEGIN IMMEDIATE");
                // Longer than the sink waits.
                Thread.sleep(6_000);
                connection.createStatement().execute("ROLLBACK");
            }
        }
    }

    /** All writers have written all, and the sink has acknowledged it. */
    private static boolean isDone(Path path) throws IOException {
        WorkerLogs logs = new WorkerLogs(DataDirectory.open(path));
        String last = "line " + (LINES - 1) + " ";
        for (int i = 0; i < WORKERS; i++) {
            if (logs.lastLines(AccountId.of(i)).stream().noneMatch(line -> line.startsWith(last))) {
                return false;
            }
        }
        return logs.areShipped();
    }

    private static void verify(Path path) throws IOException, SQLException {
        WorkerLogs logs = new WorkerLogs(DataDirectory.open(path));
        long all = 0;
        List<String> workers = logs.workers();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path.resolve("logs/logs.db"))) {
            for (String workerId : workers) {
                all += compare(connection, workerId, logs.contents(workerId));
            }
        }
        System.out.println("LogTortureTest: " + all + " lines of " + workers.size() + " workers, "
                + logs.archivedParts() + " parts archived, none lost, none twice");
        assertThat(all).isGreaterThanOrEqualTo((long) WORKERS * LINES);
    }

    private static long compare(Connection connection, String workerId, InputStream contents)
            throws IOException, SQLException {
        long count = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(contents, StandardCharsets.UTF_8));
                PreparedStatement query = connection.prepareStatement(
                        "SELECT byte_offset, message FROM worker_logs WHERE worker_id = ? ORDER BY byte_offset")) {
            query.setString(1, workerId);
            try (ResultSet entries = query.executeQuery()) {
                while (entries.next()) {
                    Iterator<String> message = entries.getString(2).lines().iterator();
                    while (message.hasNext()) {
                        String expected = lines.readLine();
                        String found = message.next();
                        if (!found.equals(expected)) {
                            throw new AssertionError(
                                    "worker " + workerId + ", line " + count + ": the file has \"" + expected
                                            + "\", the sink at byte " + entries.getLong(1) + " has \"" + found + "\"");
                        }
                        count++;
                    }
                }
            }
            assertThat(lines.readLine()).as(workerId).isNull();
        }
        return count;
    }

    private static void endWorkers(Path data) {
        new NodeEvidence(DataDirectory.open(data)).processes().forEach(LogTortureTest::killGroup);
    }
}
