package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.workersupervisor.AccountId;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.PlantedScript;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopResult;
import io.workersupervisor.sqlite.WorkerEvidence.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SIGKILL to a host at each step of everything it does. A first run tells which steps there are, then there is a host for
 * each of them, and a new supervisor finds what it left. {@code -Dcrash.all} also crashes stories at steps that others come
 * to in the same way.
 */
@Tag("long")
@Timeout(1200)
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
@Needs(Need.SETSID)
class CrashAtEveryStepTest {
    private final LaunchPath launcher;

    CrashAtEveryStepTest(LaunchPath launcher) {
        this.launcher = launcher;
    }

    private static final AccountId ACCOUNT = AccountId.of(1);
    private static final int AT_ONCE = 3;
    private static final ExitStatus TERM = ExitStatus.ofShell(143);
    private static final ExitStatus KILL = ExitStatus.ofShell(137);

    private static final boolean ALL = Boolean.getBoolean("crash.all");

    @TempDir
    Path directory;

    /** What a host is at when it dies. */
    enum Story {
        START("start 1 RUN"),
        START_OF_A_WORKER_THAT_ENDS_AT_ONCE("start 1 END", "report", "closed", "told"),
        START_OVER_A_WORKER_THAT_DIED("start 1 RUN", "claim", "claimed"),
        START_OVER_A_HOST_THAT_DIED_BEFORE_ITS_LAUNCH("start 1 RUN", "fence", "fenced", "claimed"),
        RESTART("restart 1 RUN"),
        RECONCILE_OF_A_WORKER_THAT_DIED("reconcile"),
        STOP("stop 1"),
        STOP_OF_A_WORKER_THAT_IGNORES_TERM("stop 1", "kill", "killed"),
        STOP_OF_A_WORKER_THAT_LEAVES_A_PROCESS_BEHIND("stop 1", "sweep", "told"),
        STOP_AFTER_A_HOST_DIED_BEFORE_ITS_LAUNCH("stop 1", "fence", "fenced", "told");

        private final String command;
        private final String news;

        /** The news are the steps that no story before it comes to in this way; none named means all. */
        Story(String command, String... news) {
            this.command = command;
            this.news = String.join(" ", news);
        }

        private boolean isWorthwhile(String step) {
            return ALL || news().isEmpty() || news().contains(step);
        }

        private List<String> news() {
            return news.isEmpty() ? List.of() : List.of(news.split(" ", -1));
        }

        /** What runs before the host begins, if anything. */
        private void before(WorkerEvidence evidence) {
            if (this == START
                    || this == START_OF_A_WORKER_THAT_ENDS_AT_ONCE
                    || this == START_OVER_A_HOST_THAT_DIED_BEFORE_ITS_LAUNCH
                    || this == STOP_AFTER_A_HOST_DIED_BEFORE_ITS_LAUNCH) {
                return;
            }
            Kind kind = switch (this) {
                case STOP_OF_A_WORKER_THAT_IGNORES_TERM -> Kind.STUBBORN;
                case STOP_OF_A_WORKER_THAT_LEAVES_A_PROCESS_BEHIND -> Kind.FORK;
                default -> Kind.RUN;
            };
            try (Aftermath other = Aftermath.of(evidence)) {
                other.supervisor().start(evidence.spec(ACCOUNT, kind)).orElseThrow();
                evidence.awaitTestimony(ACCOUNT, kind);
            }
        }

