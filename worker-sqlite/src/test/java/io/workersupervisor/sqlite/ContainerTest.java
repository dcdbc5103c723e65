package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.HostProcess;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.StopReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P1, P2: hosts in pid namespaces of their own share a data directory, as containers do. Needs root. */
@Needs({Need.ROOT, Need.UNSHARE})
class ContainerTest {
    @TempDir
    Path directory;

    private final List<HostProcess> containers = new ArrayList<>();

    @AfterEach
    void endContainers() throws Exception {
        for (HostProcess container : containers) {
            container.killWithDescendants();
        }
    }

    @Test
    void P2_after_a_container_was_killed_the_next_one_starts_the_account_at_once() throws Exception {
        HostProcess first = container();
        String started = first.line();
        // The first process inside dies with it, and with that one everything in its namespace.
        first.killWithDescendants();

        String again = container().line();

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
        String first = container().line();

        String second = container().line();

        assertThat(first).contains("started: worker");
        assertThat(second).contains("is already running", "its lock is held");
    }

    private HostProcess container() throws Exception {
        List<String> command = new ArrayList<>(List.of("unshare", "-pfm", "--mount-proc", "--kill-child"));
        command.addAll(HostProcess.command(
                List.of("-XX:-UsePerfData", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off"),
                ContainerMain.class,
                directory.resolve("data")));
        HostProcess container = HostProcess.start(command);
        containers.add(container);
        return container;
    }
}
