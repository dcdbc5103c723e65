package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.AccountId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    @Test
    void options_may_stand_anywhere_before_the_command_of_the_worker() {
        Arguments arguments = parse("--json start --stop-grace 2.5 -5 --data=d -- sh --json -c x");

        assertThat(arguments.command()).isEqualTo(Command.START);
        assertThat(arguments.account()).isEqualTo(AccountId.of(-5));
        assertThat(arguments.has(Option.JSON)).isTrue();
        assertThat(arguments.seconds(Option.STOP_GRACE)).contains(Duration.ofMillis(2_500));
        assertThat(arguments.data()).isEqualTo(Path.of("d").toAbsolutePath());
        assertThat(arguments.workerCommand()).containsExactly("sh", "--json", "-c", "x");
    }

    @Test
    void the_data_directory_is_data_by_default() {
        assertThat(parse("ps").data()).isEqualTo(Path.of("data").toAbsolutePath());
    }

    @ParameterizedTest
    @CsvSource({
        "frob, unknown command",
        "ps --frob, unknown option --frob",
        "-x ps, unknown option -x",
        "ps --data, --data needs a value",
        "ps --data=, --data needs a value",
        "ps --json=1, --json takes no value",
        "ps --last 1, ps takes no --last",
        "why, why needs an account",
        "why 5 6, does not take",
        "why .x, account must be",
        "start 5 sleep 3, command after --",
        "start 5 --, command after --",
        "stop 5 -- x, nothing after --"
    })
    void what_cannot_be_meant_is_refused(String words, String says) {
        assertThatThrownBy(() -> parse(words))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(says);
    }

    @Test
    void an_account_of_blanks_is_shown_as_it_was_given() {
        assertThatThrownBy(() -> Arguments.parse(List.of("start", " ", "--", "x")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("was \" \"");
    }

    @Test
    void a_word_that_the_locale_could_not_decode_is_refused_by_its_number() {
        assertThatThrownBy(() -> Arguments.parse(List.of("start", "5", "--", "echo", "gr\ufffd\ufffd")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("argument 5")
                .hasMessageContaining("LC_ALL=C.UTF-8");
    }

    @ParameterizedTest
    @CsvSource({"-1", "1e3", "1.2345", "soon"})
    void seconds_are_plain_numbers(String value) {
        Arguments arguments = parse("start 5 --start-grace " + value + " -- x");

        assertThatThrownBy(() -> arguments.seconds(Option.START_GRACE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--start-grace must be seconds");
    }

    private static Arguments parse(String words) {
        return Arguments.parse(List.of(words.split(" ")));
    }
}
