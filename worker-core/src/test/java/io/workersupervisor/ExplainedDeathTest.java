package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** P6: real workers die, on both launch paths, and each report says why. */
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class ExplainedDeathTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    private final LaunchPath path;

    @TempDir
    Path directory;

    private TestNode node;

    ExplainedDeathTest(LaunchPath path) {
        this.path = path;
    }

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private StopReport death(String... command) {
        WorkerSupervisor host = node.host();
        host.start(
                WorkerSpec.builder(ACCOUNT, command).startGrace(Duration.ZERO).build());
        await().until(() -> !host.why(ACCOUNT).isEmpty());
        return host.why(ACCOUNT).get(0);
    }

    private StopReport deathOfPython(String program) {
        return death(Need.PYTHON3.path().toString(), "-c", program);
    }

    @Test
    @Needs(Need.PYTHON3)
    void P6_an_uncaught_exception_is_named_with_its_line() {
        StopReport report = deathOfPython("""
                class AuthKeyDuplicatedError(Exception): pass
                raise AuthKeyDuplicatedError("used under two different IP addresses")
                """);

        assertThat(report.reason()).as(report.describe()).isEqualTo(StopReason.SESSION_CONFLICT);
        assertThat(report.exit()).isEqualTo(new ExitStatus.Exited(1));
        assertThat(report.reason().restartCanHelp()).isFalse();
        assertThat(report.logEvidence())
                .singleElement()
                .satisfies(line -> assertThat(line.text()).contains("AuthKeyDuplicatedError"));
    }

    @Test
    @Needs(Need.PYTHON3)
    void P6_last_words_of_the_worker_are_its_reason_and_go_with_its_records() throws Exception {
        StopReport report = deathOfPython("""
                import json, os, sys
                with open(os.environ["WORKER_REASON_FILE"], "w") as out:
                    json.dump({"reason": "FLOOD_WAIT", "retryAfterSeconds": 86400, "message": "wait"}, out)
                sys.exit(75)
                """);

        assertThat(report.reason()).as(report.describe()).isEqualTo(StopReason.FLOOD_WAIT);
        assertThat(report.confidence()).isEqualTo(Confidence.CERTAIN);
        assertThat(report.retryAfter()).contains(Duration.ofDays(1));
        await().until(() -> reasonFiles() == 0);
    }

    private long reasonFiles() throws Exception {
        try (Stream<Path> files = Files.list(Layout.records(node.data))) {
            return files.filter(file -> file.toString().endsWith(".reason")).count();
        }
    }

    @Test
    @Needs(Need.PYTHON3)
    void P6_a_session_database_that_another_holds_is_named() throws Exception {
        Path session = directory.resolve("a.session");
        StopReport report = deathOfPython("""
                import sqlite3
                holder = sqlite3.connect("%1$s"); holder.execute("create table a (b)"); holder.commit()
                holder.execute("insert into a values (1)")
                sqlite3.connect("%1$s", timeout=0.1).execute("insert into a values (2)")
                """.formatted(session));

        assertThat(report.reason()).as(report.describe()).isEqualTo(StopReason.DATABASE_LOCKED);
    }

    @Test
    @Needs(Need.PYTHON3)
    void P6_a_crash_in_native_code_is_a_signal_with_the_lines_of_the_crash() {
        StopReport report = deathOfPython("import ctypes; ctypes.string_at(0)");

        assertThat(report.reason()).as(report.describe()).isEqualTo(StopReason.KILLED_BY_SIGNAL);
        assertThat(report.exit()).isEqualTo(node.signalled(11));
        assertThat(report.logEvidence())
                .singleElement()
                .satisfies(line -> assertThat(line.text()).isEqualTo("Fatal Python error: Segmentation fault"));
    }

    @Test
    void P6_a_program_that_a_shell_does_not_find_is_a_failed_start() {
        StopReport report = death("/bin/sh", "-c", "no-such-program-anywhere");

        assertThat(report.reason()).as(report.describe()).isEqualTo(StopReason.START_FAILED);
        assertThat(report.logEvidence()).isNotEmpty();
    }

    @Test
    void P6_an_end_that_nobody_can_explain_is_unknown_and_shows_the_last_line() {
        StopReport report = death("/bin/sh", "-c", "echo mailbox quota reached; exit 3");

        assertThat(report.reason()).as(report.describe()).isEqualTo(StopReason.UNKNOWN);
        assertThat(report.logEvidence())
                .singleElement()
                .satisfies(line -> assertThat(line.text()).isEqualTo("mailbox quota reached"));
        assertThat(report.lastEntries()).hasSize(1);
    }

    @Test
    void P6_a_rule_of_the_application_is_asked_first() {
        WorkerSupervisor host = node.host(settings -> settings.rule(DiagnosisRule.rule(
                        "mailbox.quota", StopReason.FLOOD_WAIT, "^mailbox quota reached, (?<minutes>\\d+) min")
                .plain()
                .build()));
        host.start(WorkerSpec.builder(ACCOUNT, "/bin/sh", "-c", "echo mailbox quota reached, 3 min; exit 3")
                .startGrace(Duration.ZERO)
                .build());
        await().until(() -> !host.why(ACCOUNT).isEmpty());

        StopReport report = host.why(ACCOUNT).get(0);
        assertThat(report.reason()).as(report.describe()).isEqualTo(StopReason.FLOOD_WAIT);
        assertThat(report.retryAfter()).contains(Duration.ofMinutes(3));
        assertThat(report.evidence()).anyMatch(line -> line.contains("mailbox.quota (application)"));
    }

    /** The worker's side that is shipped as an example. */
    @Test
    @Needs(Need.PYTHON3)
    void P6_the_example_worker_says_its_last_words_and_ends_on_term() throws Exception {
        Path example = Path.of("..", "examples", "src", "main", "python").toRealPath();
        WorkerSpec.Builder spec = WorkerSpec.builder(
                        ACCOUNT, Need.PYTHON3.path().toString(), "-c", """
                        import os, worker
                        class FloodWaitError(Exception):
                            seconds = 42
                        def main():
                            worker.log.info("begun")
                            worker.stopping.wait(600)
                            if os.environ.get("FAIL"):
                                raise FloodWaitError("A wait of 42 seconds is required")
                        worker.run(main)
                        """)
                .environment(Map.of("PYTHONPATH", example.toString(), "PYTHONDONTWRITEBYTECODE", "1"));
        WorkerSupervisor host = node.host();
        host.start(spec.build()).orElseThrow();
        node.awaitLog(ACCOUNT, "begun");
        assertThat(host.stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
        assertThat(host.why(ACCOUNT).get(0).exit()).isEqualTo(new ExitStatus.Exited(0));

        host.start(spec.environment("FAIL", "1").build()).orElseThrow();
        node.awaitLog(ACCOUNT, "begun");
        TestNode.signal("-TERM", node.row(ACCOUNT).pid().orElseThrow());
        await().until(() -> host.why(ACCOUNT).size() == 2);

        StopReport report = host.why(ACCOUNT).get(0);
        assertThat(report.reason()).as(report.describe()).isEqualTo(StopReason.FLOOD_WAIT);
        assertThat(report.retryAfter()).contains(Duration.ofSeconds(42));
    }
}
