package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.logs.FileSearch;
import io.workersupervisor.internal.logs.LogArchive;
import io.workersupervisor.internal.logs.LogSource;
import io.workersupervisor.internal.logs.SinkCheckpoints;
import io.workersupervisor.internal.logs.WorkerLogFile;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
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
                    .flatMap(Detail::identityOf)
                    .ifPresent(identity -> killGroup(identity.pid()));
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
        DataDirectory data = DataDirectory.open(path);
        for (int i = 0; i < WORKERS; i++) {
            if (!lastLine(newest(data, AccountId.of(i))).contains("line " + (LINES - 1) + " ")) {
                return false;
            }
        }
        SinkCheckpoints acknowledged = SinkCheckpoints.read(data);
        for (WorkerLogFile file : WorkerLogFile.list(data)) {
            WorkerLogFile.Stat stat = WorkerLogFile.stat(file.path()).orElseThrow();
            if (acknowledged.of(file, stat.inode()) < stat.size()) {
                return false;
            }
        }
        return true;
    }

    private static WorkerLogFile newest(DataDirectory data, AccountId account) throws IOException {
        return FileSearch.of(data, account).reduce((older, newer) -> newer).orElseThrow();
    }

    private static String lastLine(WorkerLogFile file) throws IOException {
        try (LogSource source = LogSource.open(file.path()).orElseThrow()) {
            byte[] end = source.read(Math.max(0, source.size() - 400), 400);
            List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
            return lines.stream().filter(line -> line.startsWith("line ")).reduce("", (older, newer) -> newer);
        }
    }

    private static void verify(Path path) throws IOException, SQLException {
        DataDirectory data = DataDirectory.open(path);
        long all = 0;
        long parts = LogArchive.parts(data).size();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path.resolve("logs/logs.db"))) {
            for (WorkerLogFile file : WorkerLogFile.list(data)) {
                all += compare(connection, file, contents(data, file));
            }
        }
        System.out.println("LogTortureTest: " + all + " lines of "
                + WorkerLogFile.list(data).size() + " workers, " + parts + " parts archived, none lost, none twice");
        assertThat(all).isGreaterThanOrEqualTo((long) WORKERS * LINES);
    }

    private static long compare(Connection connection, WorkerLogFile file, InputStream contents)
            throws IOException, SQLException {
        long count = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(contents, StandardCharsets.UTF_8));
                PreparedStatement query = connection.prepareStatement(
                        "SELECT byte_offset, message FROM worker_logs WHERE worker_id = ? ORDER BY byte_offset")) {
            query.setString(1, file.workerId());
            try (ResultSet entries = query.executeQuery()) {
                while (entries.next()) {
                    Iterator<String> message = entries.getString(2).lines().iterator();
                    while (message.hasNext()) {
                        String expected = lines.readLine();
                        String found = message.next();
                        if (!found.equals(expected)) {
                            throw new AssertionError(file.path() + ", line " + count + ": the file has \"" + expected
                                    + "\", the sink at byte " + entries.getLong(1) + " has \"" + found + "\"");
                        }
                        count++;
                    }
                }
            }
            assertThat(lines.readLine()).as(file.path().toString()).isNull();
        }
        return count;
    }

    /** All that the worker wrote: the archived parts, and what the file still holds. */
    private static InputStream contents(DataDirectory data, WorkerLogFile file) throws IOException {
        List<InputStream> all = new ArrayList<>();
        List<LogArchive.Part> parts = LogArchive.parts(data).stream()
                .filter(part -> part.of().workerId().equals(file.workerId()))
                .sorted(Comparator.comparingLong(LogArchive.Part::position))
                .toList();
        long archived = 0;
        for (LogArchive.Part part : parts) {
            byte[] bytes = new GZIPInputStream(Files.newInputStream(part.path()), 1 << 16).readAllBytes();
            archived += bytes.length;
            all.add(new ByteArrayInputStream(bytes));
        }
        // Not from where the journal says: a part whose archiving was broken off is there twice, or in the archive
        // alone.
        InputStream rest = Files.newInputStream(file.path());
        rest.skipNBytes(archived);
        all.add(rest);
        return new SequenceInputStream(Collections.enumeration(all));
    }

    private static void endWorkers(Path data) {
        LocalEvidence local = LocalEvidence.of(DataDirectory.open(data), false);
        local.search()
                .ofDirectory(local.data())
                .forEach(process -> killGroup(process.stat().pid()));
    }
}