        /** What happens once the host has reconciled. */
        private void meanwhile(WorkerEvidence evidence) throws IOException, InterruptedException {
            if (this == START_OVER_A_WORKER_THAT_DIED || this == RECONCILE_OF_A_WORKER_THAT_DIED) {
                evidence.killWorkers(ACCOUNT);
            } else if (this == START_OVER_A_HOST_THAT_DIED_BEFORE_ITS_LAUNCH
                    || this == STOP_AFTER_A_HOST_DIED_BEFORE_ITS_LAUNCH) {
                try (HostProcess starter = evidence.host(HostProgram.class, Map.of("host.kill", "claimed#0"))) {
                    starter.await("ready");
                    starter.tell("start 1 RUN").await("step claimed");
                    starter.finish();
                    assertThat(starter.wasKilled()).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_host_killed_at_any_step_leaves_what_the_next_one_settles_P1_P2_P4_P6(Story story) throws Exception {
        List<String> steps = run(story, "none", Map.of()).steps();

        Map<String, Integer> counts = new HashMap<>();
        Set<String> names = new TreeSet<>();
        List<Callable<Optional<String>>> crashes = new ArrayList<>();
        for (String step : steps) {
            int occurrence = counts.merge(step, 1, Integer::sum) - 1;
            if (story.isWorthwhile(step)) {
                names.add(step);
                crashes.add(() -> crash(story, step, occurrence));
            }
        }
        Set<String> diedAt = new TreeSet<>();
        AtOnce.run(AT_ONCE, crashes).forEach(died -> died.ifPresent(diedAt::add));

        assertThat(names).isNotEmpty().containsAll(story.news());
        assertThat(diedAt).as("steps at which a host died").isEqualTo(names);
    }

    /**
     * Two threads of a host may see one end: whichever is later comes to fewer steps, so a story can be shorter than the
     * first run of it, and is told once more then.
     *
     * @return the step, if the host died there
     */
    private Optional<String> crash(Story story, String step, int occurrence) throws Exception {
        for (int attempt = 1; attempt <= 2; attempt++) {
            String name = step + "-" + occurrence + "-" + attempt;
            if (run(story, name, Map.of("host.kill", step + "#" + occurrence)).killed()) {
                return Optional.of(step);
            }
        }
        return Optional.empty();
    }

    @Test
    void a_host_killed_while_its_launcher_is_at_any_mark_leaves_what_the_next_one_settles_P1_P2_P6() throws Exception {
        assumeTrue(launcher == LaunchPath.SH, "the marks are in the shell's script");
        AtOnce.run(
                AT_ONCE,
                PlantedScript.BEFORE_WORKER.stream()
                        .<Callable<Void>>map(mark -> () -> {
                            assertThat(run(Story.START, mark.substring(2), Map.of("host.kill.at", mark))
                                            .killed())
                                    .as("killed at %s", mark)
                                    .isTrue();
                            return null;
                        })
                        .toList());
    }

    /**
     * How a host got on.
     *
     * @param steps those that it came to
     * @param killed whether it died at the last of them
     */
    private record Told(List<String> steps, boolean killed) {}

    private Told run(Story story, String name, Map<String, String> kill) throws Exception {
        Path top = Files.createDirectories(directory.resolve(story + "-" + name));
        try (WorkerEvidence evidence = new WorkerEvidence(top, 1, launcher)) {
            story.before(evidence);
            List<String> seen;
            boolean killed;
            try (HostProcess host = evidence.host(HostProgram.class, kill)) {
                host.await("ready");
                story.meanwhile(evidence);
                host.tell(story.command);
                if (kill.isEmpty()) {
                    host.await("answer ");
                }
                if (story == Story.RECONCILE_OF_A_WORKER_THAT_DIED) {
                    // Its keeper tells of the end, which a reconcile may be too early for.
                    host.awaitOrEnd("step told");
                }
                host.finish();
                seen = host.seen();
                killed = host.wasKilled();
                assertThat(killed || seen.stream().anyMatch(line -> line.startsWith("answer ")))
                        .as("killed or done, said %s", seen)
                        .isTrue();
            }
            judge(evidence, seen);
            List<String> steps = seen.stream()
                    .filter(line -> line.startsWith("step "))
                    .map(line -> line.substring("step ".length()))
                    .toList();
            return new Told(steps, killed);
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError(story + ", killed at " + name + ": " + failed.getMessage(), failed);
        }
    }

    private static void judge(WorkerEvidence evidence, List<String> seen) throws IOException, InterruptedException {
        try (Aftermath next = Aftermath.of(evidence)) {
            next.settle();
            if (seen.contains("step asked")) {
                next.isStopped(ACCOUNT);
                assertThat(next.supervisor().start(evidence.spec(ACCOUNT, Kind.RUN)))
                        .isInstanceOf(StartResult.Started.class);
            }
            next.runsOnce(ACCOUNT);
            assertThat(next.supervisor().stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
            next.settle();
            next.isStopped(ACCOUNT);

            next.nobodyOverlapped();
            next.everyEndIsExplained(
                    ACCOUNT,
                    Set.of(
                            TERM,
                            KILL,
                            new ExitStatus.Signalled(15),
                            new ExitStatus.Signalled(9),
                            new ExitStatus.Exited(3)));
            next.nothingIsLeft();
        }
    }
}
