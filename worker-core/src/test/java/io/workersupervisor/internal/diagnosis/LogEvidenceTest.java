package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.StopReason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P6: what the end of a log says, and what it does not. */
class LogEvidenceTest {
    private static final String INFO = "2026-11-24 02:00:00,000 - worker - INFO - Delivered message 7\n";
    private static final String ERROR = "2026-11-24 02:00:01,000 - worker - ERROR - ";
    private static final String LATER = INFO.replace("02:00:00", "02:00:40");
    private static final String CONFLICT = "telethon.errors.rpcerrorlist.AuthKeyDuplicatedError: The authorization key"
            + " (session file) was used under two different IP addresses simultaneously (caused by GetStateRequest)";
    private static final String FRAME = "  File \"/srv/worker.py\", line 3, in main\n    await go()\n";
    private static final String TRACEBACK = "Traceback (most recent call last):\n" + FRAME;
    private static final String SENDER = "2026-11-24 02:00:00,000 - telethon.network.mtprotosender - ";
    private static final ExitStatus ONE = new ExitStatus.Exited(1);

    private static LogEvidence look(String log, ExitStatus exit) {
        TailOfLog tail = TailOfLog.of(log.getBytes(StandardCharsets.UTF_8), 0);
        return LogEvidence.of(tail, RuleSet.builtIn(), exit);
    }

