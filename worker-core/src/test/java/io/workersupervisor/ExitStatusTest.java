package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExitStatusTest {
    @ParameterizedTest
    @MethodSource("shell")
    void a_shells_code_above_128_may_be_a_signal(int reported, ExitStatus status) {
        assertThat(ExitStatus.ofShell(reported)).isEqualTo(status);
    }

    static Stream<Arguments> shell() {
        return Stream.of(
                Arguments.of(0, new ExitStatus.Exited(0)),
                Arguments.of(1, new ExitStatus.Exited(1)),
                Arguments.of(127, new ExitStatus.Exited(127)),
                Arguments.of(128, new ExitStatus.Exited(128)),
                Arguments.of(129, new ExitStatus.ExitedOrSignalled(129)),
                Arguments.of(137, new ExitStatus.ExitedOrSignalled(137)),
                Arguments.of(255, new ExitStatus.ExitedOrSignalled(255)));
    }

    /** The raw words were measured: exit 3, SIGKILL, exit 137, and SIGSEGV with a core. */
    @ParameterizedTest
    @MethodSource("rawWords")
    void a_wait_status_tells_a_code_from_a_signal(int word, ExitStatus status) {
        assertThat(ExitStatus.ofWait(word)).isEqualTo(status);
    }

    static Stream<Arguments> rawWords() {
        return Stream.of(
                Arguments.of(0, new ExitStatus.Exited(0)),
                Arguments.of(768, new ExitStatus.Exited(3)),
                Arguments.of(9, new ExitStatus.Signalled(9)),
                Arguments.of(35_072, new ExitStatus.Exited(137)),
                Arguments.of(0x8b, new ExitStatus.Signalled(11, true)));
    }

    @ParameterizedTest
    @MethodSource("words")
    void a_status_reads_well(ExitStatus status, String words) {
        assertThat(status).hasToString(words);
    }

    static Stream<Arguments> words() {
        return Stream.of(
                Arguments.of(new ExitStatus.Exited(1), "exit code 1"),
                Arguments.of(new ExitStatus.Signalled(15), "signal 15 (TERM)"),
                Arguments.of(new ExitStatus.Signalled(64), "signal 64"),
                Arguments.of(new ExitStatus.ExitedOrSignalled(137), "exit code 137 or signal 9 (KILL)"),
                Arguments.of(new ExitStatus.Unknown("nobody looked"), "not known: nobody looked"),
                Arguments.of(new ExitStatus.NeverRan(), "nothing was run"));
    }
}
