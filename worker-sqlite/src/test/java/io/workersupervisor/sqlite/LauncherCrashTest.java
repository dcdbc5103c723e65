package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.PlantedScript;
import io.workersupervisor.SeamedHost;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.sqlite.WorkerEvidence.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** SIGKILL to the launcher of a worker, at each of its marks and while the worker runs; its host lives on. */
@Tag("long")
class LauncherCrashTest {
    private static final AccountId ACCOUNT = AccountId.of(1);
    private static final String LAUNCHER = "kill -9 $$";
    private static final String CHILD = "sh -c 'kill -9 $PPID'";
    private static final ExitStatus UNSEEN = new ExitStatus.Unknown("");

    /** Without its launcher nobody keeps a worker's end, but its zombie tells as long as nobody has reaped it. */
    private static final Set<ExitStatus> UNSEEN_TERM = Set.of(UNSEEN, new ExitStatus.Signalled(15));

    @TempDir
    Path directory;

    private WorkerEvidence evidence;

    @BeforeEach
    void open() throws IOException {
        evidence = new WorkerEvidence(directory, 1);
    }

    @AfterEach
    void endEverything() {
        evidence.close();
    }

    /** The first three marks are passed by the launcher itself, the others by the process that becomes the worker. */
    static Stream<Arguments> deaths() {
        Stream<Arguments> alone =
                PlantedScript.BEFORE_WORKER.stream().limit(3).map(mark -> Arguments.of(mark, "launcher", LAUNCHER));
        Stream<Arguments> forked = PlantedScript.BEFORE_WORKER.stream()
                .skip(3)
                .flatMap(mark -> Stream.of(
                        Arguments.of(mark, "launcher", LAUNCHER),
                        Arguments.of(mark, "child", CHILD),
                        Arguments.of(mark, "both", LAUNCHER + "; " + CHILD)));
        return Stream.concat(alone, forked);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("deaths")
    void a_launcher_killed_before_its_worker_runs_never_blocks_the_account_P1_P2_P6(
            String mark, String who, String command) throws Exception {
        boolean lives = who.equals("launcher") && PlantedScript.BEFORE_WORKER.indexOf(mark) >= 3;
        StartResult result = startWith(
                mark,
                command,
                lives
                        ? evidence.spec(ACCOUNT, Kind.RUN)
                        : evidence.spec(ACCOUNT, Kind.RUN, WorkerEvidence.ENDS_WITHIN));
        if (lives) {
            assertThat(result).isInstanceOf(StartResult.Started.class);
        } else {
            assertThat(result)
                    .isInstanceOfSatisfying(
                            StartResult.Failed.class,
                            failed -> assertThat(failed.report()).isPresent());
            assertThat(evidence.ran()).isEmpty();
        }

        try (Aftermath next = Aftermath.of(evidence)) {
            next.settle();
            next.runsOnce(ACCOUNT);
            assertThat(evidence.ran()).hasSize(1);
            assertThat(next.supervisor().stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
            next.isStopped(ACCOUNT);
            next.nobodyOverlapped();
            next.everyEndIsExplained(ACCOUNT, lives ? UNSEEN_TERM : Set.of(ExitStatus.ofShell(143)));
            next.nothingIsLeft();
            next.everyEndIsTold();
        }
    }

    @ParameterizedTest
    @MethodSource("marksAfterTheWorker")
    void a_launcher_killed_when_its_worker_has_ended_invents_no_exit_P6(String mark) throws Exception {
        StartResult result = startWith(mark, LAUNCHER, evidence.spec(ACCOUNT, Kind.END));

        ExitStatus seen = mark.equals("#@ended") ? UNSEEN : new ExitStatus.Exited(3);
        assertThat(result)
                .isInstanceOfSatisfying(
                        StartResult.Failed.class,
                        failed ->
                                assertThat(failed.report().orElseThrow().exit()).isInstanceOf(seen.getClass()));
        try (Aftermath next = Aftermath.of(evidence)) {
            next.settle();
            next.everyEndIsExplained(ACCOUNT, Set.of(seen));
            next.nothingIsLeft();
            next.everyEndIsTold();
        }
    }

    static Stream<String> marksAfterTheWorker() {
        return PlantedScript.AFTER_WORKER.stream();
    }

    @Test
    void a_launcher_killed_alone_leaves_its_worker_supervised_until_its_unseen_end_P1_P6() throws Exception {
        try (Aftermath host = Aftermath.of(evidence)) {
            StartResult.Started started = startAndKillTheLauncher(host);

            assertThat(host.supervisor().start(evidence.spec(ACCOUNT, Kind.RUN)))
                    .isInstanceOfSatisfying(
                            StartResult.AlreadyRunning.class,
                            running -> assertThat(running.pid()).isEqualTo(started.pid()));
            assertThat(host.supervisor().reconcile().alive()).containsExactly(ACCOUNT);
            evidence.killWorkers(ACCOUNT);
            host.settle();

            assertThat(host.supervisor().why(ACCOUNT))
                    .singleElement()
                    .satisfies(report ->
                            assertThat(report.reason()).isIn(StopReason.UNKNOWN, StopReason.KILLED_BY_SIGNAL));
            host.everyEndIsExplained(ACCOUNT, Set.of(UNSEEN, new ExitStatus.Signalled(9)));
            host.nothingIsLeft();
            host.everyEndIsTold();
            host.runsOnce(ACCOUNT);
        }
    }

    @Test
    void a_worker_whose_launcher_was_killed_is_stopped_on_request_with_an_unseen_exit_P4_P6() throws Exception {
        try (Aftermath host = Aftermath.of(evidence)) {
            startAndKillTheLauncher(host);

            assertThat(host.supervisor().stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);

            assertThat(host.supervisor().why(ACCOUNT))
                    .singleElement()
                    .satisfies(report -> assertThat(report.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST));
            host.everyEndIsExplained(ACCOUNT, UNSEEN_TERM);
            host.isStopped(ACCOUNT);
            host.nothingIsLeft();
            host.everyEndIsTold();
        }
    }

    private StartResult.Started startAndKillTheLauncher(Aftermath host) {
        StartResult.Started started =
                host.supervisor().start(evidence.spec(ACCOUNT, Kind.RUN)).orElseThrow();
        assertThat(evidence.launchers()).hasSize(1);
        evidence.launchers().forEach(ProcessHandle::destroyForcibly);
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> evidence.launchers().isEmpty());
        assertThat(ProcessHandle.of(started.pid())).matches(Optional::isPresent);
        return started;
    }

    private StartResult startWith(String mark, String command, WorkerSpec spec) {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(evidence.data())) {
            WorkerSupervisor.Builder builder =
                    WorkerSupervisor.builder(evidence.data(), registry).launcher(evidence.launcher());
            SeamedHost.atMark(builder, mark, command);
            try (WorkerSupervisor supervisor = builder.build()) {
                return supervisor.start(spec);
            }
        }
    }
}
