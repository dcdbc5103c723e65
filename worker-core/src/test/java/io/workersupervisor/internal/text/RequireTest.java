package io.workersupervisor.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequireTest {
    @Test
    @SuppressWarnings("NullAway")
    void the_first_null_is_refused_by_its_name() {
        Require.noneNull("a b c", 1, 2, 3);

        assertThatNullPointerException()
                .isThrownBy(() -> Require.noneNull("a b c", 1, null, null))
                .withMessage("b");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 5, 'most must be between 1 and 5, was 0'",
        "6, 5, 'most must be between 1 and 5, was 6'",
        "0, 9223372036854775807, 'most must be at least 1, was 0'"
    })
    void a_number_out_of_bounds_is_refused_by_name_value_and_bound(long value, long most, String message) {
        assertThat(Require.between("most", most, 1, most)).isEqualTo(most);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Require.between("most", value, 1, most))
                .withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "abcde"})
    void a_text_that_is_blank_or_too_long_is_refused_by_name_value_and_bound(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Require.notBlank("version", value, 4))
                .withMessage("version must have 1 to 4 characters, was " + Text.quoted(value));
    }

    @Test
    void a_text_within_its_bound_is_given_back() {
        assertThat(Require.notBlank("version", "abcd", 4)).isEqualTo("abcd");
    }

    @Test
    void a_duration_out_of_bounds_is_refused_by_name_value_and_bound() {
        Duration least = Duration.ofSeconds(1);
        Duration most = Duration.ofSeconds(5);

        assertThat(Require.between("every", least, least, most)).isEqualTo(least);
        assertThat(Require.between("every", most, least, most)).isEqualTo(most);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Require.between("every", Duration.ofMillis(5_500), least, most))
                .withMessage("every must be between 1 s and 5 s, was 5.5 s");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Require.between("every", Duration.ofMillis(999), least, most))
                .withMessage("every must be between 1 s and 5 s, was 999 ms");
    }
}
