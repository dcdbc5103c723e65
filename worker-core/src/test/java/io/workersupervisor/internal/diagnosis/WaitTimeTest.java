package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a service asks to wait, in its own words. */
class WaitTimeTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:15:30Z");

    private static Optional<Duration> wait(String line) {
        return WaitTime.in(line, NOW);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            retry after 37 ~ PT37S
            Retry-After: 120 ~ PT2M
            FLOOD_WAIT_37 ~ PT37S
            A wait of 4711 seconds is required ~ PT4711S
            wait of 5 minutes ~ PT5M
            Please wait for 1 hour and 5 minutes ~ PT1H5M
            try again in 2m30s ~ PT2M30S
            The request will be retried in 30 minutes, at 18:04. ~ PT30M
            "retry_after_ms": 2300 ~ PT3S
            {'retry_after': 3.5} ~ PT4S
            retryAfterSeconds=10 ~ PT10S
            must wait 0:01:30 ~ PT1M30S
            Too many requests. Remaining: 90 s ~ PT1M30S
            rate limit exceeded (15 min) ~ PT15M
            retry after 3, the last 5 minutes had 90 requests ~ PT3S
            5 seconds since the last request, retry_after: 37 ~ PT37S
            quota of 100 per 60 seconds exceeded, retry in 12 s ~ PT12S
            Retry-After: Tue, 24 Nov 2026 10:16:00 GMT ~ PT30S
            banned until 2026-11-24T10:20:30Z ~ PT5M
            banned until 2026-11-24 10:20:30 ~ PT5M
            banned until 2026-11-24T12:20:30+02:00 ~ PT5M
            banned until 1795515390000 ~ PT1M
            rate limit resets at 1795515390 ~ PT1M
            """)
    void a_wait_is_read(String line, Duration wait) {
        assertThat(wait(line)).contains(wait);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no time at all, wait",
                "limit 'Read requests per user per 100 seconds' exceeded",
                "limit 'USER-100s' exceeded",
                "10 requests within the last 60 minutes, slow down",
                "at 10:15:30 the limit was reached",
                "retry after 2020-01-01T00:00:00Z",
                "retry 3 of 5, the limit is reached",
                "wait 3 times",
                "wait 999999999 days",
                "took 5 seconds"
            })
    void what_is_no_wait_is_none(String line) {
        assertThat(wait(line)).isEmpty();
    }
}
