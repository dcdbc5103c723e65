package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.text.Times;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Times are local with their offset for people, and in UTC in JSON. */
class TimesTest {
    /** A zone that no machine has by itself; its sign is the other way round. */
    private static final String ZONE = "<+0545>-5:45";

    private static final String LOCAL = "20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8}[.][0-9]{3} [+]05:45";
    private static final String UTC = "(?s).*[0-9]T[0-9:]{5,8}([.][0-9]+)?Z.*";

    private final Times times = new Times(ZoneId.of("Europe/Berlin"));
    private final Programs programs;

    TimesTest(@TempDir Path temporary) throws IOException {
        Path home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void a_time_has_milliseconds_and_the_offset_of_its_day() {
        assertThat(times.text(Instant.parse("2026-11-24T19:12:04.4429Z"))).isEqualTo("2026-11-24 20:12:04.442 +01:00");
        assertThat(times.text(Instant.parse("2026-07-01T00:00:00Z"))).isEqualTo("2026-07-01 02:00:00.000 +02:00");
        assertThat(new Times(ZoneOffset.UTC).text(Instant.EPOCH)).isEqualTo("1970-01-01 00:00:00.000 +00:00");
    }

    @Test
    void times_within_a_text_of_the_library_become_local_and_nothing_else_changes() {
        assertThat(times.local(
                        "stop at 2026-11-24T19:12:04.442Z, 2026-11-24T19:12:00Z; at 2026-99-24T19:12:04Z, x2026-11-24"
                                + "T19:12:04Z $1"))
                .isEqualTo("stop at 2026-11-24 20:12:04.442 +01:00, 2026-11-24 20:12:00.000 +01:00; at"
                        + " 2026-99-24T19:12:04Z, x2026-11-24T19:12:04Z $1");
    }

    @Test
    void every_command_shows_the_zone_of_its_environment() throws Exception {
        programs.environment("TZ", ZONE);
        Programs.Running host = programs.begin(WorkerConsole.class, "host");
        host.awaitPrinted("workers running");
        programs.console("start", "5", "--", "sh", "-c", "echo 'ERROR: at 2026-01-02T03:04:05Z'; exec sleep 300");
        host.awaitPrinted("adopted worker");
        await().until(() -> programs.console("logs", "5").out().contains("ERROR"));
        Programs.Ended again = programs.console("start", "5", "--", "sleep", "300");
        programs.console("stop", "5");
        Programs.Ended logs = programs.console("logs", "5");
        Programs.Ended end = programs.console("logs", "5", "--before-end");
        Programs.Ended why = programs.console("why", "5");
        programs.console("start", "6", "--start-grace", "0", "--", "sh", "-c", "echo at 2026-01-02T03:04:05Z; exit 3");
        await().until(() -> programs.console("why", "6").out().contains("exit code 3"));
        Programs.Ended words = programs.console("why", "6");
        Programs.Ended all = programs.console("why", "--all");
        host.process().destroy();
        Programs.Ended hosted = host.end();

        assertThat(again.err()).containsPattern("since " + LOCAL).doesNotMatch(UTC);
        assertThat(logs.out()).matches(LOCAL + "~ ERROR    5 at 2026-01-02T03:04:05Z\n");
        assertThat(end.err()).containsPattern("STOPPED_ON_REQUEST at " + LOCAL).doesNotMatch(UTC);
        assertThat(why.out())
                .containsPattern("\n\n" + LOCAL + "  Stopped on request")
                .containsPattern("evidence  stop was called at " + LOCAL)
                .containsPattern("Timeline\n  " + LOCAL + "  started");
        assertThat(why.out()).doesNotMatch(UTC);
        assertThat(words.out()).contains("log       at 2026-01-02T03:04:05Z");
        assertThat(all.out()).containsPattern("2 stops since " + LOCAL).doesNotMatch(UTC);
        assertThat(hosted.out().lines()).allSatisfy(line -> assertThat(line).matches(LOCAL + " (INFO|WARN) .*"));
    }

    @Test
    void json_has_utc_whatever_the_zone() throws Exception {
        programs.environment("TZ", ZONE);
        String started = programs.console("start", "5", "--create", "--json", "--", "sleep", "300")
                .out();
        String again =
                programs.console("start", "5", "--json", "--", "sleep", "300").out();
        programs.console("stop", "5");
        String why = programs.console("why", "5", "--json").out();

        for (String json : new String[] {started, again, why}) {
            assertThat(json).containsPattern("T[0-9:]{8}[.][0-9]+Z\"").doesNotContain("+05:45");
        }
    }

    @Test
    void a_time_that_was_printed_can_be_asked_for() throws Exception {
        programs.environment("TZ", ZONE);
        programs.console("start", "5", "--create", "--", "sh", "-c", "echo one; sleep 0.2; echo two; exec sleep 300");
        await().until(() -> programs.console("logs", "5").out().contains("two"));
        String printed = programs.console("logs", "5").out().substring(0, 30);

        assertThat(programs.console("logs", "5", "--since", printed).out()).contains("one", "two");
        assertThat(programs.console("logs", "5", "--until", "2026-01-01").out()).isEmpty();
    }
}
