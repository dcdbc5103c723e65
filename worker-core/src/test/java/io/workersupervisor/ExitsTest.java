package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P6: each end is told once and as it was, or as not known. */
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
@Tag("long")
class ExitsTest {
    private final LaunchPath path;

    ExitsTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of(4711);

    private TestNode node;

    @BeforeEach
    void open(@TempDir Path directory) {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource({"0,COMPLETED,CERTAIN", "1,UNKNOWN,POSSIBLE", "3,UNKNOWN,POSSIBLE"})
    void P6_an_exit_code_is_told_as_it_was(int code, StopReason reason, Confidence confidence) {
        WorkerSupervisor host = node.host();

        host.start(TestNode.sh(ACCOUNT, "sleep 0.3; exit " + code).build());

        StopReport report = awaitReport(host);
        assertThat(report.exit()).isEqualTo(new ExitStatus.Exited(code));
        assertThat(report.reason()).isEqualTo(reason);
        assertThat(report.confidence()).isEqualTo(confidence);
        assertThat(report.initiator()).isEqualTo(Initiator.WORKER);
    }

    @Test
    void P6_the_newest_end_is_told_first_and_kept_though_the_clock_went_back() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-24T02:00:00Z"));
        WorkerSupervisor host = node.host(settings -> settings.clock(now::get));
        WorkerSpec spec = TestNode.sh(ACCOUNT, "exec sleep 600").build();
        for (int end = 0; end < StopReport.KEPT; end++) {
            host.start(spec).orElseThrow();
            host.stop(ACCOUNT);
            now.updateAndGet(then -> then.plusSeconds(1));
        }
        now.updateAndGet(then -> then.minusSeconds(3600));

        String last = host.start(spec).orElseThrow().workerId();
        host.stop(ACCOUNT);

        assertThat(host.why(ACCOUNT))
                .hasSize(StopReport.KEPT)
                .first()
                .extracting(StopReport::workerId)
                .isEqualTo(last);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit 137", "kill -s KILL $$"})
    void P6_code_137_and_the_kill_signal_are_told_apart_or_as_one_or_the_other(String ending) {
        WorkerSupervisor host = node.host();

        host.start(TestNode.sh(ACCOUNT, "sleep 0.3; " + ending).build());

        StopReport report = awaitReport(host);
        if (path == LaunchPath.KEEPER) {
            boolean killed = ending.startsWith("kill");
            assertThat(report.exit()).isEqualTo(killed ? new ExitStatus.Signalled(9) : new ExitStatus.Exited(137));
            assertThat(report.confidence() == Confidence.CERTAIN).isEqualTo(killed);
        } else {
            assertThat(report.exit()).isEqualTo(new ExitStatus.ExitedOrSignalled(137));
            assertThat(report.confidence()).isEqualTo(Confidence.PROBABLE);
        }
        // A shell passes on by this code that a signal ended what it ran.
        assertThat(report.reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);
    }

    @Test
    void P6_a_worker_that_ends_within_the_grace_is_a_failed_start_with_its_report() {
        WorkerSupervisor host = node.host();

        StartResult result = host.start(
                TestNode.sh(ACCOUNT, "exit 3").startGrace(TestNode.ENDS_WITHIN).build());

        assertThat(result).isInstanceOf(StartResult.Failed.class);
        StartResult.Failed failed = (StartResult.Failed) result;
        assertThat(failed.step()).isEqualTo("start grace");
        assertThat(failed.report().orElseThrow().exit()).isEqualTo(new ExitStatus.Exited(3));
        assertThat(host.why(ACCOUNT)).containsExactly(failed.report().orElseThrow());
    }

    @Test
    void P6_a_worker_that_ends_while_no_host_lives_is_told_by_the_next_one() throws Exception {
        WorkerSupervisor first = node.host();
        long pid = first.start(
                        TestNode.sh(ACCOUNT, node.untilGo() + "; exit 42").build())
                .orElseThrow()
                .pid();
        first.close();
        node.letGo();
        await().until(() -> !node.isAlive(pid));

        WorkerSupervisor second = node.host();

        await().untilAsserted(() -> assertThat(second.why(ACCOUNT)).hasSize(1));
        assertThat(second.why(ACCOUNT).get(0).exit()).isEqualTo(new ExitStatus.Exited(42));
    }

    @Test
    void P6_the_records_of_a_filed_end_are_deleted() throws Exception {
        WorkerSupervisor host = node.host();
        host.start(TestNode.sh(ACCOUNT, node.untilGo()).build()).orElseThrow();
        assertThat(node.local().records().workers()).hasSize(1);
        node.letGo();

        awaitReport(host);

        await().until(() -> node.local().records().workers().isEmpty());
        assertThat(node.records()).isEmpty();
    }

    @Test
    void P6_with_the_launcher_killed_the_exit_is_not_known_and_not_invented() {
        WorkerSupervisor host = node.host();
        long pid = host.start(TestNode.sh(ACCOUNT, "exec sleep 600").build())
                .orElseThrow()
                .pid();
        String workerId = node.row(ACCOUNT).workerId();
        long launcher = node.local().records().birth(workerId).orElseThrow().launcherPid();

        TestNode.kill(launcher);
        await().until(() -> !node.isAlive(launcher));
        StartResult whileItLives =
                host.start(TestNode.sh(ACCOUNT, "exec sleep 600").build());
        TestNode.kill(pid);

        assertThat(whileItLives).isInstanceOf(StartResult.AlreadyRunning.class);
        StopReport report = awaitReport(host);
        assertThat(report.exit()).isNotInstanceOfAny(ExitStatus.Exited.class, ExitStatus.ExitedOrSignalled.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/nonexistent/program,program,No such file or directory",
        "no-such-program,program,No such file or directory",
        "/etc/passwd,program,Permission denied",
        "/etc,program,Permission denied"
    })
    void P6_what_cannot_be_run_fails_with_the_reason_of_the_system(String program, String step, String error) {
        WorkerSupervisor host = node.host();

        StartResult result = host.start(WorkerSpec.of(ACCOUNT, program));

        assertFailed(result, step, error);
        assertThat(node.row(ACCOUNT).state()).isEqualTo(WorkerState.FAILED);
        assertThat(host.why(ACCOUNT).get(0).reason()).isEqualTo(StopReason.START_FAILED);
        assertThat(host.why(ACCOUNT).get(0).exit()).isEqualTo(new ExitStatus.NeverRan());
    }

    @Test
    void P6_a_missing_directory_fails_with_the_reason_of_the_system() {
        WorkerSupervisor host = node.host();

        StartResult result = host.start(WorkerSpec.builder(ACCOUNT, "sleep", "9")
                .directory(Path.of("/nonexistent/directory"))
                .build());

        assertFailed(result, "directory", "No such file or directory: /nonexistent/directory");
    }

    @Test
    void P8_an_environment_that_is_too_large_fails_without_showing_it() {
        WorkerSupervisor host = node.host();

        StartResult result = host.start(WorkerSpec.builder(ACCOUNT, "sleep", "9")
                .environment("SECRET", "s3cret".repeat(100_000))
                .build());

        assertFailed(result, "program", "Argument list too long");
        assertThat(result.toString() + host.why(ACCOUNT)).doesNotContain("s3cret");
    }

    @Test
    void P6_a_script_whose_interpreter_is_missing_is_a_failed_start_that_names_it(@TempDir Path directory)
            throws Exception {
        Path script = Files.writeString(directory.resolve("worker"), "#!/nonexistent/interpreter\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        WorkerSupervisor host = node.host();

        StartResult result = host.start(WorkerSpec.builder(ACCOUNT, script.toString())
                .startGrace(TestNode.ENDS_WITHIN)
                .build());

        assertFailed(result, "program", "the interpreter of " + script + ", /nonexistent/interpreter, is not there");
        assertThat(((StartResult.Failed) result).report().orElseThrow().reason())
                .isEqualTo(StopReason.START_FAILED);
    }

    @Test
    void P8_the_environment_reaches_the_worker_and_no_file_or_command_line() throws Exception {
        WorkerSupervisor host = node.host();

        long pid = host.start(TestNode.sh(ACCOUNT, "test ${#SECRET} = 6 && echo received; exec sleep 600")
                        .environment("SECRET", "s3cret")
                        .build())
                .orElseThrow()
                .pid();

        Path log = host.status(ACCOUNT).orElseThrow().log().orElseThrow();
        await().untilAsserted(() -> assertThat(Files.readString(log)).isEqualTo("received\n"));
        for (long process : List.of(
                pid,
                node.local()
                        .records()
                        .birth(node.row(ACCOUNT).workerId())
                        .orElseThrow()
                        .launcherPid())) {
            assertThat(ProcFs.system().commandLine(process)).doesNotContain("s3cret");
        }
        try (var files = Files.walk(node.data.path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("s3cret");
            }
        }
    }

    private static void assertFailed(StartResult result, String step, String error) {
        assertThat(result).isInstanceOf(StartResult.Failed.class);
        assertThat(((StartResult.Failed) result).step()).isEqualTo(step);
        assertThat(((StartResult.Failed) result).error()).contains(error);
    }

    private static StopReport awaitReport(WorkerSupervisor host) {
        await().until(() -> !host.why(ACCOUNT).isEmpty());
        return host.why(ACCOUNT).get(0);
    }
}
