package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Samples;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.WorkerInspector.Finding.Level;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The doctor tells where lines do not reach a sink (P5). */
class LogCheckupTest extends OnTailedDirectory {
    private static final Instant NOW = Samples.NOW;

    private final FailingSink sink = new FailingSink();
    private SinkShipper tailer;

    @BeforeEach
    void begin() {
        tailer = node.tailer(sink);
    }

    @Test
    void a_directory_without_sinks_is_not_worth_a_word() throws IOException {
        assertThat(examine()).isEmpty();
    }

    @Test
    void a_sink_that_has_everything_is_well() throws IOException {
        node.write(1, "one\n");
        node.drain(tailer);

        assertThat(examine()).containsExactly(new Finding(Level.OK, "log sink failing has all that workers wrote"));
    }

    @Test
    void what_is_on_its_way_is_no_reason_to_warn() throws IOException {
        node.write(1, "one\n");
        node.drain(tailer);
        node.write(1, "two\n");
        written(node.file(1).path(), Duration.ofSeconds(1));
        moved(Duration.ofHours(1));

        assertThat(examine()).containsExactly(new Finding(Level.OK, "log sink failing: 4 bytes of a file wait"));
    }

    @Test
    void a_sink_that_nobody_serves_is_told_with_what_waits_and_what_to_do() throws IOException {
        node.write(1, "one\n");
        node.drain(tailer);
        node.write(1, "two\n");
        node.write(2, "three\n");
        written(node.file(1).path(), Duration.ofMinutes(30));
        written(node.file(2).path(), Duration.ofMinutes(30));
        moved(Duration.ofHours(1));

        assertThat(examine()).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.WARNING);
            assertThat(finding.text())
                    .contains(
                            "failing: 10 bytes of 2 files wait",
                            "have not moved for 1 h 0 min",
                            "delete " + Layout.checkpoints(node.data).resolve("failing"));
        });
    }

    @Test
    void a_worker_that_never_rests_hides_no_sink_that_is_down() throws IOException {
        node.write(1, "one\n");
        node.drain(tailer);
        node.write(1, "it goes on and on\n".repeat(100_000));
        written(node.file(1).path(), Duration.ZERO);
        moved(Duration.ofHours(1));

        assertThat(examine()).extracting(Finding::level).containsExactly(Level.WARNING);
    }

    @Test
    void a_line_without_an_end_waits_for_its_worker_only() throws IOException {
        node.write(1, "one\n");
        node.drain(tailer);
        node.write(1, "continue? [y/n] ");
        written(node.file(1).path(), Duration.ofHours(1));
        moved(Duration.ofHours(1));

        assertThat(examine()).extracting(Finding::level).containsExactly(Level.OK);
        node.end(1);
        assertThat(examine()).extracting(Finding::level).containsExactly(Level.WARNING);
    }

    @Test
    void a_worker_that_ships_its_lines_itself_does_not_count() throws IOException {
        node.write(1, "one\n");
        node.drain(tailer);
        new FileOnlyMarks(node.data).mark(TailedDirectory.worker(2));
        node.write(2, "mine\n");
        written(node.file(2).path(), Duration.ofHours(1));
        moved(Duration.ofHours(1));

        assertThat(examine()).extracting(Finding::level).containsExactly(Level.OK);
    }

    @Test
    void what_a_sink_refused_is_told() throws IOException {
        sink.refused = entry -> entry.message().equals("two");
        node.write(1, "one\ntwo\n");
        node.drain(tailer);

        assertThat(examine())
                .anyMatch(finding -> finding.level() == Level.WARNING
                        && finding.text().contains("refused entries")
                        && finding.text().contains("failing/refused.jsonl"));
    }

    @Test
    void a_reserve_that_was_given_up_is_told() throws IOException {
        node.write(1, "one\n");
        node.drain(tailer);
        LogCheckup full = new LogCheckup(node.data, KnownWorkers.of(new InMemoryWorkerRegistry()), NOW);
        LogCheckup held = new LogCheckup(node.data, KnownWorkers.of(new InMemoryWorkerRegistry()), NOW);

        assertThat(full.reserve(1 << 20))
                .hasValueSatisfying(text -> assertThat(text).contains("1.0 MiB left", "is given up"));
        assertThat(full.reserve(DiskReserve.ROOM + 1)).isEmpty();
        Files.createFile(node.data.path().resolve(DiskReserve.FILE));
        assertThat(held.reserve(1 << 20)).isEmpty();
    }

    private List<Finding> examine() throws IOException {
        return new LogCheckup(
                        node.data,
                        (account, workerId) -> node.known.getOrDefault(workerId, KnownWorkers.Known.NOTHING),
                        NOW)
                .examine();
    }

    private void moved(Duration ago) throws IOException {
        written(Layout.checkpoints(node.data).resolve("failing/journal"), ago);
    }

    private static void written(Path file, Duration ago) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(NOW.minus(ago)));
    }
}
