package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Needs;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look and change nothing. */
class LookingTest {
    private static final List<List<String>> LOOKING = List.of(List.of("ps"), List.of("why", "5"), List.of("doctor"));

    private final Path home;
    private final Path data;
    private final Programs programs;

    LookingTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.data = Files.createDirectory(home.resolve("place")).resolve("data");
        this.programs = new Programs(home, data);
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void missing_directory_is_one_line_and_stays_missing() throws Exception {
        for (List<String> command : LOOKING) {
            Programs.Ended ended = look(command);

            assertThat(ended.exitCode()).isEqualTo(WorkerConsole.FAILURE);
            assertThat(ended.err()).contains(data + " does not exist").hasLineCount(1);
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void missing_registry_is_one_line_and_stays_missing() throws Exception {
        Files.createDirectory(data);
        List<String> before = Programs.listing(data);

        for (List<String> command : LOOKING) {
            Programs.Ended ended = look(command);

            assertThat(ended.exitCode()).isEqualTo(WorkerConsole.FAILURE);
            assertThat(ended.err()).contains("registry.db").hasLineCount(1);
            assertThat(Programs.listing(data)).isEqualTo(before);
        }
    }

    @Test
    void looking_changes_nothing() throws Exception {
        programs.console("start", "5", "--data", data.toString(), "--", "sleep", "300");
        List<String> before = Programs.listing(data);

        for (List<String> command : LOOKING) {
            assertThat(look(command).exitCode()).isEqualTo(WorkerConsole.DONE);
            assertThat(JsonParser.parseString(look(command, "--json").out())
                            .getAsJsonObject()
                            .get("data")
                            .getAsString())
                    .isEqualTo(data.toString());
        }

        assertThat(Programs.listing(data)).isEqualTo(before);
    }

    @Test
    void empty_registry_is_said_in_words() throws Exception {
        SqliteWorkerRegistry.open(DataDirectory.open(data)).close();

        Programs.Ended ended = look(List.of("ps"));

        assertThat(ended.exitCode()).isEqualTo(WorkerConsole.DONE);
        assertThat(ended.out()).isEqualTo("Data directory " + data + ": no account was ever started\n");
    }

    @Test
    void row_that_cannot_be_read_is_named_and_hides_no_other() throws Exception {
        programs.console("start", "5", "--data", data.toString(), "--", "sleep", "300");
        programs.console("start", "6", "--data", data.toString(), "--", "sleep", "300");
        try (Connection registry = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("registry.db"));
                Statement statement = registry.createStatement()) {
            statement.executeUpdate("UPDATE worker_registry SET state = 'ODD' WHERE account_id = 5");
        }

        Programs.Ended ps = look(List.of("ps"));
        Programs.Ended doctor = look(List.of("doctor"));

        assertThat(ps.exitCode()).isEqualTo(WorkerConsole.FAILURE);
        assertThat(ps.out()).contains("RUNNING").doesNotContain("ODD");
        assertThat(ps.err()).contains("account 5", "ODD").hasLineCount(1);
        assertThat(doctor.exitCode()).isEqualTo(WorkerConsole.FAILURE);
        assertThat(doctor.out()).contains("ERROR", "account 5");
    }

    @Test
    void closed_output_is_no_error() throws Exception {
        programs.console("start", "5", "--data", data.toString(), "--", "sleep", "300");
        List<String> piped = new ArrayList<>(List.of("sh", "-c", "\"$@\" | true", "sh"));
        piped.addAll(Programs.command(WorkerConsole.class, "ps", "--data", data.toString()));

        Programs.Ended ended = programs.begin(piped).end();

        assertThat(ended.err()).isEmpty();
    }

    @Test
    void directory_of_another_user_is_refused() throws Exception {
        programs.console("start", "5", "--data", data.toString(), "--", "true");
        boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        Needs.that(root, "root, to give a directory to another user");
        Files.setAttribute(data, "unix:uid", 65_533);
        List<String> before = Programs.listing(data);

        for (List<String> command :
                List.of(List.of("ps"), List.of("why", "5"), List.of("doctor"), List.of("stop", "5"), List.of("host"))) {
            Programs.Ended ended = look(command);

            assertThat(ended.exitCode()).isEqualTo(WorkerConsole.FAILURE);
            assertThat(ended.err()).contains("belongs to user id 65533").hasLineCount(1);
        }
        assertThat(programs.console("start", "5", "--data", data.toString(), "--", "true")
                        .exitCode())
                .isEqualTo(WorkerConsole.FAILURE);
        assertThat(Programs.listing(data)).isEqualTo(before);
    }

    private Programs.Ended look(List<String> command, String... more) throws Exception {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("--data", data.toString()));
        words.addAll(List.of(more));
        return programs.console(words.toArray(new String[0]));
    }
}
