package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.sqlite.SqliteLogSink;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What workers logged, asked from the console: of a real host, of real workers. */
class LogsTest {
    private static final String TALKS = """
            echo 'INFO: connected'
            echo 'WARNING: slow answer'
            printf 'ERROR: cannot send\\nTraceback (most recent call last):\\n  File "bot.py", line 8\\nValueError: no chat\\n'
            echo 'DEBUG: still here'
            """;

    private final Path home;
    private final Path data;
    private final Programs programs;

    LogsTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.data = home.resolve("data");
        this.programs = new Programs(home, data);
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void the_four_questions_are_answered_from_the_sink_of_the_host() throws Exception {
        host();
        start("4711", "--user", "u7", "--", "sh", "-c", TALKS + "exec sleep 300");
        start("5", "--", "sh", "-c", "echo 'ERROR: of another'; exec sleep 300");
        await().atMost(Duration.ofSeconds(30)).until(() -> shipped() == 5);
        programs.console("stop", "4711");
        start("4711", "--", "sh", "-c", "echo 'INFO: next one'; exec sleep 300");
        await().atMost(Duration.ofSeconds(30)).until(() -> shipped() == 6);

        Programs.Ended last = programs.console("logs", "--last", "3");
        Programs.Ended grave = programs.console("logs", "4711", "--level", "warning", "--last", "50");
        Programs.Ended day = programs.console("logs", "--since", "24h", "--json");
        Programs.Ended longAgo = programs.console("logs", "--since", "2020-01-01", "--until", "1d");
        Programs.Ended before = programs.console("logs", "4711", "--before-end", "--last", "2");

        assertThat(last.out())
                .containsSubsequence("DEBUG", "of another", "next one")
                .hasLineCount(3);
        assertThat(last.err()).isEmpty();
        assertThat(grave.out().lines()).hasSize(5).satisfies(lines -> {
            assertThat(lines.get(0)).contains(" WARNING  4711 slow answer");
            assertThat(lines.get(1)).contains(" ERROR    4711 cannot send");
            assertThat(lines.get(2)).isEqualTo("    Traceback (most recent call last):");
            assertThat(lines.get(4)).isEqualTo("    ValueError: no chat");
        });
        assertThat(json(day))
                .extracting(entry ->
                        entry.get("message").getAsString().lines().findFirst().orElse(""))
                .containsExactlyInAnyOrder(
                        "connected", "slow answer", "cannot send", "still here", "of another", "next one");
        assertThat(json(day).stream().filter(entry -> entry.has("user_id"))).hasSize(4);
        assertThat(longAgo.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(longAgo.out()).isEmpty();
        assertThat(longAgo.err())
                .contains(
                        "nothing found (all accounts, since 20",
                        "looked in log sink sqlite and the workers' files in " + data)
                .hasLineCount(1);
        assertThat(before.out())
                .containsSubsequence("cannot send", "still here")
                .doesNotContain("next one", "slow");
        assertThat(before.err())
                .contains("the end of worker", "STOPPED_ON_REQUEST")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"--since 2020-01-01", "--worker 01kjmdpmq70000000000000001 --last 100000"})
    void more_than_memory_holds_is_printed_page_by_page(String options) throws Exception {
        try (SqliteLogSink sink = SqliteLogSink.open(DataDirectory.open(data))) {
            SqliteWorkerRegistry.open(DataDirectory.open(data)).close();
            ManyEntries.append(sink);
        }

        ManyEntries.assertThatAllArePrinted(programs, ("logs " + options).split(" "));
    }

    @Test
    void what_a_dead_host_did_not_ship_is_found_in_the_files() throws Exception {
        Programs.Running host = host();
        start("5", "--", "sh", "-c", "echo one; until [ -e go ]; do sleep 0.1; done; echo two; exec sleep 300");
        await().atMost(Duration.ofSeconds(30)).until(() -> shipped() == 1);
        host.process().destroyForcibly().waitFor();
        Files.createFile(home.resolve("go"));
        await().until(() -> log("5").contains("two"));

        Programs.Ended both = programs.console("logs", "5");

        assertThat(both.out()).containsSubsequence("one", "two").hasLineCount(2);
        assertThat(both.err()).contains("1 entry is from the workers' files").hasLineCount(1);
    }

    @Test
    void without_a_sink_the_files_answer_and_it_is_said_once() throws Exception {
        start("5", "--", "sh", "-c", TALKS + "exec sleep 300");
        await().until(() -> log("5").contains("still here"));

        Programs.Ended grave = programs.console("logs", "--level", "ERROR");
        Programs.Ended tail = programs.console("tail", "5", "--last", "1", "--json");

        assertThat(grave.out())
                .contains("cannot send", "    ValueError: no chat")
                .hasLineCount(4);
        assertThat(grave.err())
                .contains("from the workers' files in " + data + ": no log sink is used")
                .hasLineCount(1);
        assertThat(json(tail))
                .extracting(entry -> entry.get("message").getAsString())
                .containsExactly("still here");
        assertThat(data.resolve("logs/logs.db")).doesNotExist();
    }

