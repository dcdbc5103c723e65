package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look and change nothing. */
class LookingTest {
    private static final List<List<String>> LOOKING =
            List.of(List.of("ps"), List.of("why", "5"), List.of("doctor"), List.of("logs"), List.of("tail", "5"));

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

            assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
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

            assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(ended.err()).contains("registry.db").hasLineCount(1);
            assertThat(Programs.listing(data)).isEqualTo(before);
        }
    }

    @Test
    void looking_changes_nothing() throws Exception {
        programs.console("start", "--create", "5", "--data", data.toString(), "--", "sleep", "300");
        List<String> before = Programs.listing(data);

        for (List<String> command : LOOKING) {
            assertThat(look(command).exitCode()).isEqualTo(ExitCode.DONE);
        }
        for (List<String> command : LOOKING.subList(0, 3)) {
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

        assertThat(ended.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ended.out()).isEqualTo("Data directory " + data + ": no account was ever started\n");
    }

    @Test
    void row_that_cannot_be_read_is_named_and_hides_no_other() throws Exception {
        programs.console("start", "--create", "5", "--data", data.toString(), "--", "sleep", "300");
        programs.console("start", "--create", "6", "--data", data.toString(), "--", "sleep", "300");
        sql("UPDATE worker_registry SET state = 'ODD' WHERE account_id = 5");

        Programs.Ended ps = look(List.of("ps"));
        Programs.Ended doctor = look(List.of("doctor"));

        assertThat(ps.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(ps.out()).contains("RUNNING").doesNotContain("ODD", "UNREGISTERED");
        assertThat(ps.err())
                .contains("account 5", "ODD", "UPDATE worker_registry")
                .hasLineCount(1);
        assertThat(doctor.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(doctor.out())
                .contains("ERROR", "account 5", "kill ", "1 rows, 1 running, 1 that cannot be read")
                .doesNotContain("does not know");
    }

    @Test
    void what_is_said_of_a_row_that_cannot_be_read_leads_out_of_it() throws Exception {
        programs.console("start", "--create", "5", "--data", data.toString(), "--", "sleep", "300");
        sql("UPDATE worker_registry SET state = 'ODD'");
        Programs.Ended refused = look(List.of("stop", "5"));
        Matcher command = Pattern.compile("sqlite3 (\\S+) \"([^\"]+)\"").matcher(refused.err());

        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(command.find()).as(refused.err()).isTrue();
        assertThat(command.group(1)).isEqualTo(data.resolve("registry.db").toString());
        sql(command.group(2));

        assertThat(look(List.of("stop", "5")).exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(programs.workers()).isEmpty();
        assertThat(look(List.of("ps")).exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void a_copied_directory_is_told_and_can_be_accepted() throws Exception {
        programs.console("start", "--create", "5", "--data", data.toString(), "--", "sleep", "300");
        programs.console("stop", "5", "--data", data.toString());
        Path copy = data.resolveSibling("copy");
        assertThat(new ProcessBuilder("cp", "-a", data.toString(), copy.toString())
                        .start()
                        .waitFor())
                .isZero();
        String[] start = {"start", "--create", "5", "--data", copy.toString(), "--", "true"};
        String[] accept = {
            "start", "--create", "5", "--accept-moved-directory", "--start-grace", "0", "--data", copy.toString()
        };

        for (List<String> command : List.of(List.of("ps"), List.of("why", "5"))) {
            Programs.Ended ended = console(command, "--data", copy.toString());
            assertThat(ended.exitCode()).isEqualTo(ExitCode.DONE);
            assertThat(ended.err())
                    .contains("warning", "copied, restored or moved")
                    .hasLineCount(1);
        }
        Programs.Ended refused = programs.console(start);
        Programs.Ended accepted = console(List.of(accept), "--", "true");
        Programs.Ended afterwards = console(List.of("stop", "5"), "--data", copy.toString());

        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(refused.err())
                .contains("--accept-moved-directory")
                .doesNotContain("()")
                .hasLineCount(1);
        assertThat(accepted.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(afterwards.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(afterwards.err()).isEmpty();
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT, Need.UNSHARE})
    void a_directory_that_cannot_be_written_is_an_error_of_the_doctor() throws Exception {
        programs.console("start", "--create", "5", "--data", data.toString(), "--", "sleep", "300");
        programs.console("stop", "5", "--data", data.toString());
        String readOnly = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\"";
        List<String> words =
                new ArrayList<>(List.of("unshare", "-m", "sh", "-c", readOnly + " && exec \"$@\"", data.toString()));
        List<String> doctor = new ArrayList<>(words);
        doctor.addAll(Programs.command(WorkerConsole.class, "doctor", "--data", data.toString()));
        words.addAll(Programs.command(
                WorkerConsole.class, "start", "--create", "5", "--data", data.toString(), "--", "true"));

        Programs.Ended examined = programs.begin(doctor).end();
        Programs.Ended started = programs.begin(words).end();

        assertThat(examined.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(examined.out()).contains("ERROR    " + data + " is not writable", "read-only");
        assertThat(started.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(started.err()).contains("mounted read-only").hasLineCount(1);
    }

    @Test
    void closed_pipe_is_no_error() throws Exception {
        Programs.Ended ended = shell("{ \"$@\"; echo \"exit $?\" >&2; } | true", "ps", "--data", data.toString());

        assertThat(ended.err()).isEqualTo("exit 0\n");
    }

    @Test
    void output_that_is_lost_is_a_failure() throws Exception {
        for (String lost : List.of("\"$@\" >/dev/full", "\"$@\" >&-")) {
            Programs.Ended ended = shell(lost, "ps", "--json", "--data", data.toString());

            assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(ended.err())
                    .contains("standard output cannot be written")
                    .hasLineCount(1);
        }
    }

    /** Runs a command of the console, on an empty registry, from a line of shell. */
    private Programs.Ended shell(String line, String... words) throws Exception {
        SqliteWorkerRegistry.open(DataDirectory.open(data)).close();
        List<String> command = new ArrayList<>(List.of("sh", "-c", line, "sh"));
        command.addAll(Programs.command(WorkerConsole.class, words));
        return programs.begin(command).end();
    }

    @Test
    @Needs(Need.ROOT)
    void directory_of_another_user_is_refused() throws Exception {
        programs.console("start", "--create", "5", "--data", data.toString(), "--", "true");
        Files.setAttribute(data, "unix:uid", 65_533);
        List<String> before = Programs.listing(data);

        for (List<String> command :
                List.of(List.of("ps"), List.of("why", "5"), List.of("doctor"), List.of("stop", "5"), List.of("host"))) {
            Programs.Ended ended = look(command);

            assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(ended.err()).contains("belongs to user id 65533").hasLineCount(1);
        }
        assertThat(programs.console("start", "--create", "5", "--data", data.toString(), "--", "true")
                        .exitCode())
                .isEqualTo(ExitCode.FAILURE);
        assertThat(Programs.listing(data)).isEqualTo(before);
    }

    private Programs.Ended look(List<String> command, String... more) throws Exception {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("--data", data.toString()));
        return console(words, more);
    }

    private Programs.Ended console(List<String> command, String... more) throws Exception {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(more));
        return programs.console(words.toArray(new String[0]));
    }

    private void sql(String statement) throws SQLException {
        try (Connection registry = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("registry.db"));
                Statement sql = registry.createStatement()) {
            sql.executeUpdate(statement);
        }
    }
}
