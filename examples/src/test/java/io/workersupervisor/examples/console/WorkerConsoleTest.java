package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerConsoleTest {
    private final Path home;
    private final Path data;
    private final Programs programs;

    WorkerConsoleTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.data = home.resolve("data");
        this.programs = new Programs(home, data);
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void started_worker_outlives_the_console_and_is_there_for_every_command() throws Exception {
        Programs.Ended started = programs.console(
                "start",
                "--create",
                "4711",
                "--user",
                "u7",
                "--version=1.2",
                "--dir",
                "/",
                "--json",
                "--",
                "sleep",
                "300");
        assertThat(started.exitCode()).isEqualTo(ExitCode.DONE);
        JsonObject worker = json(started);
        assertThat(worker.get("result").getAsString()).isEqualTo("STARTED");
        assertThat(worker.get("epoch").getAsLong()).isEqualTo(1);
        assertThat(programs.workers())
                .extracting(ProcessHandle::pid)
                .containsExactly(worker.get("pid").getAsLong());

        Programs.Ended again = programs.console("start", "--create", "4711", "--", "sleep", "300");
        assertThat(again.exitCode()).isEqualTo(ExitCode.ALREADY_RUNNING);
        assertThat(again.err()).contains("already running").hasLineCount(1);

        Programs.Ended ps = programs.console("ps", "--wide");
        assertThat(ps.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ps.out())
                .startsWith("Data directory " + data)
                .contains("EVIDENCE", worker.get("worker_id").getAsString());
        JsonObject row = json(programs.console("ps", "--json"))
                .getAsJsonArray("accounts")
                .get(0)
                .getAsJsonObject();
        assertThat(row.get("account").getAsLong()).isEqualTo(4711);
        assertThat(row.get("liveness").getAsString()).isEqualTo("ALIVE");
        assertThat(row.get("user_id").getAsString()).isEqualTo("u7");
        assertThat(row.get("version").getAsString()).isEqualTo("1.2");

        Programs.Ended stopped = programs.console("stop", "4711");
        assertThat(stopped.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(stopped.out()).contains("TERM sent");
        assertThat(programs.workers()).isEmpty();

        Programs.Ended stoppedBefore = programs.console("stop", "4711", "--json");
        assertThat(stoppedBefore.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(json(stoppedBefore).get("result").getAsString()).isEqualTo("ALREADY_STOPPED");
    }

    @Test
    void why_tells_the_newest_reports_first() throws Exception {
        programs.console("start", "--create", "bot", "--", "sleep", "300");
        programs.console("stop", "bot");
        programs.console("start", "--create", "bot", "--", "false");

        JsonObject all = json(programs.console("why", "bot", "--json"));
        Programs.Ended last = programs.console("why", "bot", "--last", "1");

        assertThat(all.getAsJsonArray("reports"))
                .extracting(report -> report.getAsJsonObject().get("epoch").getAsLong())
                .containsExactly(2L, 1L);
        assertThat(last.out()).contains("exit code 1").doesNotContain("STOPPED_ON_REQUEST");
    }

    @Test
    void ps_tells_why_the_last_worker_stopped() throws Exception {
        programs.console("start", "--create", "5", "--start-grace", "0", "--", "sh", "-c", "kill -9 $$");
        await().until(() -> programs.workers().isEmpty());
        programs.console("stop", "5");

        assertThat(programs.console("ps", "--wide").out()).contains("REASON", "KILLED_BY_SIGNAL");
        assertThat(json(programs.console("ps", "--json"))
                        .getAsJsonArray("accounts")
                        .get(0)
                        .getAsJsonObject()
                        .get("reason")
                        .getAsString())
                .isEqualTo("KILLED_BY_SIGNAL");
    }

    @Test
    void stop_refuses_an_account_that_nobody_knows_unless_it_is_told_to_stop_it_anyway() throws Exception {
        programs.console("start", "--create", "5", "--start-grace", "0", "--", "true");

        Programs.Ended unknown = programs.console("stop", "12345");
        Programs.Ended again = programs.console("stop", "5", "12345");
        Programs.Ended anyway = programs.console("stop", "12345", "--anyway");
        JsonObject alsoUnknown = json(programs.console("stop", "54321", "--anyway", "--json"));
        JsonObject known = json(programs.console("stop", "12345", "--json"));

        assertThat(unknown.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(unknown.err())
                .contains("account 12345 is not known here", "--anyway")
                .hasLineCount(1);
        assertThat(again.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(anyway.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(anyway.out()).isEqualTo("account 12345 was not known here; it is stopped from now on\n");
        assertThat(alsoUnknown.get("known").getAsBoolean()).isFalse();
        assertThat(known.get("known").getAsBoolean()).isTrue();
    }

    @Test
    void short_job_is_started_where_it_need_not_live() throws Exception {
        Programs.Ended graced = programs.console("start", "--create", "5", "--", "true");
        Programs.Ended ungraced = programs.console("start", "--create", "5", "--start-grace", "0", "--", "true");

        assertThat(graced.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(graced.err()).contains("ended within 500 ms, exit code 0").hasLineCount(1);
        assertThat(data.resolve("worker.log"))
                .content()
                .contains("5 ended worker")
                .doesNotContain("failed");
        assertThat(ungraced.exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void start_whose_answer_is_lost_says_that_the_worker_runs() throws Exception {
        Programs.Ended ended = shell("\"$@\" >/dev/full", "start", "--create", "5", "--json", "--", "sleep", "300");

        assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(ended.err())
                .contains("standard output cannot be written", "account 5 started")
                .hasLineCount(1);
        assertThat(programs.workers()).hasSize(1);
    }

    /** A JVM under LC_ALL=C would start the worker with question marks. */
    @Test
    void what_the_locale_cannot_hold_is_refused_and_nothing_is_started() throws Exception {
        Files.writeString(home.resolve("env"), "GREET=gr\u00fc\u00df\n");
        String word = "LC_ALL=C \"$@\" \"$(printf '\\303\\274')\"";

        Programs.Ended argument = shell(word, "start", "--create", "5", "--", "echo");
        Programs.Ended directory = shell(word, "ps", "--data");
        Programs.Ended account = shell(word, "stop");
        Programs.Ended variable =
                shell("LC_ALL=C \"$@\"", "start", "--create", "5", "--env-file", "env", "--", "sleep", "300");

        for (Programs.Ended ended : List.of(argument, directory, account, variable)) {
            assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(ended.err()).contains("LC_ALL=C.UTF-8").hasLineCount(1);
        }
        assertThat(argument.err()).contains("argument 6");
        assertThat(variable.err()).contains("GREET").doesNotContain("gr");
        assertThat(data).doesNotExist();
    }

    /** P1: by default the data directory is a relative one, and both the shell of a person and cron find it. */
    @ParameterizedTest
    @CsvSource({"C.UTF-8,C", "C,C.UTF-8", "C.UTF-8,''", "POSIX,C.UTF-8"})
    void one_account_gets_one_worker_whatever_the_locales_of_those_who_start_it(String first, String second)
            throws Exception {
        String start = "mkdir -p \"$(printf 'b\\303\\274ro')\" && cd b*ro && env -u LANG -u LC_CTYPE LC_ALL=%s \"$@\"";
        List<Programs.Ended> ended = new ArrayList<>();
        for (String locale : List.of(first, second, first, second)) {
            ended.add(shell(start.formatted(locale), "start", "--create", "5", "--", "sleep", "300"));
        }

        List<ProcessHandle> workers = Programs.processes("environ", "\0WORKER_DATA=" + home);
        workers.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> Programs.processes("cmdline", home.toString()).isEmpty());
        assertThat(workers).hasSize(1);
        assertThat(ended)
                .extracting(Programs.Ended::exitCode)
                .containsExactlyInAnyOrder(ExitCode.DONE, ExitCode.ALREADY_RUNNING, ExitCode.USAGE, ExitCode.USAGE);
        assertThat(ended)
                .filteredOn(refused -> refused.exitCode() == ExitCode.USAGE)
                .allSatisfy(refused ->
                        assertThat(refused.err()).contains("LC_ALL=C.UTF-8").hasLineCount(1));
    }

    private Programs.Ended shell(String line, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", line, "sh"));
        command.addAll(Programs.command(WorkerConsole.class, words));
        return programs.begin(command).end();
    }

    @Test
    void failed_start_says_in_one_line_why() throws Exception {
        Programs.Ended ended = programs.console("start", "--create", "5", "--", "exit-with-three");

        assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(ended.err()).contains("account 5 failed to start at program").hasLineCount(1);
    }

    @Test
    void dead_worker_is_shown_and_does_not_block() throws Exception {
        long pid = json(programs.console("start", "--create", "5", "--json", "--", "sleep", "300"))
                .get("pid")
                .getAsLong();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        await().until(() -> programs.console("ps").out().contains("DEAD: pid " + pid));

        assertThat(programs.console("why", "5").out()).contains("but dead", "files its end");
        assertThat(programs.console("start", "--create", "5", "--", "sleep", "300")
                        .exitCode())
                .isEqualTo(ExitCode.DONE);
        assertThat(programs.console("why", "5").out()).contains("KILLED_BY_SIGNAL");
    }

    @Test
    void start_is_refused_while_a_descendant_lives() throws Exception {
        long pid = json(programs.console(
                        "start", "--create", "5", "--json", "--", "sh", "-c", "sleep 300 & exec sleep 301"))
                .get("pid")
                .getAsLong();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        await().until(() -> programs.workers().size() == 1);

        Programs.Ended refused = programs.console("start", "--create", "5", "--", "sleep", "300");
        JsonObject fields = json(programs.console("start", "--create", "5", "--json", "--", "sleep", "300"));

        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err()).contains("DESCENDANTS_LEFT").hasLineCount(1);
        assertThat(fields.get("result").getAsString()).isEqualTo("REFUSED");
        assertThat(fields.get("reason").getAsString()).isEqualTo("DESCENDANTS_LEFT");
        assertThat(fields.get("advice").getAsString()).isNotBlank();
    }

    @Test
    void of_two_starts_at_once_exactly_one_starts() throws Exception {
        Programs.Running one = programs.begin(WorkerConsole.class, "start", "--create", "5", "--", "sleep", "300");
        Programs.Running other = programs.begin(WorkerConsole.class, "start", "--create", "5", "--", "sleep", "300");

        assertThat(List.of(one.end().exitCode(), other.end().exitCode()))
                .containsExactlyInAnyOrder(ExitCode.DONE, ExitCode.ALREADY_RUNNING);
        assertThat(programs.workers()).hasSize(1);
    }

    @Test
    void worker_that_the_registry_lost_is_shown_and_can_be_stopped() throws Exception {
        programs.console("start", "--create", "5", "--", "sleep", "300");
        Files.delete(data.resolve("registry.db"));
        Programs.Ended refused = programs.console("start", "--create", "5", "--", "sleep", "300");

        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err()).contains("warning", "UNREGISTERED_WORKER").hasLineCount(2);
        assertThat(programs.console("ps").out()).contains("UNREGISTERED").doesNotContain("STOPPED", "RUNNING");
        JsonObject row = json(programs.console("ps", "--json"))
                .getAsJsonArray("accounts")
                .get(0)
                .getAsJsonObject();
        assertThat(row.get("state").getAsString()).isEqualTo("UNREGISTERED");
        assertThat(row.has("desired")).isFalse();
        assertThat(programs.console("why", "5").out()).contains("the registry does not know it");
        assertThat(programs.console("stop", "5").exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(programs.workers()).isEmpty();
    }

    @Test
    void variables_come_from_a_file_and_are_never_shown() throws Exception {
        Path file = Files.writeString(home.resolve("env"), "# secrets\n\nTOKEN=s3cret=1 2\n");
        String[] start = {
            "start",
            "--create",
            "5",
            "--env-file",
            "env",
            "--",
            "sh",
            "-c",
            "printf '%s' \"$TOKEN\" >got; exec sleep 300"
        };

        Programs.Ended started = programs.console(start);
        Files.writeString(file, "TOKEN=x\ns3cret\n");
        Programs.Ended wrong = programs.console(start);

        assertThat(started.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(home.resolve("got")).hasContent("s3cret=1 2");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("line 2").doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        "'', no command given",
        "start a/b -- sleep 3, account must be",
        "start 5 --stop-grace 999999 -- sleep 3, stopGrace must be",
        "why 5 --last 0, --last must be",
        "start 5 --env-file nope -- sleep 3, nope does not exist"
    })
    void wrong_usage_is_one_line(String words, String says) throws Exception {
        Programs.Ended ended = programs.console(words.isEmpty() ? new String[0] : words.split(" "));

        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.err()).contains(says, "--help").hasLineCount(1);
        assertThat(ended.out()).isEmpty();
        assertThat(data).doesNotExist();
    }

    @Test
    void help_and_version_answer() throws Exception {
        Programs.Ended help = programs.console("--help");
        Programs.Ended ofStart = programs.console("start", "--help");

        assertThat(help.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(help.out())
                .contains("Usage:", "start", "stop", "ps", "why", "logs", "tail", "doctor", "host", "Exit codes");
        assertThat(programs.console("help")).isEqualTo(help);
        assertThat(ofStart.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ofStart.out()).contains("start [OPTIONS] ACCOUNT -- COMMAND [WORD]...", "--create");
        assertThat(programs.console("help", "start")).isEqualTo(ofStart);
        assertThat(programs.console("--version").out()).startsWith("worker-console ");
    }

    private static JsonObject json(Programs.Ended ended) {
        assertThat(ended.out()).hasLineCount(1);
        return JsonParser.parseString(ended.out()).getAsJsonObject();
    }
}
