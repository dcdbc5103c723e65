package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.legacy.OldProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Registries and processes of other programs, and moves that must not happen (P1, P3, P4). */
class ImportTest {
    private static final String[] SHOW = {"import", "--from", "old.db", "--workers", "workers.jsonl"};
    private static final String[] PLAN = {
        "import", "--from", "old.db", "--workers", "workers.jsonl", "--plan", "plan.jsonl", "--json"
    };
    private static final String[] MOVE = {
        "import",
        "--from",
        "old.db",
        "--workers",
        "workers.jsonl",
        "--move",
        "--confirmed",
        "plan.jsonl",
        "--create",
        "--rate",
        "10/s"
    };

    private final Path home;
    private final Programs programs;
    private final List<Process> olds = new ArrayList<>();

    ImportTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @AfterEach
    void endAll() {
        programs.close();
        olds.forEach(old -> old.descendants().forEach(ProcessHandle::destroyForcibly));
        olds.forEach(Process::destroyForcibly);
    }

    private Process old(String... command) throws IOException {
        Process old = new ProcessBuilder(command).start();
        olds.add(old);
        return old;
    }

    private void sql(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("old.db"));
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    private void row(long account, long pid) throws SQLException {
        sql("CREATE TABLE IF NOT EXISTS worker_registry (id INTEGER PRIMARY KEY, account INTEGER, pid INTEGER)");
        sql("INSERT INTO worker_registry (account, pid) VALUES (" + account + ", " + pid + ")");
    }

