package io.workersupervisor.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages of the JDKs from 17 to 25. */
class SpawnErrorTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Cannot run program \"/x\": error=7, Argument list too long | 7 | error=7, Argument list too long",
                "Cannot run program \"/x\": Exec failed, error: 26 (Text file busy) | 26 | error: 26 (Text file busy)",
                "no more of them | 0 | no more of them"
            })
    void number_and_words_are_the_systems(String message, int number, String words) {
        assertThat(SpawnError.number(new IOException(message))).isEqualTo(number);
        assertThat(SpawnError.words(new IOException(message))).isEqualTo(words);
    }
}
