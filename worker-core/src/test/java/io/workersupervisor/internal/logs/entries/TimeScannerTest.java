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

/** Section 6: the time of an entry, in all its spellings. */
class TimeScannerTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            2026-11-24 10:15:30,123 x ~ 2026-11-24T10:15:30.123Z
            2026-11-24 10:15:30.123456 x ~ 2026-11-24T10:15:30.123456Z
            2026-11-24T10:15:30Z x ~ 2026-11-24T10:15:30Z
            2026-11-24T10:15:30.5+02:00 x ~ 2026-11-24T08:15:30.5Z
            2026-11-24T10:15:30+0200 x ~ 2026-11-24T08:15:30Z
            2026-11-24T10:15:30-03 x ~ 2026-11-24T13:15:30Z
            2026-11-24 10:15:30 +0200 x ~ 2026-11-24T08:15:30Z
            2026-11-24 10:15:30 UTC x ~ 2026-11-24T10:15:30Z
            2026-11-24 10:15:30 -10 items ~ 2026-11-24T10:15:30Z
            2026-11-24 10:15:30.1234567891234 x ~ 2026-11-24T10:15:30.123456789Z
            2026-11-24 10:15 x ~ 2026-11-24T10:15:00Z
            2026-1-2 3:04:05 x ~ 2026-01-02T03:04:05Z
            2026/11/24 10:15:30 x ~ 2026-11-24T10:15:30Z
            2026.11.24 10:15:30 x ~ 2026-11-24T10:15:30Z
            20261124T101530Z x ~ 2026-11-24T10:15:30Z
            20261124 10:15:30 x ~ 2026-11-24T10:15:30Z
            24/Nov/2026:10:15:30 +0100 x ~ 2026-11-24T09:15:30Z
            24 Nov 2026 10:15:30 x ~ 2026-11-24T10:15:30Z
            24-Nov-2026 10:15:30.123 x ~ 2026-11-24T10:15:30.123Z
            24.11.2026 10:15:30 x ~ 2026-11-24T10:15:30Z
            03.04.2026 10:15:30 x ~ 2026-04-03T10:15:30Z
            11/24/2026 10:15:30 x ~ 2026-11-24T10:15:30Z
            24/11/2026 10:15:30 x ~ 2026-11-24T10:15:30Z
            11/24/2026, 1:15:30 PM x ~ 2026-11-24T13:15:30Z
            11/24/2026, 12:15:30 AM x ~ 2026-11-24T00:15:30Z
            04/04/2026 10:15:30 x ~ 2026-04-04T10:15:30Z
            Nov 24 10:15:30 x ~ 2026-11-24T10:15:30Z
            Nov  4 10:15:30 x ~ 2026-11-04T10:15:30Z
            Nov 24, 2026 10:15:30 AM x ~ 2026-11-24T10:15:30Z
            Tue Nov 24 10:15:30 2026 x ~ 2026-11-24T10:15:30Z
            Tue Nov 24 10:15:30 UTC 2026 x ~ 2026-11-24T10:15:30Z
            Tue, 24 Nov 2026 10:15:30 GMT x ~ 2026-11-24T10:15:30Z
            Tue, 24 Nov 2026 10:15:30 -0500 x ~ 2026-11-24T15:15:30Z
            11-24 10:15:30.123 x ~ 2026-11-24T10:15:30.123Z
            10:15:30.123 x ~ 2026-11-24T10:15:30.123Z
            10:15:30 x ~ 2026-11-24T10:15:30Z
            [10:15:30] x ~ 2026-11-24T10:15:30Z
            [1795515330] x ~ 2026-11-24T10:15:30Z
            [1795515330.25] x ~ 2026-11-24T10:15:30.25Z
            [1795515330123] x ~ 2026-11-24T10:15:30.123Z
            2026-12-31 23:59:60 x ~ 2027-01-01T00:00:00Z
            2024-02-29 10:15:30 x ~ 2024-02-29T10:15:30Z
            """)
    void a_time_is_read_in_each_spelling(String line, Instant time) {
        Parsed entry = CutFile.line(line);

        assertThat(entry.timestamp()).isEqualTo(time);
        assertThat(entry.inferred()).isFalse();
        assertThat(entry.message()).isEqualTo(line.substring(line.lastIndexOf(line.endsWith("items") ? '-' : 'x')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-13-24 10:15:30 ERROR x",
                "2026-02-30 10:15:30 ERROR x",
                "2026-11-24 25:15:30 ERROR x",
                "2026-11-24 10:60:30 ERROR x",
                "Nov 31 10:15:30 ERROR x",
                "Feb 30 10:15:30 ERROR x",
                "0001-01-01 10:15:30 ERROR x",
                "9999-12-31 10:15:30 ERROR x",
                "99:99:99 ERROR x",
            })
    void a_time_that_never_was_is_inferred_and_stays_in_the_message(String line) {
        assertThat(CutFile.line(line))
                .isEqualTo(
                        new Parsed(LogLevel.ERROR, CutFile.BIRTH, true, Optional.empty(), line, Parsed.Form.LEVELLED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "03/04/2026 10:15:30 x",
                "2026-11-24 x",
                "10:15 x",
                "1:15:30 x",
                "10:15:30x",
                "2026-11-24T10:15:30abc",
                "0000-01-01 10:15:30 x",
                "1795515330 x",
                "[12345] x",
                "May 5 apples",
                "Nov 24",
                "12/13 x",
                "1.2.3.4 x",
                "192.168.1.1:80 x",
                "2026",
                "[179551533012345678901234567890] x",
            })
    void what_is_no_time_or_not_clearly_one_is_inferred(String line) {
        assertThat(CutFile.line(line))
                .isEqualTo(new Parsed(LogLevel.INFO, CutFile.BIRTH, true, Optional.empty(), line, Parsed.Form.PLAIN));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-24T08:00:00Z, Dec 31 23:59:59, 2026-12-31T23:59:59Z",
        "2027-01-01T00:00:05Z, Dec 31 23:59:59, 2026-12-31T23:59:59Z",
        "2026-12-31T23:59:59Z, Jan  1 00:00:01, 2027-01-01T00:00:01Z",
        "2026-01-10T00:00:00Z, Feb 29 10:00:00, 2024-02-29T10:00:00Z",
        "2027-06-01T00:00:00Z, Feb 29 10:00:00, 2028-02-29T10:00:00Z",
        "2026-11-24T23:59:59Z, 00:00:01, 2026-11-25T00:00:01Z",
        "2026-11-25T00:00:01Z, 23:59:59.5, 2026-11-24T23:59:59.5Z",
        "2026-11-24T10:00:00Z, 10:00:00, 2026-11-24T10:00:00Z",
        "2026-11-24T00:00:00Z, 12:00:00, 2026-11-24T12:00:00Z",
    })
    void a_time_without_year_or_date_is_the_one_nearest_to_the_entry_before(Instant before, String time, Instant read) {
        assertThat(CutFile.line(time + " x", CutFile.in("UTC", before.toString()))
                        .timestamp())
                .isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-07-01 10:15:30, 2026-07-01T08:15:30Z",
        "2026-12-01 10:15:30, 2026-12-01T09:15:30Z",
        "2026-12-01 10:15:30Z, 2026-12-01T10:15:30Z",
    })
    void a_time_without_zone_is_of_the_hosts_zone(String time, Instant read) {
        assertThat(CutFile.line(time + " x", CutFile.in("Europe/Berlin", "2026-06-01T00:00:00Z"))
                        .timestamp())
                .isEqualTo(read);
    }

    @Test
    void a_time_that_the_zone_skips_is_an_hour_later() {
        Before before = CutFile.in("Europe/Berlin", "2026-03-29T00:59:59Z");

        assertThat(CutFile.line("2026-03-29 02:30:00 x", before).timestamp()).isEqualTo("2026-03-29T01:30:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-10-24T12:00:00Z, 2026-10-25T00:30:00Z",
        "2026-10-25T00:29:00Z, 2026-10-25T00:30:00Z",
        "2026-10-25T00:30:30Z, 2026-10-25T00:30:00Z",
        "2026-10-25T00:59:59Z, 2026-10-25T01:30:00Z",
        "2026-10-25T01:29:59Z, 2026-10-25T01:30:00Z",
        "2026-10-25T03:00:00Z, 2026-10-25T01:30:00Z",
    })
    void a_time_that_comes_twice_is_the_first_unless_that_is_long_before_the_entry_before(
            Instant before, Instant read) {
        assertThat(CutFile.line("2026-10-25 02:30:00 x", CutFile.in("Europe/Berlin", before.toString()))
                        .timestamp())
                .isEqualTo(read);
    }

    @Test
    void a_time_that_the_line_gives_counts_even_behind_the_end() {
        Before before = new Before(CutFile.BIRTH, LogLevel.INFO, false, ZoneOffset.UTC, Optional.of(CutFile.BIRTH));

        assertThat(CutFile.line("2026-11-24 10:15:30 x", before).timestamp()).isEqualTo("2026-11-24T10:15:30Z");
    }

    @Test
    void an_entry_before_of_the_farthest_past_or_future_is_borne() {
        for (Instant edge : new Instant[] {Instant.MIN, Instant.MAX, Instant.EPOCH}) {
            Before before = new Before(edge, LogLevel.INFO, false, ZoneOffset.UTC, Optional.empty());

            assertThat(CutFile.line("Nov 24 10:15:30 x", before)).isNotNull();
            assertThat(CutFile.line("10:15:30 x", before)).isNotNull();
            assertThat(CutFile.line("2026-11-24 10:15:30 x", before).timestamp())
                    .isEqualTo("2026-11-24T10:15:30Z");
        }
    }
}
