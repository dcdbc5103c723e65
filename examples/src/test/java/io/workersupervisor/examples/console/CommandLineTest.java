package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.CommonOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.text.Colours;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Calls of the console: words, help, completion, and where it works. */
class CommandLineTest {
    private final Path home;
    private final Path data;
    private final Programs programs;

    CommandLineTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.data = home.resolve("data");
        this.programs = new Programs(home, data);
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    private static CommandLine line() {
        PrintStream none = new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return WorkerConsole.line(new WorkerConsole(), new Output(none, none, false, Colours.NONE, Colours.NONE), none);
    }

    static Stream<String> commands() {
        return line().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void help_of_a_command_names_every_option_on_lines_of_a_terminal(String name) {
        CommandLine command = Objects.requireNonNull(line().getSubcommands().get(name));

        String help = command.getUsageMessage();

        assertThat(help).startsWith("Usage: worker-console " + name);
        assertThat(command.getCommandSpec().options())
                .isNotEmpty()
                .allSatisfy(option -> assertThat(help).contains(option.names()));
        assertThat(help.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void help_of_the_console_names_every_command_and_exit_code() {
        String help = line().getUsageMessage();

        assertThat(help).contains(commands().map(name -> "\n  " + name + " ").toList());
        assertThat(help).contains("\n  0  ", "\n  1  ", "\n  2  ", "\n  3  ", "\n  4  ");
        assertThat(help.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Needs(Need.BASH)
    @Test
    void completion_is_a_script_that_bash_reads_and_that_completes() throws Exception {
        Programs.Ended completion = programs.console("completion");
        Path script = Files.writeString(home.resolve("completion"), completion.out());
        String asks = """
                . "$0"
                compopt() { :; }
                COMP_WORDS=(worker-console st) COMP_CWORD=1
                _complete_worker-console
                echo "${COMPREPLY[@]}"
                COMP_WORDS=(worker-console logs --level W) COMP_CWORD=3
                _complete_worker-console
                echo "${COMPREPLY[@]}"
                """;

        Programs.Ended read =
                programs.begin(List.of("bash", "-n", script.toString())).end();
        Programs.Ended asked =
                programs.begin(List.of("bash", "-c", asks, script.toString())).end();

        assertThat(completion.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(read).isEqualTo(new Programs.Ended(0, "", ""));
        assertThat(asked).isEqualTo(new Programs.Ended(0, "start stop\nWARNING\n", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "strat 5, unknown command \"strat\"; did you mean",
        "status 5, unknown command \"status\"",
        "ps --frob, ps takes no --frob",
        "-x ps, unknown option -x",
        "ps --data, --data needs a value",
        "ps --data=, --data needs a value",
        "ps --last 1, ps takes no --last",
        "ps 5 .x, account must be",
        "why, 'why needs an account, or --all'",
        "why 5 --all, 'why takes accounts or --all, not both'",
        "why --all --last 5, --last needs an account",
        "why .x, account must be",
        "why --all --by host, '--by must be version, was \"host\"'",
        "start 5 sleep -- 3, start needs one account before the command",
        "start 5 --user u7, 'without a command after -- start takes accounts'",
        "start, 'start needs an account, --all or --where'",
        "stop 5 --all, 'stop takes accounts, or --all, or --where'",
        "restart --all --where user=u7, --all and --where exclude each other",
        "stop --where colour=red, '--where must have the keys reason, state, user, version'",
        "stop --where reason=BAD, --where reason must be one of",
        "pause, 'pause takes accounts, or --all'",
        "start 5 --, start needs the worker's command after --",
        "start 5 --start-grace -1 -- x, '--start-grace must be seconds, such as 2.5, was \"-1\"'",
        "start 5 --start-grace 1e3 -- x, --start-grace must be seconds",
        "start 5 --start-grace 1.2345 -- x, --start-grace must be seconds",
        "diagnose x --exit 256, '--exit must be a number from 0 to 255, was \"256\"'",
        "diagnose x --signal 0, '--signal must be a number from 1 to 64, was \"0\"'",
        "stop, stop needs an account",
        "stop 5 .x, account must be",
        "tail .x, account must be",
        "diagnose x y, 'diagnose does not take \"y\"'",
        "stop 5 --last 1 --last 1, stop takes no --last",
        "import, --from needs a value",
        "import --from x --move, '--move needs --workers and --confirmed'",
        "import --from x --create, '--confirmed, --rate and --create are for --move'",
        "import --from x --rate 10, '--rate must be 1 to 9999 in s, min or h, such as 10/min, was \"10\"'",
        "ps --json=1, --json",
        "help frob, unknown command \"frob\"",
        "completion --json, completion takes no --json"
    })
    void what_cannot_be_meant_is_one_line(String words, String says) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int exitCode = WorkerConsole.run(List.of(words.split(" ")), printing(out), printing(err));

        assertThat(exitCode).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("worker-console: ")
                .contains(says, "--help)")
                .hasLineCount(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    private static PrintStream printing(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    @Test
    void an_account_of_blanks_is_shown_as_it_was_given() throws Exception {
        Programs.Ended ended = programs.console("start", " ", "--", "x");

        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.err()).contains("was \" \"").hasLineCount(1);
    }

    @Test
    void common_options_may_stand_before_the_command_and_accounts_begin_with_any_sign() throws Exception {
        Files.writeString(home.resolve("bot"), "nothing\n");

        Programs.Ended negative = programs.console(
                "--json", "--data", data.toString(), "start", "--create", "-5", "--", "sh", "-c", "exec sleep 300");
        Programs.Ended at = programs.console("start", "@bot", "--json", "--", "sleep", "300");
        Programs.Ended both = programs.console("--json", "ps", "--data=data", "-5", "@bot");

        assertThat(objects(negative).get(0).get("account").getAsLong()).isEqualTo(-5);
        assertThat(objects(at).get(0).get("account").getAsString()).isEqualTo("@bot");
        assertThat(objects(both).get(0).getAsJsonArray("accounts")).hasSize(2);
    }

    @Test
    void options_of_the_worker_are_its_own() throws Exception {
        Programs.Ended ended = programs.console(
                "start",
                "5",
                "--create",
                "--start-grace",
                "0",
                "--",
                "sh",
                "-c",
                "echo \"$@\" >got",
                "sh",
                "--json",
                "",
                "--",
                "-x",
                "@file");

        assertThat(ended.exitCode()).as(ended.err()).isEqualTo(ExitCode.DONE);
        assertThat(ended.out()).startsWith("account 5 started");
        await().until(() -> Files.exists(home.resolve("got"))
                && Files.readString(home.resolve("got")).equals("--json  -- -x @file\n"));
    }

    @Test
    void start_makes_a_data_directory_only_when_it_is_told_to() throws Exception {
        Path empty = Files.createDirectory(home.resolve("empty"));

        Programs.Ended missing = programs.console("start", "5", "--", "sleep", "300");
        Programs.Ended unused = programs.console("start", "5", "--data", "empty", "--json", "--", "sleep", "300");
        Programs.Ended created = programs.console("start", "5", "--create", "--", "sleep", "300");
        Programs.Ended again = programs.console("start", "6", "--", "sleep", "300");

        assertThat(missing.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(missing.err())
                .contains("data directory " + data + " does not exist", "a second worker", "--create")
                .hasLineCount(1);
        assertThat(unused.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(unused.out()).isEmpty();
        assertThat(unused.err())
                .contains(empty + " is not a data directory yet", "--create")
                .hasLineCount(1);
        assertThat(empty).isEmptyDirectory();
        assertThat(created.exitCode()).as(created.err()).isEqualTo(ExitCode.DONE);
        assertThat(again.exitCode()).as(again.err()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void host_makes_a_data_directory_and_says_so_once() throws Exception {
        for (boolean isNew : List.of(true, false)) {
            Programs.Running host = programs.begin(WorkerConsole.class, "host");
            host.awaitPrinted("workers running");
            host.process().destroy();

            assertThat(host.end().out().contains("made data directory " + data)).isEqualTo(isNew);
        }
    }

    @Test
    void the_environment_names_the_data_directory_where_no_option_does() throws Exception {
        programs.console("start", "5", "--create", "--start-grace", "0", "--", "true");
        programs.console("start", "6", "--create", "--data", "other", "--start-grace", "0", "--", "true");

        programs.environment(CommonOptions.DATA, "other");
        Programs.Ended named = programs.console("ps");
        Programs.Ended given = programs.console("ps", "--data", "data");
        programs.environment(CommonOptions.DATA, "");
        Programs.Ended usual = programs.console("ps");

        assertThat(named.out()).startsWith("Data directory " + home.resolve("other") + "\n");
        assertThat(given.out()).startsWith("Data directory " + data + "\n");
        assertThat(usual.out()).isEqualTo(given.out());
    }

    @Test
    void several_accounts_are_answered_each_by_itself() throws Exception {
        programs.console("start", "1", "--create", "--", "sleep", "300");
        programs.console("start", "2", "--", "sleep", "300");
        programs.console("start", "3", "--", "sleep", "300");

        Programs.Ended some = programs.console("ps", "1", "3");
        Programs.Ended part = programs.console("ps", "1", "77", "--json");
        Programs.Ended none = programs.console("ps", "77");
        Programs.Ended stopped = programs.console("stop", "1", "2", "1", "--json");
        Programs.Ended why = programs.console("why", "1", "77", "2");
        Programs.Ended whyJson = programs.console("why", "1", "77", "2", "--json");

        assertThat(some.out().lines().skip(3).map(line -> line.substring(0, 1))).containsExactly("1", "3");
        assertThat(part.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(objects(part).get(0).getAsJsonArray("accounts")).hasSize(1);
        assertThat(none.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(none.out()).isEmpty();
        assertThat(none.err())
                .isEqualTo(part.err())
                .contains("account 77 is not known here")
                .hasLineCount(1);
        assertThat(stopped.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(objects(stopped))
                .extracting(answer ->
                        answer.get("account") + " " + answer.get("result").getAsString())
                .containsExactly("1 STOPPED", "2 STOPPED");
        assertThat(programs.workers()).hasSize(1);
        assertThat(why.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(why.out()).containsSubsequence("Account 1 is STOPPED", "\n\nAccount 2 is STOPPED");
        assertThat(why.err()).isEqualTo(none.err());
        assertThat(objects(whyJson))
                .extracting(answer -> answer.get("account").getAsLong())
                .containsExactly(1L, 2L);
    }

    @Test
    void an_account_that_cannot_be_stopped_keeps_no_other_from_it() throws Exception {
        programs.console("start", "1", "--create", "--", "sleep", "300");
        programs.console("start", "2", "--", "sleep", "300");
        try (Connection registry = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("registry.db"));
                Statement sql = registry.createStatement()) {
            sql.executeUpdate("UPDATE worker_registry SET state = 'ODD' WHERE account_id = 1");
        }

        Programs.Ended ended = programs.console("stop", "1", "2");

        assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(ended.err()).contains("account 1", "ODD").hasLineCount(1);
        assertThat(ended.out()).startsWith("account 2 stopped").hasLineCount(1);
    }

    @Test
    void levels_have_the_names_of_other_loggers_too() throws Exception {
        String talks = "echo INFO: one; echo WARNING: two; echo ERROR: three; exec sleep 300";
        programs.console("start", "5", "--create", "--", "sh", "-c", talks);
        await().until(() -> programs.console("logs", "5").out().lines().count() == 3);

        for (String level : List.of("WARN", "warn", "Warning")) {
            assertThat(programs.console("logs", "5", "--level", level).out()).hasLineCount(2);
        }
        for (String level : List.of("err", "ERROR")) {
            assertThat(programs.console("tail", "5", "--level", level).out()).hasLineCount(1);
        }
        assertThat(programs.console("logs", "5", "--level", "fatal").out()).isEmpty();
    }

    private static List<JsonObject> objects(Programs.Ended ended) {
        return ended.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }
}
