package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P1, P2: hosts in pid namespaces of their own share a data directory, as containers do. Needs root. */
class ContainerTest {
    @TempDir
    Path directory;

    private final List<Process> containers = new ArrayList<>();

    @BeforeAll
    static void need_namespaces() throws Exception {
        boolean possible = new ProcessBuilder("unshare", "-pfm", "--mount-proc", "true")
                        .start()
                        .waitFor()
                == 0;
        if (!possible) {
            System.err.println("ContainerTest is skipped: it needs the right to make pid namespaces");
        }
        assumeTrue(possible, "needs the right to make pid namespaces");
    }

    @AfterEach
    void endContainers() throws Exception {
        for (Process container : containers) {
            end(container);
        }
    }

    @Test
    void P2_after_a_container_was_killed_the_next_one_starts_the_account_at_once() throws Exception {
        Process first = container();
        String started = answer(first);
        end(first);

        Process second = container();
        String again = answer(second);

        assertThat(started).contains("started: worker", "epoch 1");
        assertThat(again).contains("started: worker", "epoch 2");
        DataDirectory data = DataDirectory.open(directory.resolve("data"));
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data)) {
            List<StopReport> reports = registry.reports(ContainerMain.ACCOUNT, 5);
            assertThat(reports).hasSize(1);
            assertThat(reports.get(0).exit()).isInstanceOf(ExitStatus.Unknown.class);
        }
    }

    @Test
    void P1_a_second_container_finds_the_lock_held_and_starts_nothing() throws Exception {
        String first = answer(container());

        String second = answer(container());

        assertThat(first).contains("started: worker");
        assertThat(second).contains("is already running", "its lock is held");
    }

    private Process container() throws Exception {
        Process container = new ProcessBuilder(
                        "unshare",
                        "-pfm",
                        "--mount-proc",
                        "--kill-child",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ContainerMain.class.getName(),
                        directory.resolve("data").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        containers.add(container);
        return container;
    }

    private static String answer(Process container) throws Exception {
        BufferedReader lines = container.inputReader(StandardCharsets.UTF_8);
        String line = lines.readLine();
        return line == null ? "the container ended without an answer" : line;
    }

    /** Its first process dies with it, and with that one everything in its namespace. */
    private static void end(Process container) throws Exception {
        List<ProcessHandle> inside = container.descendants().toList();
        container.destroyForcibly().waitFor();
        for (ProcessHandle process : inside) {
            process.onExit().get();
        }
    }
}