    @Test
    void the_end_of_a_worker_is_shown_before_anybody_has_filed_it() throws Exception {
        start("5", "--", "sh", "-c", "echo last words; exec sleep 300");
        await().until(() -> log("5").contains("last words"));
        Programs.Ended none = programs.console("logs", "5", "--before-end");
        programs.workers().forEach(ProcessHandle::destroyForcibly);
        await().until(() -> programs.workers().isEmpty());

        Programs.Ended dead = programs.console("logs", "5", "--before-end");

        assertThat(none.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(none.err()).contains("no worker of account 5 has ended yet").hasLineCount(1);
        assertThat(dead.out()).contains("last words").hasLineCount(1);
        assertThat(dead.err()).contains("is dead");
    }

    @Test
    void tail_follows_from_one_worker_to_the_next_and_ends_on_term() throws Exception {
        start("5", "--", "sh", "-c", "echo one; exec sleep 300");
        Programs.Running tail = programs.begin(WorkerConsole.class, "tail", "-f", "5", "--level", "info");
        tail.awaitPrinted("one");
        programs.console("stop", "5");
        start("5", "--start-grace", "0", "--", "sh", "-c", "echo two; echo DEBUG: no; echo ERROR: three");
        await().until(() -> programs.workers().isEmpty());
        start("5", "--", "sh", "-c", "echo four; exec sleep 300");
        tail.awaitPrinted("four");

        tail.process().destroy();
        Programs.Ended ended = tail.end();

        assertThat(ended.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ended.out())
                .containsSubsequence("one", "two", "three", "four")
                .hasLineCount(4);
    }

    @Test
    void tail_ends_when_nobody_reads_it() throws Exception {
        start("5", "--", "sh", "-c", "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.1; done");
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "{ \"$@\" 2>/dev/null; echo \"exit $?\" >&2; } | head -n 2", "sh"));
        command.addAll(Programs.command(WorkerConsole.class, "tail", "-f", "5", "--json"));

        Programs.Ended ended = programs.begin(command).end();

        assertThat(ended.out()).hasLineCount(2);
        assertThat(ended.err()).isEqualTo("exit 0\n");
    }

    @Test
    void tail_waits_for_the_first_worker_of_an_account() throws Exception {
        start("5", "--", "sleep", "300");
        Programs.Running tail = programs.begin(WorkerConsole.class, "tail", "--follow", "6");
        await().until(() -> Files.readString(tail.err()).contains("waiting for its first worker"));

        start("6", "--", "sh", "-c", "echo here; exec sleep 300");

        tail.awaitPrinted("here");
    }

    @Test
    void an_unknown_account_is_a_failure() throws Exception {
        start("5", "--", "sh", "-c", "echo here; exec sleep 300");

        for (String[] words : new String[][] {{"logs", "6"}, {"tail", "6"}, {"logs", "6", "--before-end"}}) {
            Programs.Ended ended = programs.console(words);

            assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).contains("account 6 is not known here").hasLineCount(1);
        }
    }

    @Test
    void a_host_does_without_the_sink_when_it_is_told_to() throws Exception {
        Programs.Running host = programs.begin(WorkerConsole.class, "host", "--no-logs", "--log-keep", "7d");
        host.awaitPrinted("workers running");
        start("5", "--", "sh", "-c", "echo ERROR: it burns; exec sleep 300");
        await().until(() -> Files.readString(data.resolve("worker.log")).contains("it burns"));

        assertThat(data.resolve("logs/logs.db")).doesNotExist();
        assertThat(programs.console("logs").err()).contains("no log sink is used");
    }

    @Test
    void a_host_keeps_to_the_budget_of_a_worker() throws Exception {
        Programs.Running host = programs.begin(WorkerConsole.class, "host", "--log-budget", "2");
        host.awaitPrinted("workers running");

        start("5", "--start-grace", "0", "--", "sh", "-c", "for i in 1 2 3 4 5; do echo line $i; done");

        await().atMost(Duration.ofSeconds(30)).until(() -> shipped() == 3);
        assertThat(programs.console("logs").out())
                .containsSubsequence("line 1", "line 2", "3 entries are left out")
                .doesNotContain("line 3");
    }

    @ParameterizedTest
    @CsvSource({
        "logs --level loud, '--level must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, was \"loud\"'",
        "logs --since soon, '--since must be how long ago, such as 90s'",
        "logs --since 1h --until 2h, --since must not be later than --until",
        "logs --last 100001, '--last must be a number from 1 to 100000, was \"100001\"'",
        "logs .x, account must",
        "logs --worker 17, --worker must be a worker id",
        "logs --before-end, --before-end needs an account",
        "logs 4711 5, 'logs does not take \"5\"'",
        "logs --account 4711, logs takes no --account",
        "tail, tail needs an account",
        "tail 5 --since 1h, tail takes no --since",
        "host --log-keep 30, '--log-keep must be a time such as 90s'",
        "host --log-keep 1s, '--log-keep must be between 1m and 3650d, was \"1s\"'"
    })
    void wrong_usage_is_one_line(String words, String says) throws Exception {
        Programs.Ended ended = programs.console(words.split(" "));

        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.err()).contains(says, "--help").hasLineCount(1);
        assertThat(ended.out()).isEmpty();
        assertThat(data).doesNotExist();
    }

    private Programs.Running host() throws IOException {
        Programs.Running host = programs.begin(WorkerConsole.class, "host");
        host.awaitPrinted("workers running");
        return host;
    }

    private void start(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("start", "--create"));
        command.addAll(List.of(words));
        Programs.Ended started = programs.console(command.toArray(new String[0]));
        assertThat(started.exitCode()).as(started.err()).isEqualTo(ExitCode.DONE);
    }

    /** How many entries are in the sink. */
    private int shipped() throws Exception {
        Programs.Ended all = programs.console("logs", "--json");
        return all.err().isEmpty() ? (int) all.out().lines().count() : -1;
    }

    private String log(String account) throws IOException {
        try (var files = Files.newDirectoryStream(data, "worker_" + account + "_*.log")) {
            StringBuilder text = new StringBuilder();
            for (Path file : files) {
                text.append(Files.readString(file));
            }
            return text.toString();
        }
    }

    private static List<JsonObject> json(Programs.Ended ended) {
        return ended.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }
}
