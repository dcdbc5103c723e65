package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.examples.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Colours are for a terminal only, a real one, which {@code script} makes. */
@Needs(Need.SCRIPT)
class ColoursTest {
    private static final String ESCAPE = "\u001b[";

    private final Programs programs;

    ColoursTest(@TempDir Path temporary) throws IOException {
        Path home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @BeforeEach
    void open() throws Exception {
        programs.environment("TERM", "xterm");
        programs.environment("NO_COLOR", "");
        programs.console("start", "5", "--create", "--", "sh", "-c", "echo ERROR: no; exec sleep 300");
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void a_terminal_gets_colours() throws Exception {
        assertThat(onTerminal("", "ps")).contains(ESCAPE + "1mACCOUNT");
        assertThat(onTerminal("", "logs", "5")).contains(ESCAPE + "31mERROR   " + ESCAPE + "0m 5 no");
        assertThat(onTerminal("", "doctor")).contains(ESCAPE + "32mOK     " + ESCAPE + "0m");
        assertThat(onTerminal("", "ps", "--help")).contains(ESCAPE);
        assertThat(onTerminal("", "ps", "--frob")).contains(ESCAPE + "1mworker-console:" + ESCAPE + "0m ps takes no");
    }

    @Test
    void no_other_reader_gets_any() throws Exception {
        assertThat(onTerminal("", "ps", "--json")).doesNotContain(ESCAPE);
        assertThat(onTerminal(" | cat", "ps")).contains("ACCOUNT").doesNotContain(ESCAPE);
        assertThat(onTerminal(" | cat", "--help")).contains("Usage").doesNotContain(ESCAPE);
        assertThat(programs.console("ps").out()).contains("ACCOUNT").doesNotContain(ESCAPE);
        assertThat(onTerminal(" 2>err", "ps", "--frob")).isEmpty();
        programs.environment("TERM", "dumb");
        assertThat(onTerminal("", "ps")).contains("ACCOUNT").doesNotContain(ESCAPE);
        programs.environment("TERM", "xterm");
        programs.environment("NO_COLOR", "1");
        assertThat(onTerminal("", "ps")).contains("ACCOUNT").doesNotContain(ESCAPE);
        assertThat(onTerminal("", "ps", "--help")).contains("Usage").doesNotContain(ESCAPE);
    }

    /** The output of a command on a terminal, with something of the shell's behind it. */
    private String onTerminal(String behind, String... words) throws Exception {
        String command = Programs.command(WorkerConsole.class, words).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        return programs.begin(List.of("/usr/bin/script", "-q", "-e", "-c", command + behind, "/dev/null"))
                .end()
                .out();
    }
}