    private static String verdict(String log) {
        return look(log, ONE)
                .found()
                .map(found -> found.reason() + " " + found.confidence())
                .orElse("nothing");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("causes")
    void the_end_of_a_log_tells_a_cause(String what, String log, String verdict) {
        assertThat(verdict((log.startsWith("Exception in thread T-1") ? "" : INFO) + log))
                .isEqualTo(verdict);
    }

    static Stream<Arguments> causes() {
        return Stream.of(
                Arguments.of("uncaught", TRACEBACK + CONFLICT + "\n", "SESSION_CONFLICT PROBABLE"),
                Arguments.of("without a last line break", TRACEBACK + CONFLICT, "SESSION_CONFLICT PROBABLE"),
                Arguments.of("CRLF", (TRACEBACK + CONFLICT + "\n").replace("\n", "\r\n"), "SESSION_CONFLICT PROBABLE"),
                Arguments.of("logged", ERROR + "failed\n" + TRACEBACK + CONFLICT, "SESSION_CONFLICT PROBABLE"),
                Arguments.of("one line", ERROR + "Worker ended: " + CONFLICT, "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "closing lines follow",
                        TRACEBACK + CONFLICT + "\n"
                                + "2026-11-24 02:00:02,000 - telethon.network.mtprotosender - INFO - Disconnecting from x\n"
                                + "2026-11-24 02:00:02,000 - worker - INFO - Shutting down\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "an error no rule knows follows",
                        ERROR + CONFLICT + "\n" + ERROR + "giving up\n",
                        "SESSION_CONFLICT POSSIBLE"),
                Arguments.of("one line follows at once", ERROR + CONFLICT + "\n" + INFO, "SESSION_CONFLICT POSSIBLE"),
                Arguments.of("plain output", "AuthKeyDuplicatedError: used twice\n", "SESSION_CONFLICT POSSIBLE"),
                Arguments.of(
                        "JSON with its exception",
                        "{\"level\":\"error\",\"event\":\"failed\",\"exception\":\""
                                + TRACEBACK.replace("\n", "\\n").replace("\"/srv/worker.py\"", "x") + CONFLICT
                                + "\"}\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "pino with its error",
                        "{\"level\":50,\"time\":1,\"err\":{\"type\":\"RPCError\",\"stack\":\"RPCError: 406: AUTH_KEY_DUPLICATED"
                                + " (caused by InvokeWithLayer)\\n    at f (x.js:1:1)\"},\"msg\":\"failed\"}\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "logfmt",
                        "time=2026-11-24T02:00:01Z level=ERROR msg=\"run failed\" err=\"rpc error 406: AUTH_KEY_DUPLICATED\"\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "pyrogram",
                        TRACEBACK
                                + "pyrogram.errors.exceptions.not_acceptable_406.AuthKeyDuplicated: Telegram says: [406"
                                + " AUTH_KEY_DUPLICATED] - The same authorization key\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "tdlib",
                        "[ 2][t 1][1700000000.123456][AuthManager.cpp:1][#1]\tLost authorization because of [Error : 401 :"
                                + " SESSION_REVOKED]\n",
                        "AUTHORIZATION_LOST POSSIBLE"),
                Arguments.of(
                        "a conflict alive",
                        "2026-11-24 02:00:01,000 - telethon.client.updates - WARNING - Error executing high-level request"
                                + " after reconnect: <class 'telethon.errors.rpcerrorlist.AuthKeyDuplicatedError'>: used\n",
                        "SESSION_CONFLICT POSSIBLE"),
                Arguments.of(
                        "a message of two lines",
                        TRACEBACK
                                + "telethon.errors.common.AuthKeyNotFound: The server claims it doesn't know about the"
                                + " authorization key (session\nfile) currently being used. This might mean\n",
                        "AUTHORIZATION_LOST PROBABLE"),
                Arguments.of(
                        "inside of a group",
                        "  + Exception Group Traceback (most recent call last):\n  |   File \"x\", line 1\n"
                                + "  | ExceptionGroup: unhandled (1 sub-exception)\n  +-+---------------- 1 ----------------\n"
                                + "    | Traceback (most recent call last):\n    |   File \"x\", line 2\n    | "
                                + CONFLICT
                                + "\n    +------------------------------------\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "Node without a file",
                        "[eval]:1\nthrow 'text'\n^\ntext\n(Use `node --trace-uncaught ...` to show it)\n\nNode.js v20.20.2\n",
                        "UNHANDLED_EXCEPTION PROBABLE"),
                Arguments.of(
                        "an option that the JVM does not know",
                        "Unrecognized VM option 'X'\nError: Could not create the Java Virtual Machine.\nError: A fatal exception"
                                + " has occurred. Program will exit.\n",
                        "CONFIGURATION PROBABLE"),
                Arguments.of(
                        "a variable that a shell misses",
                        "bash: line 1: TOKEN: unbound variable\n",
                        "CONFIGURATION PROBABLE"),
                Arguments.of(
                        "logged by a JVM",
                        ERROR + "run failed\njava.lang.IllegalStateException: no session\n\tat a.B.c(B.java:1)\n"
                                + "Caused by: org.example.AuthKeyDuplicatedError: used twice\n\t... 3 more\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "in colours",
                        "\u001b[31m" + ERROR.strip() + "Worker ended:\u001b[0m " + CONFLICT + "\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "a JVM's record of two lines",
                        "Nov 24, 2026 10:15:30 AM com.example.Foo bar\nSEVERE: " + CONFLICT + "\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of(
                        "a stack that is longer than an entry may be",
                        "Exception in thread \"main\" java.lang.StackOverflowError\n"
                                + "\tat com.example.Deep.go(Deep.java:12)\n".repeat(3_000),
                        "UNHANDLED_EXCEPTION PROBABLE"),
                Arguments.of(
                        "a line of output behind a traceback",
                        TRACEBACK + CONFLICT + "\nDelivered message 8\n",
                        "SESSION_CONFLICT POSSIBLE"),
                Arguments.of(
                        "Node before 17",
                        "events.js:85\n      throw er; // Unhandled 'error' event\n            ^\nError: Odd: 34\n    at f (x.js:1:2)\n",
                        "UNHANDLED_EXCEPTION PROBABLE"),
                Arguments.of("a class alone", "shop.OddError: no\n", "UNHANDLED_EXCEPTION POSSIBLE"),
                Arguments.of(
                        "frames in a form of their own",
                        ERROR + "failed\n Error  Not authorized\nstack:\n"
                                + "* worker.js:10 f\n    lib/worker.js:10:2\n".repeat(8),
                        "AUTHORIZATION_LOST POSSIBLE"),
                Arguments.of(
                        "a message that goes on behind a comma",
                        "x.StartException: user data directory is already in use, \nplease specify another one\n",
                        "SESSION_CONFLICT POSSIBLE"),
                Arguments.of(
                        "a lost connection with its cause",
                        ERROR + "internal server error: authentication failed\n",
                        "AUTHORIZATION_LOST PROBABLE"),
                Arguments.of(
                        "a time within the details of an exception without one",
                        "Exception in thread T-1:\n" + TRACEBACK + CONFLICT + "\n2021-03-07 10:07:01 closing\n",
                        "SESSION_CONFLICT PROBABLE"),
                Arguments.of("an unknown class", TRACEBACK + "shop.Odd: no\n", "UNHANDLED_EXCEPTION PROBABLE"),
                Arguments.of(
                        "in a thread",
                        "Exception in thread Thread-1 (run):\n" + TRACEBACK + "ValueError: no\n",
                        "UNHANDLED_EXCEPTION POSSIBLE"));
    }

    /** Two loggers of one program may write two zones; that is proven where a time goes back by whole quarters of an hour. */
    @Test
    void a_quarter_of_an_hour_is_no_zone_unless_two_are_proven() {
        String conflict = ERROR + CONFLICT + "\n";
        String later = INFO.replace("02:00:00", "02:30:02");
        String earlier = INFO.replace("02:00:00", "01:30:01");

        assertThat(verdict(INFO + conflict + later)).isEqualTo("nothing");
        assertThat(verdict(INFO + earlier + INFO + conflict + earlier)).isEqualTo("SESSION_CONFLICT POSSIBLE");
        assertThat(verdict(earlier + INFO + earlier + conflict)).isEqualTo("SESSION_CONFLICT PROBABLE");
    }

    @Test
    void a_wait_that_stands_on_a_later_line_is_read() {
        LogEvidence evidence =
                look("ERROR: 429 Too Many Requests\nThe request will be retried in 30 minutes, at 18:04.\n", ONE);

        assertThat(evidence.found().orElseThrow().retryAfter()).contains(Duration.ofMinutes(30));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("noCauses")
    void what_was_survived_or_only_quoted_is_no_cause(String what, String log) {
        assertThat(verdict(INFO + log)).isEqualTo("nothing");
    }

    static Stream<Arguments> noCauses() {
        return Stream.of(
                Arguments.of(
                        "ordinary work goes on after a traceback",
                        ERROR + "failed\n" + TRACEBACK + CONFLICT + "\n" + LATER),
                Arguments.of("ordinary work goes on after an error", ERROR + "Flood wait, must wait 50 s\n" + LATER),
                Arguments.of(
                        "slept through",
                        "2026-11-24 02:00:00,000 - telethon.client.users - INFO - Sleeping for 2s (0:00:02) on GetStateRequest"
                                + " flood wait\n"),
                Arguments.of("a chat message of INFO", INFO.strip() + ": " + CONFLICT + "\n"),
                Arguments.of(
                        "a quoted chat message in an error",
                        ERROR + "Cannot deliver \"AuthKeyDuplicatedError: used twice\" to chat 5\n"),
                Arguments.of(
                        "payload of a JSON line",
                        "{\"level\":\"error\",\"event\":\"odd update\",\"text\":\"AuthKeyDuplicatedError: used\"}\n"),
                Arguments.of(
                        "a quoted object in an error", ERROR + "Odd update {'text': 'database is locked', 'id': 5}\n"),
                Arguments.of(
                        "reconnected",
                        SENDER + "WARNING - Server closed the connection: x\n" + SENDER
                                + "INFO - Connection to x complete!\n"),
                Arguments.of("handled, in plain output", TRACEBACK + CONFLICT + "\nDelivered message 8\n".repeat(8)),
                Arguments.of("cut before its class", TRACEBACK),
                Arguments.of("a class in the source of a frame", TRACEBACK + "    raise AuthKeyDuplicatedError(x)\n"),
                Arguments.of("an error nobody knows", ERROR + "mailbox quota reached\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "setsid: failed to execute /srv/worker: No such file or directory",
                "setsid: can't execute '/srv/worker': No such file or directory",
                "setsid: can't execute '/srv/worker': Permission denied",
                "launcher: Exec format error",
                "/srv/data/launcher-1.sh: 128: /srv/worker: not found",
            })
    void a_program_that_could_not_be_run_is_told_by_the_launcher(String line) {
        assertThat(look(line + "\n", new ExitStatus.Exited(line.contains("not found") ? 127 : 126))
                        .found()
                        .map(found -> found.reason() + " " + found.confidence()))
                .contains("START_FAILED PROBABLE");
    }

    @Test
    void seconds_to_wait_are_captured_and_absurd_ones_are_not() {
        assertThat(waits("A wait of 4711 seconds is required")).contains(Duration.ofSeconds(4711));
        assertThat(waits("A wait of 999999999 seconds is required")).isEmpty();
        assertThat(waits("A wait of 99999999999999999999 seconds is required")).isEmpty();
    }

    private static Optional<Duration> waits(String words) {
        LogEvidence evidence =
                look(TRACEBACK + "telethon.errors.rpcerrorlist.FloodWaitError: " + words + " (caused by X)\n", ONE);
        assertThat(evidence.found().orElseThrow().reason()).isEqualTo(StopReason.FLOOD_WAIT);
        return evidence.found().orElseThrow().retryAfter();
    }

    @Test
    void an_offset_counts_bytes_of_the_file_and_not_characters() {
        String before = "2026-11-24 02:00:00,000 - worker - INFO - \u041f\u0440\u0438\u0432\u0435\u0442\n";

        LogEvidence evidence = look(before + TRACEBACK + CONFLICT, ONE);

        assertThat(evidence.found().orElseThrow().line().offset())
                .isEqualTo((before + TRACEBACK).getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void a_line_longer_than_an_entry_is_one_line() {
        TailOfLog tail = TailOfLog.of((INFO + "x".repeat(200_000) + "\n" + INFO).getBytes(StandardCharsets.UTF_8), 0);

        assertThat(tail.entries()).hasSize(3);
        assertThat(tail.entries().get(1).lines())
                .singleElement()
                .satisfies(line -> assertThat(line.text()).hasSize(200_000));
    }

    @Test
    void a_first_line_that_was_cut_is_left_out() {
        TailOfLog tail = TailOfLog.of(("AuthKeyDuplicatedError: x\n" + INFO).getBytes(StandardCharsets.UTF_8), 100);

        assertThat(tail.entries()).hasSize(1);
        assertThat(tail.entries().get(0).offset()).isEqualTo(126);
    }

    /** A quarter of a mebibyte of what makes matching slow; the bound is a hundred times what it takes. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void hostile_text_is_looked_at_in_little_time(String what, String text) {
        String head = text.startsWith("ERROR <html") ? ERROR + "<html" : "";
        String unit = text.substring(head.isEmpty() ? 0 : "ERROR <html".length());
        String log = head + unit.repeat((TailOfLog.LONGEST - head.length()) / unit.length());
        RuleSet rules = RuleSet.builtIn()
                .with(List.of(
                        DiagnosisRule.rule("hostile.nested", StopReason.UNKNOWN, "(a+)+$")
                                .build(),
                        DiagnosisRule.rule("hostile.alternatives", StopReason.UNKNOWN, "(?:a|aa|[^b])*b$")
                                .build()));
        TailOfLog.of(log.getBytes(StandardCharsets.UTF_8), 0);

        long since = System.nanoTime();
        TailOfLog tail = TailOfLog.of(log.getBytes(StandardCharsets.UTF_8), 0);
        LogEvidence.of(tail, rules, ONE);

        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(2));
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("one endless line", "a"),
                Arguments.of("errors", ERROR + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n"),
                Arguments.of("tracebacks", TRACEBACK),
                Arguments.of(
                        "chained tracebacks",
                        TRACEBACK + "E: x\n" + "During handling of the above exception, another exception occurred:"
                                + "\n"),
                Arguments.of("braces", "{\"level\":\"error\",\"msg\":{{{{{{{{[[[[[[[[}\n"),
                Arguments.of("nested JSON", "{\"level\":\"error\",\"a\":" + "[".repeat(900) + "}\n"),
                Arguments.of("pairs", "level=error " + "a=\"b\\".repeat(200) + "\n"),
                Arguments.of("node places", "/a:1\n"),
                Arguments.of("indented", "  at f\n"),
                Arguments.of("empty", "\n"),
                Arguments.of("zeros", "\0"),
                Arguments.of("a page of brackets", "ERROR <html<"),
                Arguments.of("a page of tags", "ERROR <html<a "),
                Arguments.of(
                        "quotes that never close",
                        "{\"level\":\"error\",\"msg\":\"" + "\u00ab".repeat(9_000) + "\"}\n"),
                Arguments.of("waits", "ERROR <htmlretry wait "),
                Arguments.of("digits", "ERROR <html1:"),
                Arguments.of("times", "2026-11-24 02:00:00 " + "[".repeat(80) + "\n"));
    }
}
