package io.workersupervisor.internal.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.Samples;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopResult;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.FakeProc;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** P1, P2, P3: workers that fork, and that hide what they have forked. */
@Tag("long")
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class DescendantsTest {
    private final LaunchPath path;

    DescendantsTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of("bot@example");

    private static final String FOREVER = "while :; do sleep 0.02; done";

    /** Needs the time of TERM to do something that must not be cut off. */
    private static final String SAVES = "trap 'sleep 0.3; echo done >saved; exit 0' TERM; echo $$ >child; " + FOREVER;

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
        await().until(() -> {
            List<ProcessHandle> left = TestNode.naming(directory);
            left.forEach(ProcessHandle::destroyForcibly);
            return left.isEmpty();
        });
    }

    private WorkerSpec.Builder sh(String script) {
        return TestNode.sh(ACCOUNT, script).directory(directory);
    }

    /** A command that carries no mark; the directory among its words is for the end of the test. */
    private String hidden(String script) {
        return "env -i PATH=\"$PATH\" bash -c 'echo $$ >child; " + script + "; " + FOREVER + "' " + directory;
    }

    private long child() {
        Path file = directory.resolve("child");
        await().until(() -> Files.exists(file) && Files.size(file) > 0);
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private WorkerSupervisor passive() {
        return node.host(WorkerSupervisor.Builder::withoutReconcile);
    }

    /** Starts, and is gone before the process is in the row. */
    private long startByAHostThatDies(WorkerSpec spec) {
        WorkerSupervisor dying = node.hostThatDiesAt("launched");
        assertThatThrownBy(() -> dying.start(spec)).hasMessage(TestNode.DIED);
        dying.close();
        return node.local()
                .records()
                .birth(node.row(ACCOUNT).workerId())
                .orElseThrow()
                .identity()
                .pid();
    }

    private void killLauncher() {
        TestNode.kill(node.local()
                .records()
                .birth(node.row(ACCOUNT).workerId())
                .orElseThrow()
                .launcherPid());
    }

    private boolean isFree() {
        return node.local().locks().state(ACCOUNT) == AccountLocks.State.FREE;
    }

    /** Runs a worker until it has its child, and ends it by itself with exit code 3. */
    private long childOfAWorkerThatEnded(WorkerSupervisor host, String fork) throws IOException {
        long pid = host.start(sh(fork + " & " + node.untilGo() + "; exit 3").build())
                .orElseThrow()
                .pid();
        long child = child();
        node.letGo();
        await().until(() -> !node.isAlive(pid));
        return child;
    }

    @Test
    @Needs(Need.BASH)
    void P1_nothing_is_started_beside_a_worker_that_hid_before_its_host_could_record_it() {
        WorkerSpec spec = sh("exec " + hidden(TestNode.DROP_LOCK)).build();
        long pid = startByAHostThatDies(spec);
        assertThat(child()).isEqualTo(pid);
        killLauncher();
        await().until(this::isFree);

        WorkerSupervisor host = passive();
        StartResult second = host.start(spec);
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(second).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(((StartResult.AlreadyRunning) second).pid()).isEqualTo(pid);
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.isAlive(pid)).isFalse();
    }

    @Test
    @Needs(Need.SETSID)
    void P2_a_daemon_is_not_taken_for_its_worker_whose_process_is_dead() {
        WorkerSpec spec = sh("setsid sh -c 'exec 9>&-; echo $$ >child; exec sleep 600' & exit 0")
                .stopGrace(Duration.ofMillis(300))
                .build();
        long pid = startByAHostThatDies(spec);
        long daemon = child();
        await().until(() -> !node.isAlive(pid));

        StartResult second = passive().start(spec);

        assertThat(second).isInstanceOf(StartResult.Refused.class);
        assertThat(((StartResult.Refused) second).reason()).isEqualTo(RefusalReason.DESCENDANTS_LEFT);
        assertThat(((StartResult.Refused) second).evidence()).contains("pid " + daemon);
        WorkerSupervisor reconciling = node.host();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !reconciling.why(ACCOUNT).isEmpty());
        assertThat(node.isAlive(daemon)).isFalse();
        assertThat(reconciling.why(ACCOUNT).get(0).exit()).isEqualTo(new ExitStatus.Exited(0));
    }

    @Test
    void the_grace_of_a_stop_is_for_every_process_in_the_group_and_not_only_for_the_leader() {
        WorkerSupervisor host = passive();
        host.start(sh("sh -c \"" + SAVES.replace("$", "\\$") + "\" & wait").build())
                .orElseThrow();
        long child = child();

        StopResult.Stopped stopped = (StopResult.Stopped) host.stop(ACCOUNT);

        assertThat(directory.resolve("saved")).exists();
        assertThat(node.isAlive(child)).isFalse();
        assertThat(stopped.steps()).hasSize(1).allMatch(rung -> rung.startsWith("TERM"));
    }

    @Test
    @Needs(Need.SETSID)
    void a_daemon_out_of_the_group_gets_TERM_and_the_grace_when_the_worker_is_gone() {
        WorkerSupervisor host = passive();
        host.start(sh("setsid sh -c \"" + SAVES.replace("$", "\\$") + "\" & wait")
                        .build())
                .orElseThrow();
        child();

        StopResult.Stopped stopped = (StopResult.Stopped) host.stop(ACCOUNT);

        assertThat(directory.resolve("saved")).exists();
        assertThat(stopped.steps()).hasSize(2).allMatch(rung -> rung.startsWith("TERM"));
        assertThat(stopped.report().orElseThrow().confidence()).isEqualTo(Confidence.CERTAIN);
    }

    @Test
    void what_a_worker_leaves_when_it_ends_by_itself_gets_TERM_and_the_grace() throws Exception {
        WorkerSupervisor host = passive();
        long child = childOfAWorkerThatEnded(host, "sh -c \"" + SAVES.replace("$", "\\$") + "\"");

        StopResult.Stopped stopped = (StopResult.Stopped) host.stop(ACCOUNT);

        assertThat(directory.resolve("saved")).exists();
        assertThat(node.isAlive(child)).isFalse();
        assertThat(stopped.steps()).singleElement().asString().matches("TERM sent to . descendants?");
        assertThat(stopped.report().orElseThrow().exit()).isEqualTo(new ExitStatus.Exited(3));
    }

    @Test
    @Needs(Need.BASH)
    void P4_a_stop_ends_what_hides_in_the_group_and_ignores_TERM() {
        WorkerSupervisor host = passive();
        String hides = hidden("trap \"\" TERM; " + TestNode.DROP_LOCK + " >/dev/null 2>&1");
        host.start(sh(hides + " & wait").stopGrace(Duration.ofMillis(300)).build())
                .orElseThrow();
        long child = child();
        await().until(() -> !node.local().locks().isOpenIn(child, ACCOUNT));

        StopResult stopped = host.stop(ACCOUNT);

        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(((StopResult.Stopped) stopped).steps())
                .anyMatch(rung -> rung.matches("KILL sent to . descendants?"));
        assertThat(node.isAlive(child)).isFalse();
    }

    @Test
    @Needs(Need.BASH)
    void P2_a_descendant_without_a_mark_is_named_by_a_start_and_ended_by_a_stop() throws Exception {
        WorkerSupervisor host = passive();
        long child = childOfAWorkerThatEnded(host, hidden(":"));

        StartResult second = host.start(sh("exec sleep 600").build());
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(((StartResult.Refused) second).reason()).isEqualTo(RefusalReason.DESCENDANTS_LEFT);
        assertThat(((StartResult.Refused) second).evidence()).contains("pid " + child);
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(((StopResult.Stopped) stopped).report().orElseThrow().exit()).isEqualTo(new ExitStatus.Exited(3));
        assertThat(node.isAlive(child)).isFalse();
    }

    @Test
    @Needs({Need.BASH, Need.SETSID})
    void P2_a_daemon_without_a_mark_is_known_by_the_lock_that_it_has_inherited() throws Exception {
        WorkerSupervisor host = passive();
        long child = childOfAWorkerThatEnded(host, "setsid " + hidden(":"));

        StartResult second = host.start(sh("exec sleep 600").build());
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(((StartResult.Refused) second).evidence()).contains("pid " + child);
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.isAlive(child)).isFalse();
    }

    @Test
    @Needs({Need.BASH, Need.SETSID})
    void P3_whoever_only_looks_at_the_lock_file_is_not_signalled() throws Exception {
        WorkerSupervisor host = passive();
        childOfAWorkerThatEnded(host, "setsid " + hidden(":"));
        Process looking = new ProcessBuilder(
                        "tail", "-f", Layout.lockFile(node.data, ACCOUNT).toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().until(() -> node.local().locks().isOpenIn(looking.pid(), ACCOUNT));

        StopResult stopped = host.stop(ACCOUNT);

        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(looking.isAlive()).isTrue();
    }

    @Test
    @Needs(Need.BASH)
    void P3_what_only_may_be_a_descendant_is_named_and_left_alone() throws Exception {
        WorkerSupervisor host = passive();
        long child = childOfAWorkerThatEnded(host, hidden(TestNode.DROP_LOCK + " >/dev/null 2>&1"));
        await().until(() -> !node.local().locks().isOpenIn(child, ACCOUNT));

        StartResult second = host.start(sh("exec sleep 600").build());
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(((StartResult.Refused) second).reason()).isEqualTo(RefusalReason.PROCESS_IN_DOUBT);
        assertThat(((StartResult.Refused) second).evidence()).contains("pid " + child);
        assertThat(((StopResult.Refused) stopped).reason()).isEqualTo(RefusalReason.PROCESS_IN_DOUBT);
        assertThat(node.isAlive(child)).isTrue();
    }

    /** The worker was pid 4242 and started at tick 10000; pid 5000 is in the session of that number. */
    @ParameterizedTest
    @CsvSource({
        "its number belongs to another process now, 20000, S, 20001, 30000, 0, 0",
        "the other began before the worker, 10000, Z, 9999, 30000, 0, 0",
        "it waits to be reaped, 10000, Z, 10001, 0, 1, 0",
        "it is gone, , S, 10001, 0, 0, 1",
        "it was alive after the other began, , S, 10001, 10002, 1, 0",
        "it was last seen alive in the tick in which the other began, , S, 10001, 10001, 0, 1",
    })
    void P3_a_session_is_the_workers_only_where_something_shows_it(
            String what, @Nullable Long leader, char state, long other, long aliveAt, int ours, int doubtful) {
        FakeProc proc = FakeProc.complete(directory.resolve("proc"));
        if (leader != null) {
            proc.process(4242).ticks(leader).state(state);
        }
        proc.process(5000)
                .environment("HOME=/root")
                .statLine(FakeProc.line(5000, "x", 'S', 5000, 1, other, "5000000", 0)
                        .replace(" 908 ", " 4242 "));
        LocalEvidence local = LocalEvidence.of(
                node.data, Samples.MACHINE, proc.view(), node.local().script(), Clocks.system(InstantSource.system()));

        Descendants.Found found = local.descendants().of(Samples.running(), aliveAt);

        assertThat(found.ours()).as(what).hasSize(ours);
        assertThat(found.doubtful()).as(what).hasSize(doubtful);
    }
}
