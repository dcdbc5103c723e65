package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two hosts in two JVMs share a data directory: what one does, the other finds. */
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
@Tag("long")
class TwoHostsTest {
    private final LaunchPath launcher;

    TwoHostsTest(LaunchPath launcher) {
        this.launcher = launcher;
    }

    private static final AccountId ACCOUNT = AccountId.of(1);
    private static final int DEATHS = Integer.getInteger("torture.deaths", 8);
    private static final int RACES = Integer.getInteger("torture.races", 12);
    private static final Map<String, String> EVERY_200_MS = Map.of("host.interval", "200");
    private static final Set<ExitStatus> TERM_OR_KILL = Set.of(
            ExitStatus.ofShell(143),
            ExitStatus.ofShell(137),
            new ExitStatus.Signalled(15),
            new ExitStatus.Signalled(9));

    @TempDir
    Path directory;

    private WorkerEvidence evidence;
    private HostProcess one;
    private HostProcess other;

    @BeforeEach
    void open() throws Exception {
        evidence = new WorkerEvidence(directory, 1, launcher);
        one = evidence.host(HostProgram.class, EVERY_200_MS);
        other = evidence.host(HostProgram.class, EVERY_200_MS);
        one.await("ready");
        other.await("ready");
    }

    @AfterEach
    void endEverything() {
        one.close();
        other.close();
        evidence.close();
    }

    @Test
    void a_worker_of_one_host_is_taken_up_by_the_other_within_its_interval_P1() throws Exception {
        assertThat(one.ask("start 1 RUN")).startsWith("Started");

        await().until(() -> eventLog().contains("adopted worker"));

        assertThat(other.ask("start 1 RUN")).startsWith("AlreadyRunning");
        await().untilAsserted(() -> assertThat(evidence.ran()).hasSize(1));
    }

    @Test
    void a_stop_at_the_other_host_is_noticed_by_the_first_P4() throws Exception {
        one.ask("start 1 RUN");

        assertThat(other.ask("stop 1")).startsWith("Stopped");

        assertThat(evidence.living(ACCOUNT)).isEmpty();
        assertThat(one.ask("ensure 1 RUN")).startsWith("Refused").contains("STOPPED_BY_OPERATOR");
        assertThat(one.ask("reconcile")).contains("alive=[]").contains("leftAlone=[]");
        endsWell();
    }

    @Test
    void a_death_that_both_hosts_see_is_filed_and_told_once_P6() throws Exception {
        for (int death = 0; death < DEATHS; death++) {
            HostProcess starter = death % 2 == 0 ? one : other;
            assertThat(starter.ask("start 1 RUN")).startsWith("Started");
            evidence.killWorkers(ACCOUNT);
            one.tell("reconcile");
            other.tell("reconcile").await("answer");
            one.await("answer");
        }

        try (Aftermath third = Aftermath.of(evidence)) {
            third.settle();
            List<StopReport> reports = third.supervisor().why(ACCOUNT);
            assertThat(reports).hasSize(Math.min(DEATHS, StopReport.KEPT));
            assertThat(third.endsTold())
                    .hasSize(DEATHS)
                    .allSatisfy((worker, times) -> assertThat(times).isEqualTo(1));
            third.everyEndIsExplained(ACCOUNT, TERM_OR_KILL);
        }
    }

    @Test
    void whoever_starts_while_the_other_stops_leaves_no_stopped_account_running_P1_P4() throws Exception {
        long seed = Long.getLong("torture.seed", System.nanoTime());
        System.out.println("TwoHostsTest: -Dtorture.seed=" + seed);
        Random random = new Random(seed);
        List<String> starts = List.of("ensure 1 RUN", "restart 1 RUN", "start 1 RUN");
        for (int race = 0; race < RACES; race++) {
            String start = starts.get(race % starts.size());
            if (random.nextBoolean()) {
                one.ask("start 1 RUN");
            }
            one.tell(start);
            Thread.sleep(random.nextInt(race % 2 == 0 ? 100 : 10));
            String stopped = other.ask("stop 1");
            String started = one.await("answer");

            boolean wanted = start.startsWith("start") && started.startsWith("Started");
            String story = "race " + race + ": " + start + " -> " + started + ", stop -> " + stopped;
            await(story).untilAsserted(() -> isAsTheRowSays(wanted));
        }
        other.ask("stop 1");
        endsWell();
    }

    /** A person's start may come before or after the person's stop; nothing else undoes a stop. */
    private void isAsTheRowSays(boolean wanted) {
        try (Aftermath third = Aftermath.of(evidence)) {
            WorkerRow row = third.row(ACCOUNT);
            if (!wanted) {
                assertThat(row.desired()).isEqualTo(Desired.STOPPED);
            }
            assertThat(evidence.livingWorkers(ACCOUNT)).hasSize(row.desired() == Desired.RUNNING ? 1 : 0);
        }
    }

    private String eventLog() throws IOException {
        return java.nio.file.Files.readString(Layout.eventLog(evidence.data()));
    }

    private void endsWell() throws IOException {
        try (Aftermath third = Aftermath.of(evidence)) {
            third.settle();
            third.isStopped(ACCOUNT);
            third.nobodyOverlapped();
            third.everyEndIsExplained(ACCOUNT, TERM_OR_KILL);
            third.nothingIsLeft();
            third.everyEndIsTold();
        }
    }
}
