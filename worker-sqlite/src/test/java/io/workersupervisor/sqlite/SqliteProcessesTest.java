package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.HostProcess;
import io.workersupervisor.StopReport;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P1 and P6 across processes that are killed at any line. */
@Tag("long")
class SqliteProcessesTest {
    private static final int JVMS = 4;
    private static final int ACCOUNTS = 200;
    private static final long EPOCHS = 8;

    @TempDir
    Path directory;

    @Test
    void each_epoch_has_one_winner_and_each_end_one_report_though_a_claimer_is_killed() throws Exception {
        boolean killed = false;
        for (int round = 0; !killed && round < 5; round++) {
            killed = raceAndKill(Files.createDirectory(directory.resolve("round-" + round)));
        }
        assertThat(killed).as("a claimer was killed before it was done").isTrue();
    }

    /** Whether the one to be killed had not done all before; it may be a process that gets no time. */
    private static boolean raceAndKill(Path place) throws Exception {
        Path file = place.resolve("registry.db");
        long seed = System.nanoTime();
        System.out.println("claim race, seed " + seed);
        Random random = new Random(seed);
        List<HostProcess> jvms = new ArrayList<>();
        List<String> won = new ArrayList<>();

        HostProcess victim;
        try {
            for (int jvm = 0; jvm < JVMS; jvm++) {
                jvms.add(HostProcess.start(ClaimLoop.class, file, jvm, ACCOUNTS, EPOCHS, seed));
            }
            beginTogether(jvms);
            victim = jvms.get(random.nextInt(JVMS));
            int lines = 2 + random.nextInt(20);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> victim.seen().size() >= lines || !victim.isAlive());
            victim.kill();
            for (HostProcess jvm : jvms) {
                won.addAll(jvm.rest());
            }
        } finally {
            jvms.forEach(HostProcess::close);
        }

        Map<String, String> winners = new HashMap<>();
        for (String line : won) {
            int worker = line.lastIndexOf(' ');
            assertThat(winners.put(line.substring(0, worker), line.substring(worker + 1)))
                    .as("a second winner of account and epoch " + line)
                    .isNull();
        }
        // The victim may have died between its last commit and telling of it.
        assertThat(winners.size()).isBetween((int) (ACCOUNTS * EPOCHS) - 1, (int) (ACCOUNTS * EPOCHS));
        assertStored(file, winners);
        return victim.wasKilled();
    }

    private static void beginTogether(List<HostProcess> jvms) throws InterruptedException {
        for (HostProcess jvm : jvms) {
            assertThat(jvm.line()).isEqualTo("ready");
        }
        jvms.forEach(jvm -> jvm.tell("go"));
    }

    private static void assertStored(Path file, Map<String, String> winners) throws SQLException {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file)) {
            for (long account = 1; account <= ACCOUNTS; account++) {
                WorkerRow row = registry.find(AccountId.of(account)).orElseThrow();
                List<StopReport> reports = registry.reports(row.account(), StopReport.KEPT);

                assertThat(row.epoch()).isEqualTo(EPOCHS).isEqualTo(row.revision());
                assertThat(reports)
                        .extracting(StopReport::epoch)
                        .containsExactlyInAnyOrderElementsOf(
                                LongStream.range(1, EPOCHS).boxed().toList());
                for (StopReport report : reports) {
                    String key = account + " " + report.epoch();
                    assertThat(report.workerId()).isEqualTo(winners.getOrDefault(key, report.workerId()));
                }
            }
        }
        try (SqliteConnection session = SqliteConnection.open(file, "mode=rw", Duration.ofSeconds(5))) {
            assertThat(session.query("PRAGMA integrity_check").get(0).text("integrity_check"))
                    .isEqualTo("ok");
        }
    }

    @Test
    void processes_that_make_the_registry_at_once_share_one(@TempDir Path other)
            throws IOException, InterruptedException {
        Path file = directory.resolve("registry.db");
        List<HostProcess> jvms = new ArrayList<>();
        Set<String> ids = new HashSet<>();

        try {
            for (int jvm = 0; jvm < JVMS; jvm++) {
                jvms.add(HostProcess.start(HoldRegistry.class, file, 1, other.resolve("warm-" + jvm)));
            }
            beginTogether(jvms);
            for (HostProcess jvm : jvms) {
                ids.add(jvm.line());
            }
            for (HostProcess jvm : jvms) {
                jvm.finish();
            }
        } finally {
            jvms.forEach(HostProcess::close);
        }

        assertThat(ids).singleElement().asString().startsWith("sqlite-");
        assertThat(directory.toFile().list()).containsExactly("registry.db");
    }

    @Test
    void a_maker_that_is_killed_leaves_what_the_next_opening_completes() throws IOException, InterruptedException {
        for (int round = 0; round < 5; round++) {
            Path place = Files.createDirectory(directory.resolve(String.format(Locale.ROOT, "round-%d", round)));
            int made = 0;
            try (HostProcess maker = HostProcess.start(MakeLoop.class, place)) {
                maker.line();
                Thread.sleep(50 + 7 * round);
                maker.kill();
                made = 1 + maker.rest().size();
            }

            for (int next = 0; next <= made; next++) {
                Path home = Files.createDirectories(place.resolve(Integer.toString(next)));
                try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(home.resolve("registry.db"))) {
                    assertThat(registry.find(AccountId.of(1))).isEmpty();
                }
            }
        }
    }
}
