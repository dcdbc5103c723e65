package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.HostProcess;
import io.workersupervisor.PlantedScript;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A launcher that stands still while its host dies and others go on with the account, and then wakes up. */
@Tag("long")
class LauncherDelayTest {
    private static final AccountId ACCOUNT = AccountId.of(1);
    private static final Set<ExitStatus> ENDED =
            Set.of(ExitStatus.ofShell(143), ExitStatus.ofShell(137), new ExitStatus.Unknown(""));

    /** Grace and sweep do not come into it; what cannot be ended is told in this time. */
    private static final Duration LONGEST_STOP = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void a_launcher_delayed_between_spawn_and_lock_until_its_row_was_replaced_starts_nothing_P1() throws Exception {
        delayed("replaced", "#@spawned", (evidence, next) -> {
            next.settle();
            next.runsOnce(ACCOUNT);
            wakeUp(evidence, 1);

            next.settle();
            next.runsOnce(ACCOUNT);
            assertThat(evidence.ran()).hasSize(1);
        });
    }

    @Test
    void a_launcher_delayed_between_spawn_and_lock_until_its_worker_was_stopped_starts_nothing_P4() throws Exception {
        delayed("stopped", "#@spawned", (evidence, next) -> {
            next.supervisor().stop(ACCOUNT);
            next.isStopped(ACCOUNT);
            wakeUp(evidence, 0);

            next.settle();
            next.isStopped(ACCOUNT);
            assertThat(evidence.ran()).isEmpty();
        });
    }

    @Test
    void a_launcher_delayed_under_the_lock_is_taken_up_when_it_goes_on_P1_P2() throws Exception {
        atEachMarkUnderTheLock("taken-up", (evidence, next) -> {
            next.supervisor().reconcile();
            assertThat(evidence.ran()).isEmpty();
            wakeUp(evidence, 1);

            next.settle();
            next.runsOnce(ACCOUNT);
            assertThat(evidence.ran()).hasSize(1);
        });
    }

    @Test
    void a_stop_while_a_launcher_is_delayed_under_the_lock_holds_when_it_goes_on_P4_P7() throws Exception {
        atEachMarkUnderTheLock("stopped", (evidence, next) -> {
            long begun = System.nanoTime();
            StopResult result = next.supervisor().stop(ACCOUNT);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            assertThat(took).as("%s", result).isLessThan(LONGEST_STOP);
            wakeUp(evidence, 0);

            next.settle();
            next.isStopped(ACCOUNT);
        });
    }

    /** What happens while the launcher is delayed, and when it goes on. */
    private interface Story {
        void tell(WorkerEvidence evidence, Aftermath next) throws Exception;
    }

    private void atEachMarkUnderTheLock(String name, Story story) throws InterruptedException {
        List<Callable<Void>> cases = new ArrayList<>();
        PlantedScript.BEFORE_WORKER.stream()
                .skip(1)
                .forEach(mark -> cases.add(() -> {
                    delayed(name, mark, story);
                    return null;
                }));
        AtOnce.run(cases.size(), cases);
    }

    private void delayed(String name, String mark, Story story) throws Exception {
        Path top = Files.createDirectories(directory.resolve(name + mark.substring(2)));
        try (WorkerEvidence evidence = new WorkerEvidence(top, 1)) {
            try (HostProcess host = evidence.host(HostProgram.class, Map.of("host.delay.at", mark))) {
                host.await("ready");
                host.tell("start 1 RUN");
                awaitShortly().until(() -> Files.exists(top.resolve("reached")));
                host.kill();
            }
            try (Aftermath next = Aftermath.of(evidence)) {
                story.tell(evidence, next);
                endsWell(next);
            }
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("delayed at " + mark + ": " + failed.getMessage(), failed);
        }
    }

    /** Lets the launcher go on, and waits until no more than these are left of all launchers, or their workers run. */
    private static void wakeUp(WorkerEvidence evidence, int left) throws IOException {
        Files.createFile(evidence.top().resolve("go"));
        awaitShortly()
                .until(() -> evidence.launchers().size() <= left
                        || evidence.launchers().size()
                                == evidence.living(ACCOUNT).size());
    }

    private static ConditionFactory awaitShortly() {
        return await().pollInterval(Duration.ofMillis(10));
    }

    private static void endsWell(Aftermath host) throws IOException {
        List<StopReport> before = host.supervisor().why(ACCOUNT);
        host.supervisor().stop(ACCOUNT);
        host.isStopped(ACCOUNT);
        assertThat(host.supervisor().why(ACCOUNT)).containsAll(before);
        host.nobodyOverlapped();
        host.everyEndIsExplained(ACCOUNT, ENDED);
        host.nothingIsLeft();
    }
}
