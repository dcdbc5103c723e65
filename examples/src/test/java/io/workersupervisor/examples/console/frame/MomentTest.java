package io.workersupervisor.examples.console.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "90s, 2026-11-24T11:58:30Z",
        "30m, 2026-11-24T11:30:00Z",
        "24h, 2026-11-23T12:00:00Z",
        "7d, 2026-11-17T12:00:00Z",
        "2026-11-24T10:15:00Z, 2026-11-24T10:15:00Z",
        "2026-11-24T10:15:00.123+02:00, 2026-11-24T08:15:00.123Z",
        "2026-11-24T10:15, 2026-11-24T09:15:00Z",
        "2026-11-24 10:15:01, 2026-11-24T09:15:01Z",
        "2026-11-24 10:15:01.442 +02:00, 2026-11-24T08:15:01.442Z",
        "2026-11-24, 2026-11-23T23:00:00Z"
    })
    void a_time_is_given_as_such_or_by_how_long_ago_it_was(String text, Instant moment) {
        assertThat(Moment.of(text, ZoneOffset.ofHours(1)).map(time -> time.at(NOW)))
                .contains(moment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "24", "0h", "-1h", "1w", "1h30m", "2026-13-01", "10:15", "9999999d"})
    void anything_else_is_no_time(String text) {
        assertThat(Moment.of(text, ZoneOffset.UTC)).isEmpty();
    }

    @Test
    void the_longest_span_is_one() {
        assertThat(Moment.of("999999d", ZoneOffset.UTC).map(time -> time.at(NOW)))
                .contains(NOW.minus(Duration.ofDays(999_999)));
    }
}
