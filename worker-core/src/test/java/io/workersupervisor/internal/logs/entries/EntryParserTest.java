package io.workersupervisor.internal.logs.entries;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogLevel;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P5 and section 6: what one line says of level, time, logger and message. */
class EntryParserTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            2026-11-24 10:15:30,123 - worker.7 - INFO - Delivered 1 ~ INFO ~ worker.7 ~ Delivered 1
            2026-11-24 10:15:30,123 - worker.7 - WARNING - a - b ~ WARNING ~ worker.7 ~ a - b
            2026-11-24 10:15:30,123 - ERROR - Retry - later ~ ERROR ~ ~ Retry - later
            2026-11-24 10:15:30,123 - INFO - worker.seven - ready ~ INFO ~ worker.seven ~ ready
            [2026-11-24 10:15:30,123] [INFO    ] mailworker: Fetched: 12 ~ INFO ~ mailworker ~ Fetched: 12
            [2026-11-24 10:15:30] [CRITICAL] discord.client: gone ~ CRITICAL ~ discord.client ~ gone
            [INFO/2026-11-24 10:15:30,123] worker.7: Checked ~ INFO ~ worker.7 ~ Checked
            [2026-11-24 10:15:30,123: ERROR/MainProcess] lost ~ ERROR ~ MainProcess ~ lost
            [2026-11-24 10:15:30 +0000] [7] [INFO] Booting ~ INFO ~ ~ Booting
            2026-11-24 10:15:30 INFO     discord.client logging in ~ INFO ~ ~ discord.client logging in
            2026-11-24 10:15:30.339 | INFO     | worker.7:main:35 - Started ~ INFO ~ worker.7:main:35 ~ Started
            2026-11-24 10:15:30.339 | SUCCESS  | __main__:<module>:3 - Done ~ INFO ~ __main__:<module>:3 ~ Done
            2026-11-24 10:15:30,386 [main] INFO  JvmWorker - Worker started ~ INFO ~ JvmWorker ~ Worker started
            10:15:30.386 [pool-1-thread-2] WARN  c.e.Foo -- slow ~ WARNING ~ c.e.Foo ~ slow
            [main] INFO com.example.Foo - hello ~ INFO ~ com.example.Foo ~ hello
            2026-11-24T10:15:30.123+01:00  INFO 12345 --- [app] [           main] c.e.Foo                  : hello ~ INFO ~ c.e.Foo ~ hello
            2026-11-24 10:15:30.123 ERROR 12345 --- [           main] o.s.b.SpringApplication : failed: x ~ ERROR ~ o.s.b.SpringApplication ~ failed: x
            [2026-11-24T10:15:30Z INFO  mail_worker] delivered ~ INFO ~ mail_worker ~ delivered
            2026-11-24T10:15:30.123456Z  WARN mail_worker::smtp: slow ~ WARNING ~ mail_worker::smtp ~ slow
            2026-11-24T10:15:30.618Z info: worker started ~ INFO ~ ~ worker started
            2026-11-24T10:15:30.618Z error: Error: boom ~ ERROR ~ ~ Error: boom
            2026/11/24 10:15:30 INFO started account=7 ~ INFO ~ ~ started account=7
            2026/11/24 10:15:30 error connecting to host ~ INFO ~ ~ error connecting to host
            2026/11/24 10:15:30 [error] 123#0: *1 open failed ~ ERROR ~ ~ 123#0: *1 open failed
            [Tue Nov 24 10:15:30.123456 2026] [core:error] [pid 123] denied ~ ERROR ~ core ~ [pid 123] denied
            2026-11-24 10:15:30.123 UTC [123] ERROR:  relation missing ~ ERROR ~ ~ relation missing
            [2026-11-24T10:15:30.123456+00:00] app.ERROR: failed {"a":1} [] ~ ERROR ~ app ~ failed {"a":1} []
            I, [2026-11-24T10:15:30.123456 #1234]  INFO -- worker: hello ~ INFO ~ worker ~ hello
            F, [2026-11-24T10:15:30.123456 #1234] FATAL -- : gone ~ CRITICAL ~ ~ gone
            2026-11-24 10:15:30,123 mailworker ERROR lost ~ ERROR ~ mailworker ~ lost
            INFO 2026-11-24 10:15:30,123 views 1234 5678 hello ~ INFO ~ ~ views 1234 5678 hello
            10:15:30.123 [info] Running ~ INFO ~ ~ Running
            INFO:mailworker:Template 1 of 30 ~ INFO ~ mailworker ~ Template 1 of 30
            WARNING:root:careful: x ~ WARNING ~ root ~ careful: x
            CRITICAL:a.b:http://x ~ CRITICAL ~ a.b ~ http://x
            INFO:     Started server process [123] ~ INFO ~ ~ Started server process [123]
            ERROR:    Exception in ASGI application ~ ERROR ~ ~ Exception in ASGI application
            [INFO] Worker starting for account 7: yes ~ INFO ~ ~ Worker starting for account 7: yes
            [warn] careful ~ WARNING ~ ~ careful
            [E] lost ~ ERROR ~ ~ lost
            [W 2026-11-24 10:15:30.123 ServerApp] deprecated ~ WARNING ~ ServerApp ~ deprecated
            ERROR lost ~ ERROR ~ ~ lost
            error: lost ~ ERROR ~ ~ lost
            Warning: old ~ WARNING ~ ~ old
            fail: My.Service.Worker[12] ~ ERROR ~ ~ My.Service.Worker[12]
            E/TelegramTag( 123): lost ~ ERROR ~ TelegramTag ~ lost
            W/Tag: slow ~ WARNING ~ Tag ~ slow
            11-24 10:15:30.123  1234  1240 E Tag: lost ~ ERROR ~ Tag ~ lost
            E1124 10:15:30.123456   12345 server.go:12] lost ~ ERROR ~ server.go:12 ~ lost
            [ 1][t 4][1795515330.123456][Client.cpp:12][#1][!Td] failed ~ ERROR ~ Client.cpp:12 ~ [#1][!Td] failed
            [ 3][t 4][1795515330.123456][Client.cpp:12] fine ~ INFO ~ Client.cpp:12 ~ fine
            <3>disk failed ~ ERROR ~ ~ disk failed
            2026-11-24 10:15:30,123 - INFO - [worker.7] - hello ~ INFO ~ worker.7 ~ hello
            2026-11-24 10:15:30 ERROR [main] com.example.Foo: failed ~ ERROR ~ com.example.Foo ~ failed
            [INFO] [1795515330.123] [talker]: hi ~ INFO ~ talker ~ hi
            [Nest] 12345  - 11/24/2026, 10:15:30 AM     LOG [NestFactory] Starting ~ INFO ~ NestFactory ~ Starting
            [Nest] 12345  - 11/24/2026, 10:15:30 AM   ERROR [Handler] boom ~ ERROR ~ Handler ~ boom
            127.0.0.1 - - [24/Nov/2026:10:15:30 +0000] "GET / HTTP/1.1" 200 ~ INFO ~ ~ 127.0.0.1 - - [24/Nov/2026:10:15:30 +0000] "GET / HTTP/1.1" 200
            I20261124 10:15:30.123456 12345 file.cc:12] msg ~ INFO ~ file.cc:12 ~ msg
            fail: My.Worker[12]\\n      lost\\n      more ~ ERROR ~ My.Worker ~ lost\\n      more
            [10:15:30 ERR] lost ~ ERROR ~ ~ lost
            <34>1 2026-11-24T10:15:30.003Z host app 12 ID - failed ~ CRITICAL ~ ~ host app 12 ID - failed
            <7>noise ~ DEBUG ~ ~ noise
            npm ERR! missing script ~ ERROR ~ npm ~ missing script
            npm WARN deprecated x ~ WARNING ~ npm ~ deprecated x
            ERRO[0012] lost  account=7 ~ ERROR ~ ~ lost  account=7
            FATA[0000] gone ~ CRITICAL ~ ~ gone
            2026-11-24T10:15:30.123Z\tERROR\tapp.worker\tcmd/main.go:12\tlost\t{"a":1} ~ ERROR ~ app.worker ~ cmd/main.go:12\tlost\t{"a":1}
            2026-11-24T10:15:30.123Z\tinfo\tcmd/main.go:12\tready ~ INFO ~ ~ cmd/main.go:12\tready
            root - ERROR - lost ~ ERROR ~ root ~ lost
            2026-11-24 10:15:30 SEVERE lost ~ ERROR ~ ~ lost
            2026-11-24 10:15:30 FINE noise ~ DEBUG ~ ~ noise
            2026-11-24 10:15:30 NOTICE x ~ INFO ~ ~ x
            2026-11-24 10:15:30 EMERG x ~ CRITICAL ~ ~ x
            level=warn ts=2026-11-24T10:15:30Z msg="a b" k=v ~ WARNING ~ ~ a b k=v
            time="2026-11-24T10:15:30Z" level=fatal msg=gone ~ CRITICAL ~ ~ gone
            """)
    void a_prefix_gives_level_and_logger(String line, LogLevel level, String logger, String message) {
        Parsed entry = CutFile.line(line.replace("\\t", "\t").replace("\\n", "\n"));

        assertThat(entry.level()).isEqualTo(level);
        assertThat(entry.logger()).isEqualTo(Optional.ofNullable(logger));
        assertThat(entry.message()).isEqualTo(message.replace("\\t", "\t").replace("\\n", "\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the ERROR happened at noon",
                "Connection WARNING: none",
                "errors: 0 of 12",
                "information about x",
                "Info about x",
                "error connecting",
                "FINE thanks",
                "[main] hello",
                "[12345] hello",
                "[link](http://x)",
                "http://host/ERROR: x",
                "5 ERROR lines",
                "Errors found",
                "2 + 2",
                "E/ no tag",
                "<33",
                "<b>bold</b>",
                "I1234 is a road",
                "npm is a tool",
                "level of water: 5",
                "{not json}",
                "{\"a\":1}",
                "{\"level\":30",
                "time=money",
                "Traceback is a word",
                "panic room",
                "thread 'x' is quiet",
                "Exceptional: x",
                "- ERROR - x",
                "(INFO",
                "[INFO",
                "[",
                "progress 10%\rprogress 20%",
            })
    void other_lines_stay_whole_and_are_info(String line) {
        Parsed entry = CutFile.line(line);

        assertThat(entry)
                .isEqualTo(new Parsed(LogLevel.INFO, CutFile.BIRTH, true, Optional.empty(), line, Parsed.Form.PLAIN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Error: connect ECONNREFUSED 127.0.0.1:23998",
                "telethon.errors.rpcerrorlist.FloodWaitError: A wait of 4711 seconds is required",
                "sqlite3.OperationalError: database is locked",
                "MemoryError",
                "KeyboardInterrupt",
                "java.lang.OutOfMemoryError: Java heap space",
                "DiscordAPIError[50001]: Missing Access",
                "TypeError [ERR_INVALID_ARG_TYPE]: x",
                "Uncaught Error: x",
                "Automatic reconnection failed 5 time(s)",
                "Task was destroyed but it is pending!",
                "** (RuntimeError) boom",
                "Exception in thread \"main\" java.lang.Error: x",
                "Exception ignored in: <function x>",
                "Caused by: a.b.C: x",
                "Terminating due to java.lang.OutOfMemoryError: Java heap space",
                "Fatal Python error: Segmentation fault",
                "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
                "fatal error: concurrent map writes",
                "panic: boom",
                "goroutine 1 [running]:",
                "thread 'main' panicked at src/main.rs:3:101:",
                "thread 'a b' (7633) panicked at src/main.rs:3:101:",
                "  File \"x.py\", line 1, in main",
                "\tat a.B.c(D.java:1)",
                "    at f (/srv/x.js:1:2)",
                "  | ValueError: x",
                "Please enter your phone (or bot token): Traceback (most recent call last):",
            })
    void what_a_runtime_prints_when_it_fails_is_an_error_and_stays_whole(String line) {
        Parsed entry = CutFile.line(line);

        assertThat(entry)
                .isEqualTo(new Parsed(LogLevel.ERROR, CutFile.BIRTH, true, Optional.empty(), line, Parsed.Form.PLAIN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(node:123) DeprecationWarning: punycode",
                "/srv/x.py:12: DeprecationWarning: old",
                "OpenJDK 64-Bit Server VM warning: sharing",
                "Attempt 1 at connecting failed: OSError: x",
                "Server closed the connection: 0 bytes read",
                "Cannot get difference since the account is likely misusing the session: database is locked",
            })
    void a_warning_of_a_runtime_or_one_without_logging_set_up_is_a_warning(String line) {
        assertThat(CutFile.line(line).level()).isEqualTo(LogLevel.WARNING);
        assertThat(CutFile.line(line).message()).isEqualTo(line);
    }

    @Test
    void a_record_with_a_traceback_is_at_least_an_error() {
        String traceback = "\nTraceback (most recent call last):\n  File \"x.py\", line 1\nValueError: x";

        assertThat(CutFile.line("WARNING:root:lost" + traceback).level()).isEqualTo(LogLevel.ERROR);
        assertThat(CutFile.line("CRITICAL:root:lost" + traceback).level()).isEqualTo(LogLevel.CRITICAL);
        assertThat(CutFile.line("WARNING:root:lost" + traceback).message()).isEqualTo("lost" + traceback);
    }

    @Test
    void a_java_stack_trace_keeps_the_level_that_the_worker_gave() {
        Parsed entry = CutFile.line(
                "2026-11-24 10:15:30,386 [main] WARN  a.B - lost\njava.io.IOException: x\n\tat a.B.c(B.java:1)\n");

        assertThat(entry.level()).isEqualTo(LogLevel.WARNING);
        assertThat(entry.message()).isEqualTo("lost\njava.io.IOException: x\n\tat a.B.c(B.java:1)");
    }

    @Test
    void a_time_without_level_and_a_trace_is_an_error() {
        assertThat(CutFile.line("2026/11/24 10:15:30 http: panic serving x\ngoroutine 7 [running]:\n")
                        .level())
                .isEqualTo(LogLevel.ERROR);
    }

    @Test
    void java_util_logging_writes_a_record_in_two_lines() {
        Parsed entry = CutFile.line("Nov 24, 2026 10:15:30 AM com.example.Foo bar\nSEVERE: lost\n");

        assertThat(entry)
                .isEqualTo(new Parsed(
                        LogLevel.ERROR,
                        Instant.parse("2026-11-24T10:15:30Z"),
                        false,
                        Optional.of("com.example.Foo bar"),
                        "lost",
                        Parsed.Form.LEVELLED));
    }

    @Test
    void an_entry_that_goes_on_within_a_line_has_level_and_time_of_its_begin() {
        Before before = new Before(CutFile.BIRTH, LogLevel.WARNING, true, ZoneOffset.UTC, Optional.empty());

        Parsed entry = CutFile.line("2020-01-01 00:00:00 ERROR x", before);

        assertThat(entry)
                .isEqualTo(new Parsed(
                        LogLevel.WARNING,
                        CutFile.BIRTH,
                        true,
                        Optional.empty(),
                        "2020-01-01 00:00:00 ERROR x",
                        Parsed.Form.PLAIN));
    }

    @Test
    void indented_lines_behind_a_forced_end_have_the_level_before_them() {
        Before before = new Before(CutFile.BIRTH, LogLevel.WARNING, false, ZoneOffset.UTC, Optional.empty());

        assertThat(CutFile.line("   \"a\": 1\n}\n", before).level()).isEqualTo(LogLevel.WARNING);
        assertThat(CutFile.line("    raise X()\nX: gone\n", before).level()).isEqualTo(LogLevel.WARNING);
        assertThat(CutFile.line("  File \"x.py\", line 2\n", before).level()).isEqualTo(LogLevel.ERROR);
    }

    @Test
    void colours_are_taken_out() {
        Parsed entry = CutFile.line(
                "\u001b[2m2026-11-24T10:15:30Z\u001b[0m \u001b[32m INFO\u001b[0m \u001b[2ma::b\u001b[0m\u001b[2m:\u001b[0m so \u001b]8;;http://x\u0007link\u001b]8;;\u001b\\ \u001b[1mgood\u001b[0m");

        assertThat(entry.level()).isEqualTo(LogLevel.INFO);
        assertThat(entry.timestamp()).isEqualTo("2026-11-24T10:15:30Z");
        assertThat(entry.logger()).contains("a::b");
        assertThat(entry.message()).isEqualTo("so link good");
    }

    @Test
    void what_a_store_may_refuse_is_replaced() {
        byte[] line = {'a', 0, 'b', (byte) 0xff, 'c', (byte) 0xe2, (byte) 0x82, '\r', '\n'};

        assertThat(EntryParser.parse(line, 0, line.length, CutFile.FIRST).message())
                .isEqualTo("a\ufffdb\ufffdc\ufffd");
        assertThat(CutFile.line("{\"level\":30,\"msg\":\"a\\u0000b\\ud83dc\\ud83d\\udc4d\"}")
                        .message())
                .isEqualTo("a\ufffdb\ufffdc👍");
    }

    @Test
    void line_ends_are_unified_and_those_at_the_end_dropped() {
        assertThat(CutFile.line("a\r\n  b\r\n\r\n \n").message()).isEqualTo("a\n  b");
        assertThat(CutFile.line("\n\r\n").message()).isEmpty();
        assertThat(CutFile.line("10%\r20%\r\n").message()).isEqualTo("10%\r20%");
        assertThat(CutFile.line("INFO:a:\n").message()).isEmpty();
    }

    @Test
    void an_inferred_time_is_that_before_but_not_later_than_the_end() {
        Instant end = CutFile.BIRTH.minusSeconds(1);
        Before before = new Before(CutFile.BIRTH, LogLevel.INFO, false, ZoneOffset.UTC, Optional.of(end));

        assertThat(CutFile.line("raw").timestamp()).isEqualTo(CutFile.BIRTH);
        assertThat(CutFile.line("raw", before).timestamp()).isEqualTo(end);
        assertThat(CutFile.line("raw", before).inferred()).isTrue();
    }

    @Test
    void the_same_bytes_behind_the_same_entry_read_the_same() {
        byte[] around = CutFile.bytes("xx2026-11-24 10:15:30 ERROR a\nyy");

        Parsed entry = EntryParser.parse(around, 2, around.length - 2, CutFile.FIRST);

        assertThat(entry).isEqualTo(CutFile.line("2026-11-24 10:15:30 ERROR a\n"));
        assertThat(entry).isEqualTo(EntryParser.parse(around, 2, around.length - 2, CutFile.FIRST));
    }
}
