package io.workersupervisor.examples.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
    @Test
    void columns_are_as_wide_as_their_widest_cell() {
        assertThat(Table.align(List.of(List.of("A", "BB", "C"), List.of("aaa", "b", "c c"))))
                .isEqualTo("A    BB  C\naaa  b   c c");
    }

    @ParameterizedTest
    @CsvSource({"-5, 0s", "59, 59s", "60, 1m00s", "3599, 59m59s", "3600, 1h00m", "86399, 23h59m", "93600, 1d02h"})
    void times_have_two_units_at_most(long seconds, String text) {
        assertThat(Table.time(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
