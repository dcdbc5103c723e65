package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTest {
    private final Programs programs;

    HostTest(@TempDir Path temporary) throws IOException {
        Path home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void host_takes_up_a_worker_and_leaves_it_running_after_term() throws Exception {
        programs.console("start", "--create", "5", "--", "sleep", "300");
        Programs.Running host = programs.begin(WorkerConsole.class, "host");
        host.awaitPrinted("adopted worker");
        host.awaitPrinted("workers running: 1");

        host.process().destroy();
        Programs.Ended ended = host.end();

        assertThat(ended.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ended.out()).contains("closed");
        assertThat(ended.err()).isEmpty();
        assertThat(programs.workers()).hasSize(1);
        assertThat(programs.console("ps").out()).contains("RUNNING");
    }

    @Test
    void host_takes_up_what_is_started_later_and_tells_its_end() throws Exception {
        Programs.Running host = programs.begin(WorkerConsole.class, "host", "--json");
        host.awaitPrinted("READY");

        programs.console("start", "--create", "5", "--", "sleep", "300");
        host.awaitPrinted("ADOPTED");
        programs.workers().forEach(ProcessHandle::destroyForcibly);
        host.awaitPrinted("KILLED_BY_SIGNAL");
        host.process().destroy();

        List<String> events = host.end().out().lines().toList();
        assertThat(events)
                .extracting(line -> JsonParser.parseString(line)
                        .getAsJsonObject()
                        .get("event")
                        .getAsString())
                .containsExactly("CREATED", "READY", "ADOPTED", "STOPPED", "CLOSED");
    }

    @Test
    void host_ends_the_workers_when_it_is_told_to() throws Exception {
        programs.console("start", "--create", "5", "--", "sleep", "300");
        Programs.Running host = programs.begin(WorkerConsole.class, "host", "--stop-workers");
        host.awaitPrinted("workers running: 1");

        host.process().destroy();

        assertThat(host.end().out()).contains("closed, workers running: 0");
        assertThat(programs.workers()).isEmpty();
    }
}