    private void specs(String... lines) throws IOException {
        Path file = Files.writeString(home.resolve("workers.jsonl"), String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String sleeping(long account) {
        return "{\"account\":" + account + ",\"command\":[\"sleep\",\"300\"]}";
    }

    private void plan() throws Exception {
        Files.deleteIfExists(home.resolve("plan.jsonl"));
        Programs.Ended planned = programs.console(PLAN);
        assertThat(planned.exitCode()).as(planned.err()).isZero();
    }

    private List<JsonObject> rows(Programs.Ended ended) {
        return JsonParser.parseString(ended.out()).getAsJsonObject().getAsJsonArray("rows").asList().stream()
                .map(row -> row.getAsJsonObject())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "worker_registry (a, b) | | no column has a usual name of the account; say which with --account-column; the table has a, b",
                "worker_registry (account_id, b) | | no column has a usual name of the pid",
                "worker_registry (account, account_id, pid) | | several columns may hold the account: account, account_id",
                "worker_registry (account, pid, process_id) | | several columns may hold the pid: pid, process_id",
                "worker_registry (account, pid) | --pid-column p | no column \"p\"; the table has account, pid",
                "workers (account, pid) | | has no table \"worker_registry\"; say which with --table: workers",
            })
    void doubt_about_the_table_is_an_error_that_names_the_candidates(String table, String options, String says)
            throws Exception {
        sql("CREATE TABLE " + table);
        List<String> words = new ArrayList<>(List.of("import", "--from", "old.db"));
        words.addAll(options == null ? List.of() : List.of(options.split(" ")));

        Programs.Ended ended = programs.console(words.toArray(String[]::new));

        assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(ended.err()).contains(says).hasLineCount(1);
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void table_of_any_form_is_read_also_while_its_program_writes() throws Exception {
        sql(
                "PRAGMA journal_mode = WAL",
                "CREATE TABLE \"my bots\" (\"Account-ID\", user_id, nr)",
                "INSERT INTO \"my bots\" VALUES (1, 7, 1073741824), ('+49', 7, '4194399'), (1.5, 7, 1), (NULL, 7, 1),"
                        + " ('2', 7, 'x'), (3, 7, NULL)");
        try (Connection writer = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("old.db"));
                Statement statement = writer.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");

            Programs.Ended shown = programs.console(
                    "import", "--from", "old.db", "--table", "my bots", "--pid-column", "NR", "--json");

            assertThat(shown.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(rows(shown))
                    .extracting(row -> row.get("account").getAsString() + " "
                            + row.get("action").getAsString())
                    .containsExactly("1 START", "+49 START", "3 LEAVE");
            assertThat(shown.err())
                    .contains("row 3 of my bots: account must be", "row 4 of my bots", "row 5 of my bots: pid must be")
                    .hasLineCount(3);
        }
        assertThat(home.resolve("data")).doesNotExist();
    }

    @Test
    void processes_that_nobody_can_be_sure_of_are_left() throws Exception {
        Process shared = old("sleep", "300");
        Process one = old("sleep", "300");
        Process two = old("sleep", "300");
        row(1, shared.pid());
        row(2, shared.pid());
        row(3, one.pid());
        row(3, two.pid());
        row(4, 4_194_399);
        row(4, one.pid());
        row(5, two.toHandle().parent().orElseThrow().pid());
        long thread;
        try (var threads = Files.list(Path.of("/proc/self/task"))) {
            long self = ProcessHandle.current().pid();
            thread = threads.mapToLong(task -> Long.parseLong(task.getFileName().toString()))
                    .filter(id -> id != self)
                    .findFirst()
                    .orElseThrow();
        }
        row(6, thread);
        specs(sleeping(1), sleeping(2), sleeping(3), sleeping(4), sleeping(6));

        assertThat(rows(programs.console(PLAN)))
                .extracting(row -> row.get("account").getAsString() + " "
                        + row.get("action").getAsString() + " " + row.get("why").getAsString())
                .containsExactly(
                        "1 LEAVE rows of other accounts name the same process",
                        "2 LEAVE rows of other accounts name the same process",
                        "3 LEAVE rows of other accounts name the same process",
                        "3 LEAVE rows of other accounts name the same process",
                        "4 LEAVE rows of other accounts name the same process",
                        "5 LEAVE no spec of it in the file of --workers",
                        "6 START no process of this number lives");
        assertThat(Files.readAllLines(home.resolve("plan.jsonl"))).hasSize(1);
        assertThat(programs.console(PLAN).err()).contains("exists already");
    }

    @Test
    void old_program_that_starts_another_process_keeps_its_account() throws Exception {
        Process before = old("sleep", "300");
        row(1, before.pid());
        row(2, 4_194_399);
        specs(sleeping(1), sleeping(2));
        plan();
        Process rival = old("sleep", "300");
        sql("UPDATE worker_registry SET pid = " + rival.pid());

        Programs.Ended moved = programs.console(MOVE);

        assertThat(moved.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(moved.err())
                .contains(
                        "account 1: left alone: the old registry names another process that lives now: pid "
                                + rival.pid(),
                        "account 2: left alone: the old registry names another process")
                .hasLineCount(2);
        assertThat(olds).allMatch(Process::isAlive);
        assertThat(programs.workers()).isEmpty();
    }

    @Test
    void foreign_process_that_a_person_has_told_apart_is_no_obstacle() throws Exception {
        Process foreign = old("sleep", "300");
        row(1, foreign.pid());
        specs(sleeping(1));
        plan();
        Path plan = home.resolve("plan.jsonl");
        Files.writeString(plan, Files.readString(plan).replace("\"END\"", "\"START\""));

        assertThat(programs.console(MOVE).exitCode()).isZero();

        assertThat(foreign.isAlive()).isTrue();
        assertThat(programs.workers()).hasSize(1);
        assertThat(programs.console(MOVE).out()).contains("it runs here already");
        assertThat(foreign.isAlive()).isTrue();
    }

    @Test
    void start_that_fails_ends_the_move_and_a_stop_by_hand_stays() throws Exception {
        Process first = old("sleep", "300");
        Process second = old("sleep", "300");
        row(1, first.pid());
        row(2, second.pid());
        specs("{\"account\":1,\"command\":[\"false\"]}", sleeping(2));
        plan();

        Programs.Ended moved = programs.console(MOVE);

        assertThat(moved.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(moved.err()).contains("account 1 failed to start", "a start that fails ends the move; left: 2");
        assertThat(second.isAlive()).isTrue();

        programs.console("stop", "1", "--by", "alice");
        specs(sleeping(1), sleeping(2));
        Programs.Ended again = programs.console(MOVE);
        assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(again.err())
                .contains("account 1: left alone: stopped by alice")
                .hasLineCount(1);
        assertThat(again.out()).contains("account 2 started");
        assertThat(programs.workers()).hasSize(1);
    }

    @Test
    void process_that_ignores_term_is_killed_alone_and_its_child_is_in_the_way() throws Exception {
        Process stubborn = old(
                "sh",
                "-c",
                "trap '' TERM; sleep 300 & echo $! >child; while :; do sleep 0.1; done"
                        .replace(">child", ">" + home.resolve("child")));
        await().until(() -> Files.exists(home.resolve("child"))
                && !Files.readString(home.resolve("child")).isBlank());
        long child = Long.parseLong(Files.readString(home.resolve("child")).strip());
        OldProcess process = OldProcess.find(stubborn.pid()).orElseThrow();

        OldProcess.End end = process.end(Duration.ofMillis(300));

        assertThat(stubborn.isAlive()).isFalse();
        assertThat(end.done()).isFalse();
        assertThat(end.how()).contains("KILL after 300 ms", "children of it live on: pid " + child + " (sleep 300)");
        ProcessHandle.of(child).orElseThrow().destroyForcibly();
        await().until(() -> OldProcess.find(child).isEmpty());
        assertThat(process.end(Duration.ZERO).how()).contains("had ended");
    }

    @Test
    void process_that_has_begun_another_program_is_another_one() throws Exception {
        Path go = home.resolve("go");
        Process old = old("sh", "-c", "while ! [ -e " + go + " ]; do sleep 0.1; done; exec sleep 300");
        row(1, old.pid());
        specs(sleeping(1));
        plan();
        Files.createFile(go);
        await().until(() -> OldProcess.find(old.pid()).orElseThrow().command().equals("sleep 300"));

        Programs.Ended moved = programs.console(MOVE);

        assertThat(moved.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(moved.err()).contains("is another process than the confirmed one: sleep 300");
        assertThat(old.isAlive()).isTrue();
    }

    @Test
    void plan_that_cannot_be_read_moves_nothing() throws Exception {
        Process old = old("sleep", "300");
        row(1, old.pid());
        specs(sleeping(1));
        plan();
        Path plan = home.resolve("plan.jsonl");
        String line = Files.readString(plan);
        for (String bad : List.of(
                line + line, line + "x\n", line.replace("start_ticks", "ticks"), line.replace("\"END\"", "\"KILL\""))) {
            Files.writeString(plan, bad);

            Programs.Ended moved = programs.console(MOVE);

            assertThat(moved.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(moved.err()).contains(plan + ", line ").hasLineCount(1);
        }
        assertThat(old.isAlive()).isTrue();
        assertThat(programs.console(SHOW).exitCode()).isZero();
    }
}
