package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickStartTest {
    private final Path place = place();

    private final Programs programs;

    QuickStartTest(@TempDir Path home) {
        this.programs = new Programs(home, place);
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void shows_every_step_twice_in_a_row_and_leaves_no_worker() throws Exception {
        for (int run = 0; run < 2; run++) {
            Programs.Ended ended = programs.begin(QuickStart.class).end();

            assertThat(ended.err()).isEmpty();
            assertThat(ended.exitCode()).isZero();
            assertThat(ended.out())
                    .containsSubsequence(
                            "Started: pid ",
                            "AlreadyRunning: pid ",
                            "kill -9 ",
                            "Started: pid ",
                            "KILLED_BY_SIGNAL",
                            "signal 9 (KILL)",
                            "Stopped: TERM sent",
                            "INFO     ready",
                            "WARNING  low on coffee",
                            "Files in " + place);
            assertThat(programs.workers()).isEmpty();
        }
    }

    @Test
    void works_after_a_run_that_was_killed_midway() throws Exception {
        Programs.Running killed = programs.begin(QuickStart.class);
        killed.awaitPrinted("AlreadyRunning");
        killed.process().destroyForcibly().waitFor();

        Programs.Ended ended = programs.begin(QuickStart.class).end();

        assertThat(ended.err()).isEmpty();
        assertThat(ended.out()).contains("AlreadyRunning", "Stopped: TERM sent", "Files in " + place);
        assertThat(programs.workers()).isEmpty();
    }

    @Test
    void ends_its_worker_when_it_is_told_to_end() throws Exception {
        Programs.Running running = programs.begin(QuickStart.class);
        running.awaitPrinted("Started");

        running.process().destroy();
        running.end();

        assertThat(programs.workers()).isEmpty();
    }

    private static Path place() {
        try {
            return Path.of(QuickStart.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolveSibling("quickstart");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
