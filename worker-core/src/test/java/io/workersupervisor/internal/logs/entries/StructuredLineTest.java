package io.workersupervisor.internal.logs.entries;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogLevel;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 6: lines of JSON and of key=value, of which nothing is lost. */
class StructuredLineTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            {"level":30,"time":1795515330000,"pid":7,"hostname":"vm","name":"w","msg":"sent","to":7} ~ INFO ~ w ~ sent {"to":7}
            {"level":10,"time":1795515330000,"msg":"x"} ~ DEBUG ~ ~ x
            {"level":40,"time":1795515330000,"msg":"x"} ~ WARNING ~ ~ x
            {"level":50,"time":1795515330000,"msg":"x"} ~ ERROR ~ ~ x
            {"level":60,"time":1795515330000,"msg":"x"} ~ CRITICAL ~ ~ x
            {"event": "Worker starting", "logger": "worker.7", "level": "info", "timestamp": "2026-11-24T10:15:30Z"} ~ INFO ~ worker.7 ~ Worker starting
            {"time":"2026-11-24T10:15:30Z","level":"INFO","msg":"delivered","message":4000} ~ INFO ~ ~ delivered {"message":4000}
            {"level":"error","ts":1795515330,"caller":"a.go:1","msg":"x"} ~ ERROR ~ ~ x {"caller":"a.go:1"}
            {"level":"warn","ts":1.79551533E9,"msg":"x"} ~ WARNING ~ ~ x
            {"@timestamp":"2026-11-24T10:15:30Z","@version":"1","message":"x","logger_name":"a.B","level":"WARN"} ~ WARNING ~ a.B ~ x {"@version":"1"}
            {"instant":{"epochSecond":1795515330,"nanoOfSecond":0},"level":"FATAL","loggerName":"a.B","message":"x"} ~ CRITICAL ~ a.B ~ x
            {"severity":"NOTICE","time":"2026-11-24T10:15:30Z","message":"x"} ~ INFO ~ ~ x
            {"t":{"$date":"2026-11-24T10:15:30Z"},"s":"E","c":"NETWORK","msg":"x"} ~ ERROR ~ ~ x {"c":"NETWORK"}
            {"log":"x","stream":"stderr","time":"2026-11-24T10:15:30Z"} ~ INFO ~ ~ x {"stream":"stderr"}
            {"level":3,"timestamp":1795515330,"short_message":"x"} ~ ERROR ~ ~ x
            {"level":"info","time":"2026-11-24T10:15:30Z"} ~ INFO ~ ~ ``
            {"level":"info","time":"2026-11-24T10:15:30Z","msg":{"a":[1,{}]}} ~ INFO ~ ~ {"msg":{"a":[1,{}]}}
            {"level":"info","time":"2026-11-24T10:15:30Z","msg":"x","id":123456789012345678901234567890,"f":1.10} ~ INFO ~ ~ x {"id":123456789012345678901234567890,"f":1.10}
            {"level":"odd","time":"2026-11-24T10:15:30Z","msg":"x"} ~ INFO ~ ~ x {"level":"odd"}
            {"level":"info","time":"2026-11-24T10:15:30Z","msg":"x","level":"error"} ~ INFO ~ ~ x {"level":"error"}
            {"level":"info","time":"2026-11-24T10:15:30Z","msg":"a\\"b\\\\c\\u00e4\\/"} ~ INFO ~ ~ a"b\\cä/
            time=2026-11-24T10:15:30Z level=WARN msg="a \\"b\\"" panic="x y" n=1 ~ WARNING ~ ~ a "b" panic="x y" n=1
            ts=2026-11-24T10:15:30Z lvl=odd logger=db msg=lost word ~ INFO ~ db ~ lost lvl=odd word
            """)
    void fields_are_found_and_those_left_stay_as_they_stood(
            String line, LogLevel level, String logger, String message) {
        Parsed entry = CutFile.line(line.replace("\\\\", "\\"));

        assertThat(entry.level()).isEqualTo(level);
        assertThat(entry.timestamp()).isEqualTo("2026-11-24T10:15:30Z");
        assertThat(entry.inferred()).isFalse();
        assertThat(entry.logger()).isEqualTo(Optional.ofNullable(logger));
        assertThat(entry.message()).isEqualTo(message.replace("\\\\", "\\"));
    }

    @Test
    void stacks_stand_at_the_end_of_the_message() {
        assertThat(CutFile.line(
                                "{\"level\":50,\"err\":{\"type\":\"Error\",\"stack\":\"Error: x\\n    at f\\n\"},\"msg\":\"lost\"}")
                        .message())
                .isEqualTo("lost {\"err\":{\"type\":\"Error\"}}\nError: x\n    at f");
        assertThat(CutFile.line(
                                "{\"level\":\"error\",\"event\":\"lost\",\"exception\":\"Traceback (most recent call last):\\nX: y\"}")
                        .message())
                .isEqualTo("lost\nTraceback (most recent call last):\nX: y");
        assertThat(CutFile.line("{\"level\":\"error\",\"err\":{\"stack\":\"s\"},\"exc_info\":true}")
                        .message())
                .isEqualTo("{\"exc_info\":true}\ns");
        assertThat(CutFile.line("level=error msg=lost stack=\"a\\nb\"").message())
                .isEqualTo("lost\na\nb");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"update_id\":1,\"date\":1795515330,\"message\":{\"text\":\"x\"}}",
                "{\"message\":\"x\"}",
                "{\"level\":\"info\",\"msg\":\"x\"}}",
                "{\"level\":\"info\",\"msg\":\"x\",}",
                "{\"level\":\"info\" \"msg\":\"x\"}",
                "{\"level\":\"info\",\"msg\":}",
                "{\"level\":\"info\",\"msg\":[1,}",
                "{\"level\":\"info\",\"msg\":{\"a\"}}",
                "{\"level\":\"info\",\"msg\":[[[}",
                "{\"level\":\"info\",\"msg\":\"x}",
                "{}",
                "time=money is true",
            })
    void what_only_looks_like_one_is_raw_text(String line) {
        assertThat(CutFile.line(line))
                .isEqualTo(new Parsed(LogLevel.INFO, CutFile.BIRTH, true, Optional.empty(), line, Parsed.Form.PLAIN));
    }

    @Test
    void lines_behind_it_stay_in_the_message() {
        assertThat(CutFile.line("{\"level\":30,\"msg\":\"x\"}\n  more\n").message())
                .isEqualTo("x\n  more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "\"\\", "{\"a\":1,", "[1,", "a=\"", "a=\"\\\" ", "\\\"", ","})
    void no_line_takes_more_than_linear_time_or_the_stack(String piece) {
        String json = "{\"level\":30,\"msg\":\"x\",\"a\":" + piece.repeat(65_000 / piece.length()) + "}";
        String logfmt = "level=info msg=x " + piece.repeat(65_000 / piece.length());

        long begin = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertThat(CutFile.line(json).message()).isNotEmpty();
            assertThat(CutFile.line(logfmt).message()).isNotEmpty();
        }

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void deep_json_is_read() {
        String deep = "[".repeat(30_000) + "]".repeat(30_000);

        assertThat(CutFile.line("{\"level\":50,\"msg\":\"x\",\"a\":" + deep + "}"))
                .isEqualTo(new Parsed(
                        LogLevel.ERROR,
                        CutFile.BIRTH,
                        true,
                        Optional.empty(),
                        "x {\"a\":" + deep + "}",
                        Parsed.Form.LEVELLED));
    }
}
