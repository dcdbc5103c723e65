package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One log store and several processes, some of which are killed. */
@Tag("long")
class SqliteLogProcessesTest {
    private static final LogQuery ALL = LogQuery.last(LogQuery.MOST);

    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init")
    private DataDirectory data;

    @BeforeEach
    void directory() {
        data = DataDirectory.open(temporary.resolve("data"));
    }

    @Test
    void p5_a_process_killed_while_it_appends_leaves_whole_batches_and_a_replay_makes_it_exact() throws Exception {
        long seed = System.nanoTime();
        System.out.println("log kill, seed " + seed);
        Random random = new Random(seed);
        int acknowledged = 0;

        for (int kill = 0; kill < 12; kill++) {
            try (HostProcess host = HostProcess.start(AppendLogs.class, data.path(), acknowledged, 10_000)) {
                for (int more = random.nextInt(8); more >= 0; more--) {
                    acknowledged = Integer.parseInt(host.line()) + 1;
                }
                LockSupport.parkNanos(random.nextInt(8_000_000));
                host.kill();
                assertThat(host.wasKilled()).isTrue();
                for (String line : host.rest()) {
                    acknowledged = Integer.parseInt(line) + 1;
                }
            }

            int stored = SqliteLogSink.openReadOnly(data).find(ALL).size();
            assertThat(stored % AppendLogs.BATCH).isZero();
            assertThat(stored / AppendLogs.BATCH).isBetween(acknowledged, acknowledged + 1);
        }

        assertExact(acknowledged + 2, acknowledged);
    }

    @Test
    void p5_two_processes_that_append_the_same_at_once_store_it_once() throws Exception {
        int batches = 150;
        try (HostProcess one = HostProcess.start(AppendLogs.class, data.path(), 0, batches);
                HostProcess other = HostProcess.start(AppendLogs.class, data.path(), 0, batches)) {
            assertThat(one.rest()).endsWith("done").hasSize(batches + 1);
            assertThat(other.rest()).endsWith("done").hasSize(batches + 1);
        }

        assertExact(batches, batches);
    }

    @Test
    void processes_that_read_see_whole_batches_while_another_appends() throws Exception {
        LogLines lines = AppendLogs.lines();
        List<HostProcess> readers = new ArrayList<>();
        try (SqliteLogSink sink = SqliteLogSink.open(data)) {
            sink.append(lines.next(AppendLogs.BATCH));
            for (int reader = 0; reader < 3; reader++) {
                readers.add(HostProcess.start(ReadLogs.class, data.path()));
            }
            for (HostProcess reader : readers) {
                assertThat(reader.line()).isEqualTo("looking");
            }
            for (int batch = 1; batch < 100; batch++) {
                sink.append(lines.next(AppendLogs.BATCH));
            }
            for (HostProcess reader : readers) {
                assertThat(reader.tell("end").rest())
                        .singleElement()
                        .asString()
                        .matches("saw [0-9]+")
                        .isNotEqualTo("saw 0");
            }
        } finally {
            readers.forEach(HostProcess::close);
        }

        assertExact(100, 100);
    }

    /** Replays the last batches, as a host does that did not get to its checkpoint. */
    private void assertExact(int batches, int acknowledged) {
        List<LogEntry> expected = AppendLogs.lines().next(batches * AppendLogs.BATCH);
        try (SqliteLogSink sink = SqliteLogSink.open(data)) {
            int from = Math.max(0, acknowledged - 1) * AppendLogs.BATCH;
            assertThat(sink.append(expected.subList(from, expected.size()))).isEmpty();
            assertThat(sink.find(ALL)).containsExactlyElementsOf(expected);
        }
        Database database = new Database(FileKind.LOGS, data.path().resolve("logs/logs.db"));
        Snapshot.read(
                database,
                "checking it",
                Snapshot.Unseen.REFUSE,
                Duration.ofSeconds(5),
                s -> Schema.verify(s, database));
    }
}
