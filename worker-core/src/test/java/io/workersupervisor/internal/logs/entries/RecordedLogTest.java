package io.workersupervisor.internal.logs.entries;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P5 and section 6, on excerpts of what workers of many libraries and runtimes wrote until they died. */
class RecordedLogTest {
    /** The levels by their first letters, a tilde behind those of an inferred time; then the first time and logger. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            go-concurrent-map-writes, IIIIE~, 2026-11-23T23:31:37.140549219Z,
            go-logrus-fatal, IIIC, 2026-11-23T23:31:36Z,
            go-nil-panic-slog, IIIIIIIIIIWIIIE~, 2026-11-23T23:31:36.136Z,
            jvm-oom-main, IIIIE~, 2026-11-23T23:31:19.931Z, JvmWorker
            jvm-sigsegv-hs-err, IIIIE~, 2026-11-23T23:33:45.548Z, JvmWorker
            jvm-thread-exception-then-completed, IIWE~IIEIII, 2026-11-23T23:31:29.448Z, JvmWorker
            jvm-uncaught-main-caused-by, IIIIE~, 2026-11-23T23:31:25.609Z, JvmWorker
            node-econnrefused, IIIIE~, 2026-11-23T23:31:11.874Z, worker-5512
            node-error-with-cause, IIIIE~, 2026-11-23T23:31:10.998Z, worker-5512
            node-heap-out-of-memory, IIIIE~, 2026-11-23T23:31:13.126Z, worker-5512
            node-unhandled-rejection-error, IIIIIIIWIIIE~, 2026-11-23T23:31:08.618Z,
            python-chained-direct-cause-refused, IIIIIE~, 2026-11-23T23:30:55.099Z, mailworker
            python-exception-group, IIIIE~, 2026-11-23T23:28:14.163Z, mailworker
            python-module-not-found, I~I~I~I~E~, 2026-11-24T08:00:00Z, mailworker
            python-segv-faulthandler, IIIE~, 2026-11-23T23:28:04.549Z, mailworker
            python-sysexit-text, I~I~I~I~I~I~, 2026-11-24T08:00:00Z,
            python-traceback-cut-by-sigkill, IIIIIIE~, 2026-11-23T23:49:16.558Z, mailworker
            rust-panic-expect, IIIIE~, 2026-11-23T23:31:37Z, mail_worker
            telethon-auth-key-duplicated, IIIIIE~, 2026-11-23T23:26:04.069Z, worker.7001901
            telethon-auth-key-unregistered-structlog, IIIIE~, 2026-11-23T23:26:21.237094Z, worker.7001906
            telethon-copy-eacces, IIE, 2026-11-23T23:30:51.339Z, worker.7001921:main:35
            telethon-handler-keyerror-then-sigterm, IIIEIIIIIIIIII, 2026-11-23T23:26:53.522Z, worker.7001914
            telethon-login-eof, DIDDDE~, 2026-11-23T23:30:25.071Z, asyncio
            telethon-reconnect-failed, IIIWIEIIE~, 2026-11-23T23:26:34.265Z, worker.7001912
            """)
    void entries_levels_and_times_are_those_a_person_would_read(String name, String levels, Instant time, String logger)
            throws IOException {
        byte[] file = file(name);

        List<Parsed> entries = CutFile.parsed(file);

        StringBuilder read = new StringBuilder();
        for (Parsed entry : entries) {
            read.append(entry.level().name().charAt(0)).append(entry.inferred() ? "~" : "");
        }
        assertThat(read).hasToString(levels);
        assertThat(entries.get(0).timestamp()).isEqualTo(time);
        assertThat(entries.get(0).logger().orElse(null)).isEqualTo(logger);
        assertThat(CutFile.parsed(file)).isEqualTo(entries);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            go-nil-panic-slog ~ panic: runtime error ~ main.go:28 +0x8e3
            jvm-uncaught-main-caused-by ~ Exception in thread "main" ~ ... 2 more
            jvm-sigsegv-hs-err ~ # ~ #
            node-econnrefused ~ node:events:502 ~ Node.js v20.20.2
            python-chained-direct-cause-refused ~ Traceback ~ could not deliver batch 77 of account 4410
            python-exception-group ~   + Exception Group Traceback ~ +------------------------------------
            python-segv-faulthandler ~ Fatal Python error: ~ >
            rust-panic-expect ~ thread 'main' (7633) panicked at ~ display a backtrace
            telethon-copy-eacces ~ Could not copy session ~ session.session'
            telethon-login-eof ~ Please enter your phone ~ EOFError: EOF when reading a line
            """)
    void the_last_entry_is_all_that_the_runtime_wrote_at_the_end(String name, String begin, String end)
            throws IOException {
        List<Parsed> entries = CutFile.parsed(file(name));

        String last = entries.get(entries.size() - 1).message();

        assertThat(last).startsWith(name.equals("python-exception-group") ? "  " + begin : begin);
        assertThat(last).endsWith(end);
    }

    @ParameterizedTest
    @CsvSource({
        "go-concurrent-map-writes",
        "go-logrus-fatal",
        "go-nil-panic-slog",
        "jvm-oom-main",
        "jvm-sigsegv-hs-err",
        "jvm-thread-exception-then-completed",
        "jvm-uncaught-main-caused-by",
        "node-econnrefused",
        "node-error-with-cause",
        "node-heap-out-of-memory",
        "node-unhandled-rejection-error",
        "python-chained-direct-cause-refused",
        "python-exception-group",
        "python-module-not-found",
        "python-segv-faulthandler",
        "python-sysexit-text",
        "python-traceback-cut-by-sigkill",
        "rust-panic-expect",
        "telethon-auth-key-duplicated",
        "telethon-auth-key-unregistered-structlog",
        "telethon-copy-eacces",
        "telethon-handler-keyerror-then-sigterm",
        "telethon-login-eof",
        "telethon-reconnect-failed"
    })
    void spans_cover_the_file_in_every_portioning(String name) throws IOException {
        byte[] file = file(name);
        Random random = new Random(7);

        List<EntryCutter.Span> whole = CutFile.spans(file);

        EntryCutterTest.assertCovers(file, whole);
        assertThat(CutFile.spans(file, random, 1)).isEqualTo(whole);
        assertThat(CutFile.spans(file, random, 7)).isEqualTo(whole);
        assertThat(CutFile.spans(file, random, 300)).isEqualTo(whole);
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = RecordedLogTest.class.getResourceAsStream("/workers/" + name + ".log")) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
