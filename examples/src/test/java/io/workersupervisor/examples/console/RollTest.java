package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another version is rolled out by hosts in other processes, which may be killed in the middle (P1). */
class RollTest {
    private static final int ACCOUNTS = 4;

    /** Says so where an earlier worker of its account lives. */
    private static final String WITNESS =
            "for p in $(cat pids-$0); do kill -0 $p && echo $0 >>doubles; done; echo $$ >>pids-$0; exec sleep 300";

    private final Path home;
    private final Programs programs;

    RollTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    private void workers(String version) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int account = 1; account <= ACCOUNTS; account++) {
            lines.append("{\"account\":" + account + ",\"command\":[\"sh\",\"-c\",\"" + WITNESS + "\",\"" + account
                    + "\"],\"directory\":\".\",\"version\":\"" + version + "\"}\n");
        }
        Path file = home.resolve("workers.jsonl");
        Files.writeString(file, lines);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private Programs.Running host() throws IOException {
        return programs.begin(WorkerConsole.class, "host", "--no-logs", "--workers", "workers.jsonl");
    }

    private JsonObject status() throws Exception {
        return JsonParser.parseString(
                        programs.console("roll", "status", "--json").out())
                .getAsJsonObject();
    }

    @Test
    void next_host_goes_on_with_a_rollout_where_one_was_killed() throws Exception {
        workers("1");
        Programs.Running killed = host();
        for (int account = 1; account <= ACCOUNTS; account++) {
            killed.awaitPrinted(account + "       started");
        }
        Programs.Ended none = programs.console("roll", "status");
        assertThat(none.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(none.err()).contains("no rollout was ever begun");
        workers("2");

        Programs.Ended begun =
                programs.console("roll", "start", "2", "--batch", "1", "--pause", "1s", "--by", "alice", "--json");
        assertThat(begun.exitCode()).as(begun.err()).isEqualTo(ExitCode.DONE);
        assertThat(begun.out()).contains("\"state\":\"RUNNING\"", "\"running\":" + ACCOUNTS);
        boolean isBegun = false;
        while (!isBegun) {
            isBegun = status().get("have_version").getAsInt() > 0;
        }
        killed.process().destroyForcibly().waitFor();

        assertThat(programs.console("roll", "start", "3").exitCode()).isEqualTo(ExitCode.REFUSED);
        Programs.Running next = host();
        next.awaitPrinted("is done");

        assertThat(status().get("have_version").getAsInt()).isEqualTo(ACCOUNTS);
        assertThat(home.resolve("doubles")).doesNotExist();
        assertThat(programs.workers()).hasSize(ACCOUNTS);
        for (int account = 1; account <= ACCOUNTS; account++) {
            assertThat(Files.readAllLines(home.resolve("pids-" + account))).hasSize(2);
        }
    }

    @Test
    void rollout_is_halted_and_resumed_by_hand_without_a_host() throws Exception {
        programs.console("start", "--create", "1", "--", "sleep", "300");
        assertThat(programs.console("roll", "halt").exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(programs.console("roll", "start", "2").exitCode()).isEqualTo(ExitCode.DONE);

        assertThat(programs.console("roll", "halt", "--by", "alice", "--why", "lunch")
                        .out())
                .contains("is halted: ordered by alice: lunch", "0 of 1 workers have the version");
        assertThat(programs.console("roll", "halt").exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(programs.console("roll", "status").exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(programs.console("roll", "resume").out()).contains("is under way");

        assertThat(programs.console("roll", "start").err()).contains("roll start needs a version");
        assertThat(programs.console("roll", "jump").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(programs.console("roll", "status", "--batch", "3").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(programs.console("roll", "start", "3", "--pause", "31d").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }
}
