package io.workersupervisor.internal.logs.entries;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogLevel;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 6: the front of a line is read by its parts, whatever their order. */
class FormatsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            [24-Nov-26 10:15:30 - ERROR] - name - x ~ ERROR ~ name ~ x
            10:15:30.000 [Client ERROR] x ~ ERROR ~ Client ~ x
            10:15:30.000 [Client/Socket ERROR] Error reading ~ ERROR ~ Client/Socket ~ Error reading
            [2026-11-24 10:15:30,000] [CRITICAL@mau.init] x ~ CRITICAL ~ mau.init ~ x
            I 2026-11-24 10:15:30,000 name: x ~ INFO ~ name ~ x
            E 2026-11-24 10:15:30,000 name: x ~ ERROR ~ name ~ x
            2026-11-24-10:15:30:WARNING:name - x ~ WARNING ~ name ~ x
            [Thread-1/INFO, 2026-11-24 10:15:30,000] name:202: x ~ INFO ~ name:202 ~ x
            [10:15:30] [Server thread/ERROR]: x ~ ERROR ~ ~ x
            [1234:5678:1124/101530.000000:ERROR:file.cc(358)] x ~ ERROR ~ file.cc(358) ~ x
            1795515330.000 ERROR x ~ ERROR ~ ~ x
            1795515330 WARN x ~ WARNING ~ ~ x
            ERROR|2026-11-24 10:15:30|name|x ~ ERROR ~ ~ name|x
            ERROR 2026-11-24 10:15:30,000 [main] a.b.C: x ~ ERROR ~ a.b.C ~ x
            <2026-11-24 10:15:30> ERROR x ~ ERROR ~ ~ x
            24/11/2026 10:15:30 [ERROR] x ~ ERROR ~ ~ x
            26/11/24 10:15:30 ERROR a.Executor: x ~ ERROR ~ a.Executor ~ x
            11/24/26 10:15:30 ERROR x ~ ERROR ~ ~ x
            [error] 2026-11-24 10:15:30 x ~ ERROR ~ ~ x
            [10:15:30 ERROR]: [Plugin] x ~ ERROR ~ Plugin ~ x
            2026-11-24T10:15:30.000Z [worker-3] ERROR x ~ ERROR ~ ~ x
            [worker-3] 2026-11-24T10:15:30.000Z ERROR x ~ ERROR ~ ~ x
            2026-11-24 10:15:30,000 [pid 12] [name] [WARNING] x ~ WARNING ~ ~ x
            {"Timestamp":"2026-11-24T10:15:30Z","Level":"Error","MessageTemplate":"x","Properties":{"SourceContext":"a.B"}} ~ ERROR ~ ~ x {"Properties":{"SourceContext":"a.B"}}
            {"timestamp":"2026-11-24T10:15:30Z","level":"ERROR","fields":{"message":"x"},"target":"a::b"} ~ ERROR ~ a::b ~ x
            {"timestamp":"2026-11-24T10:15:30Z","level":"WARN","fields":{"message":"x","n":1},"target":"a::b"} ~ WARNING ~ a::b ~ x {"n":1}
            {"t":"2026-11-24T10:15:30Z","lvl":"eror","msg":"x"} ~ ERROR ~ ~ x
            t=2026-11-24T10:15:30Z lvl=eror msg="a b" k=v ~ ERROR ~ ~ a b k=v
            Nov 24 10:15:30 host worker[12]: x ~ INFO ~ worker[12] ~ x
            Nov 24 10:15:30 worker[12]: [ERROR] x ~ ERROR ~ worker[12] ~ x
            Nov 24 10:15:30 host worker[12]: {"level":"error","msg":"x"} ~ ERROR ~ worker[12] ~ x
            2026-11-24T10:15:30+00:00 app[web.1]: ERROR:a.b:x ~ ERROR ~ a.b ~ x
            2026-11-24T10:15:30+00:00 host worker[12]: [2026-11-24 10:15:30,000] [ERROR@a.b] x ~ ERROR ~ a.b ~ x
            """)
    void level_time_and_logger_are_found(String line, LogLevel level, String logger, String message) {
        Parsed entry = CutFile.line(line);

        assertThat(entry.level()).isEqualTo(level);
        assertThat(entry.timestamp()).isEqualTo("2026-11-24T10:15:30Z");
        assertThat(entry.inferred()).isFalse();
        assertThat(entry.logger()).isEqualTo(Optional.ofNullable(logger));
        assertThat(entry.message()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            worker-1  | 2026-11-24 10:15:30 ERROR x ~ ERROR ~ x
            0|index  | [ERROR] x ~ ERROR ~ x
            0|index  | just words ~ INFO ~ 0|index  | just words
            name | text | more ~ INFO ~ name | text | more
            """)
    void the_prefix_of_a_process_manager_hides_no_level(String line, LogLevel level, String message) {
        assertThat(CutFile.line(line).level()).isEqualTo(level);
        assertThat(CutFile.line(line).message()).isEqualTo(message);
    }

    private static final String TRACE = """
            Traceback (most recent call last):
              File "/srv/a.py", line 1, in <module>
                run()
            ValueError: no
            """;

    private static final String STACK = """
            TypeError: no
                at f (/srv/a.js:1:2)
                at g (/srv/a.js:3:4)
            """;

    @Test
    void a_traceback_behind_any_prefix_is_one_entry_without_it() {
        for (String prefix : List.of(
                "Nov 24 10:15:30 host worker[12]: ",
                "2026-11-24T10:15:30.063311+00:00 app[worker.1]: ",
                "worker-1  | ",
                "0|index  | ",
                "2026-11-24T10:15:30.063311Z ",
                "Nov 24 10:15:30 PM  ")) {
            for (String block : List.of(TRACE, STACK)) {
                String log = prefix + "ready\n" + block.replaceAll("(?m)^(?=.)", prefix) + prefix + "done\n";

                List<Parsed> entries = CutFile.parsed(CutFile.bytes(log));

                assertThat(entries).as(log).hasSize(3);
                assertThat(entries.get(1).level()).isEqualTo(LogLevel.ERROR);
                assertThat(entries.get(1).message().lines().findFirst())
                        .contains(block.lines().findFirst().orElseThrow());
            }
        }
    }

    /** Orders that nobody wrote down: each is read back. */
    @Test
    void random_orders_of_time_level_and_name_are_read() {
        Random random = new Random(16);
        List<String> misread = new ArrayList<>();
        int count = 4_000;
        for (int i = 0; i < count; i++) {
            LocalDateTime at = LocalDateTime.of(2026, 11, 24, 10, 15, 30).plusSeconds(random.nextInt(100_000));
            String level =
                    List.of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL").get(random.nextInt(5));
            String line = front(random, at, level) + "delivered 5 of 7";

            Parsed entry = CutFile.line(line);

            boolean isRead = entry.level() == LogLevel.valueOf(level)
                    && entry.timestamp().equals(at.toInstant(ZoneOffset.UTC))
                    && entry.message().endsWith("delivered 5 of 7");
            if (!isRead) {
                misread.add(line);
            }
        }
        System.out.printf("random formats: %d of %d misread%n", misread.size(), count);

        assertThat(misread).as("%s", misread.stream().limit(20).toList()).hasSizeLessThan(count / 50);
    }

    private static String front(Random random, LocalDateTime at, String level) {
        String pattern = List.of(
                        "yyyy-MM-dd HH:mm:ss,SSS",
                        "yyyy-MM-dd'T'HH:mm:ss'Z'",
                        "yyyy/MM/dd HH:mm:ss",
                        "dd-MMM-yy HH:mm:ss",
                        "dd/MMM/yyyy:HH:mm:ss",
                        "yyyy-MM-dd-HH:mm:ss",
                        "dd.MM.yyyy HH:mm:ss",
                        "MMM dd yyyy HH:mm:ss")
                .get(random.nextInt(8));
        List<String> parts =
                new ArrayList<>(List.of(at.format(DateTimeFormatter.ofPattern(pattern, Locale.ROOT)), level));
        if (random.nextBoolean()) {
            parts.add(
                    random.nextInt(3),
                    List.of("[main]", "[worker-3]", "[12345]", "(pool-1)").get(random.nextInt(4)));
        }
        if (random.nextBoolean()) {
            java.util.Collections.swap(parts, 0, 1);
        }
        String separator = List.of(" ", " - ", " | ", "  ", ": ").get(random.nextInt(5));
        int style = random.nextInt(3);
        StringBuilder front = new StringBuilder();
        if (style == 0) {
            return "["
                    + String.join(" ", parts)
                            .replace("[", "")
                            .replace("]", "")
                            .replace("(", "")
                            .replace(")", "") + "] ";
        }
        for (String part : parts) {
            boolean isBare = style == 1 || part.startsWith("[") || part.startsWith("(");
            front.append(isBare ? part : "[" + part + "]")
                    .append(separator.equals(": ") && style == 1 ? " " : separator);
        }
        return front.toString();
    }

    @Test
    void two_digits_of_a_year_are_of_the_time_that_is_near() {
        assertThat(CutFile.line("26/11/24 10:15:30 INFO x").timestamp())
                .isEqualTo(Instant.parse("2026-11-24T10:15:30Z"));
        assertThat(CutFile.line("12/12/12 ERROR").inferred()).isTrue();
    }
}
