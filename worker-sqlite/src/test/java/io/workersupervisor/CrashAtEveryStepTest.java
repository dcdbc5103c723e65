package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.WorkerEvidence.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SIGKILL to a host at each step of everything it does. A first run tells which steps there are, then there is a host for
 * each of them, and a new supervisor finds what it left. {@code -Dcrash.all} also crashes stories at steps that others come
 * to in the same way.
 */
class CrashAtEveryStepTest {
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
        START_OF_A_WORKER_THAT_ENDS_AT_ONCE("start 1 END", "report", "filed", "closed"),
        START_OVER_A_WORKER_THAT_DIED("start 1 RUN", "claim", "claimed"),
        START_OVER_A_HOST_THAT_DIED_BEFORE_ITS_LAUNCH("start 1 RUN", "fence", "fenced", "claimed"),
        RESTART("restart 1 RUN"),
        RECONCILE_OF_A_WORKER_THAT_DIED("reconcile"),
        STOP("stop 1"),
        STOP_OF_A_WORKER_THAT_IGNORES_TERM("stop 1", "kill", "killed"),
        STOP_OF_A_WORKER_THAT_LEAVES_A_PROCESS_BEHIND("stop 1", "sweep", "filed"),
        STOP_AFTER_A_HOST_DIED_BEFORE_ITS_LAUNCH("stop 1", "fence", "fenced", "filed");

        private final String command;
        private final String news;

        /** The news are the steps that no story before it comes to in this way; none named means all. */
        Story(String command, String... news) {
            this.command = command;
            this.news = " " + String.join(" ", news) + " ";
        }

        private boolean isWorthwhile(String step) {
            return ALL || news.isBlank() || news.contains(" " + step + " ");
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
            }
        }

        /** What happens once the host has reconciled. */
        private void meanwhile(WorkerEvidence evidence) throws IOException, InterruptedException {
            if (this == START_OVER_A_WORKER_THAT_DIED || this == RECONCILE_OF_A_WORKER_THAT_DIED) {
                evidence.killWorkers(ACCOUNT);
            } else if (this == START_OVER_A_HOST_THAT_DIED_BEFORE_ITS_LAUNCH
                    || this == STOP_AFTER_A_HOST_DIED_BEFORE_ITS_LAUNCH) {
                try (HostProcess starter = HostProcess.start(evidence, HostProgram.class, Map.of("host.kill", "1"))) {
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
        List<String> steps = run(story, "none", Map.of());
        assertThat(steps).isNotEmpty();

        List<Callable<List<String>>> crashes = new ArrayList<>();
        for (int step = 0; step < steps.size(); step++) {
            if (!story.isWorthwhile(steps.get(step))) {
                continue;
            }
            String name = step + "-" + steps.get(step);
            Map<String, String> kill = Map.of("host.kill", Integer.toString(step));
            crashes.add(() -> run(story, name, kill));
        }
        AtOnce.run(AT_ONCE, crashes);
    }

    @Test
    void a_host_killed_while_its_launcher_is_at_any_mark_leaves_what_the_next_one_settles_P1_P2_P6() throws Exception {
        AtOnce.run(
                AT_ONCE,
                PlantedScript.BEFORE_WORKER.stream()
                        .<Callable<List<String>>>map(
                                mark -> () -> run(Story.START, mark.substring(2), Map.of("host.kill.at", mark)))
                        .toList());
    }

    /** Returns the steps that the host came to. */
    private List<String> run(Story story, String name, Map<String, String> kill) throws Exception {
        Path top = Files.createDirectories(directory.resolve(story + "-" + name));
        try (WorkerEvidence evidence = new WorkerEvidence(top, 1)) {
            story.before(evidence);
            List<String> seen;
            try (HostProcess host = HostProcess.start(evidence, HostProgram.class, kill)) {
                host.await("ready");
                story.meanwhile(evidence);
                host.tell(story.command);
                if (kill.isEmpty()) {
                    host.await("answer ");
                }
                host.finish();
                seen = host.seen();
                assertThat(host.wasKilled()).as("said %s", seen).isEqualTo(!kill.isEmpty() && reached(seen, kill));
            }
            judge(evidence, seen);
            return seen.stream()
                    .filter(line -> line.startsWith("step "))
                    .map(line -> line.substring("step ".length()))
                    .toList();
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError(story + ", killed at " + name + ": " + failed.getMessage(), failed);
        }
    }

    /** Two threads of a host may see one end: whichever is later comes to fewer steps, so a story can be shorter. */
    private static boolean reached(List<String> seen, Map<String, String> kill) {
        long steps = seen.stream().filter(line -> line.startsWith("step ")).count();
        return !kill.containsKey("host.kill") || steps > Long.parseLong(kill.getOrDefault("host.kill", "0"));
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
            next.everyEndIsExplained(ACCOUNT, Set.of(TERM, KILL, new ExitStatus.Exited(3)));
            next.nothingIsLeft();
        }
    }
}
