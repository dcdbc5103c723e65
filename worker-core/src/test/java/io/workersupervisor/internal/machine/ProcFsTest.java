package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.workersupervisor.DataDirectoryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcFsTest {
    /** P3: a program chooses its own name, and a state or a start tick of its choice would follow from it. */
    @ParameterizedTest
    @ValueSource(strings = {"sleep", "", "a b", "x) R 1 (y", ") R 1 1 1 0 -1", "((", "))", "ä", "a\nb", " "})
    void the_name_of_a_program_may_hold_anything(String name) {
        ProcFs.Stat stat = ProcFs.Stat.parse(FakeProc.line(4242, name, 'S', 4200, 3, 106_418, "5000000", 768));

        assertThat(stat).isEqualTo(new ProcFs.Stat(4242, 'S', 906, 4200, 908, 3_670, 3, 106_418, 5_000_000, 924, 768));
    }

    @Test
    void an_address_space_of_64_bits_is_read() {
        ProcFs.Stat stat = ProcFs.Stat.parse(FakeProc.line(1, "x", 'S', 1, 1, 1, "18446744073709551615", 0));

        assertThat(stat.virtualBytes()).isNotZero();
    }

    @Test
    void the_wait_status_is_none_where_an_old_kernel_does_not_write_it() {
        String line = FakeProc.line(1, "x", 'Z', 1, 1, 1, "0", 768);

        ProcFs.Stat stat = ProcFs.Stat.parse(line.substring(0, line.lastIndexOf(' ')));

        assertThat(stat.waitStatus()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "S, 1, false",
        "R, 1, false",
        "D, 1, false",
        "T, 1, false",
        "t, 1, false",
        "Z, 1, true",
        "Z, 0, true",
        "X, 1, true",
        "x, 0, true",
        "Z, 2, false",
        "S, 9, false",
    })
    void only_a_zombie_without_other_threads_is_dead(char state, int threads, boolean dead) {
        ProcFs.Stat stat = ProcFs.Stat.parse(FakeProc.line(1, "x", state, 1, threads, 1, "0", 0));

        assertThat(stat.isDead()).isEqualTo(dead);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "4242", "4242 (x)", "4242 (x) S 1 2 3", "x (y) S 1", "(x) S", "4242 (x"})
    void a_line_that_misses_fields_is_no_process(String line, @TempDir Path root) {
        FakeProc proc = FakeProc.complete(root);
        proc.process(4242).statLine(line);

        assertThat(proc.view().stat(4242)).isEmpty();
    }

    @Test
    void a_line_whose_numbers_are_none_is_no_process(@TempDir Path root) {
        FakeProc proc = FakeProc.complete(root);
        proc.process(4242).statLine(FakeProc.line(4242, "x", 'S', 1, 1, 1, "many", 0));

        assertThat(proc.view().stat(4242)).isEmpty();
    }

    @Test
    void a_process_that_is_not_there_is_no_process(@TempDir Path root) {
        assertThat(FakeProc.complete(root).view().stat(4242)).isEmpty();
    }

    @Test
    void proc_is_complete_only_where_process_1_can_be_read(@TempDir Path root) throws IOException {
        assertThat(FakeProc.complete(root).view().isComplete()).isTrue();

        Files.delete(root.resolve("1/stat"));

        assertThat(new ProcFs(root).isComplete()).isFalse();
    }

    @Test
    void an_environment_is_told_apart_from_none_and_from_a_hidden_one(@TempDir Path root) {
        FakeProc proc = FakeProc.complete(root);
        proc.process(10).environment("A=1", "B=ä");
        proc.process(11).environment();
        proc.process(12);

        assertThat(proc.view().environment(10)).contains("\0A=1\0B=ä\0");
        assertThat(proc.view().environment(11)).contains("\0");
        assertThat(proc.view().environment(12)).isEmpty();
    }

    @Test
    void a_command_line_that_cannot_be_read_is_empty(@TempDir Path root) {
        FakeProc proc = FakeProc.complete(root);
        proc.process(10).commandLine("sh", "-c", "x y");

        assertThat(proc.view().commandLine(10)).isEqualTo("\0sh\0-c\0x y\0");
        assertThat(proc.view().commandLine(11)).isEmpty();
    }

    @Test
    void processes_are_the_entries_that_are_numbers(@TempDir Path root) throws IOException {
        FakeProc proc = FakeProc.complete(root);
        proc.process(10);
        proc.process(4_194_303);
        Files.createDirectory(root.resolve("sys"));
        Files.writeString(root.resolve("uptime"), "1 1");

        assertThat(proc.view().processes()).containsExactlyInAnyOrder(1L, 10L, 4_194_303L);
    }

    @Test
    void a_system_without_proc_shows_no_processes(@TempDir Path root) {
        ProcFs none = new ProcFs(root.resolve("missing"));

        assertThat(none.processes()).isEmpty();
        assertThat(none.isComplete()).isFalse();
        assertThat(none.uptimeTicks()).isZero();
        assertThatCode(none::requireReadable).doesNotThrowAnyException();
    }

    /** P1: who cannot open a file any more has seen nothing of others, and must not take that for nobody. */
    @Test
    void a_proc_in_which_nothing_can_be_opened_is_told(@TempDir Path root) throws IOException {
        ProcFs proc = FakeProc.complete(root).view();
        Files.delete(root.resolve("self/environ"));

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(proc::requireReadable)
                .withMessageContaining(root.resolve("self/environ").toString());
    }

    /** P2: by a channel, a living process would look gone to whom is interrupted. */
    @Test
    void an_interrupt_of_the_reader_hides_nothing(@TempDir Path root) {
        FakeProc proc = FakeProc.complete(root);
        proc.process(10).environment("A=1").commandLine("sh");

        Thread.currentThread().interrupt();
        try {
            assertThat(proc.view().stat(10)).isPresent();
            assertThat(proc.view().environment(10)).contains("\0A=1\0");
            assertThat(proc.view().commandLine(10)).isEqualTo("\0sh\0");
            assertThat(proc.view().processes()).contains(10L);
            assertThat(proc.view().isComplete()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void uptime_is_told_on_the_scale_of_start_ticks(@TempDir Path root) throws IOException {
        Files.writeString(root.resolve("uptime"), "12345.50 98765.43\n", StandardCharsets.US_ASCII);

        assertThat(new ProcFs(root).uptimeTicks()).isEqualTo(1_234_550);
    }

    @Test
    void an_open_file_is_known_by_what_it_is_and_not_by_its_name(@TempDir Path root) throws IOException {
        Path lock = Files.createFile(root.resolve("4711.lock"));
        Path other = Files.createFile(root.resolve("4712.lock"));
        Path descriptors = Files.createDirectories(root.resolve("10/fd"));
        Files.createSymbolicLink(descriptors.resolve("0"), Path.of("/dev/null"));
        Files.createSymbolicLink(descriptors.resolve("1"), Path.of("pipe:[123]"));
        Files.createSymbolicLink(descriptors.resolve("9"), Files.createLink(root.resolve("renamed"), lock));
        ProcFs proc = new ProcFs(root);

        assertThat(proc.hasOpen(10, lock)).isTrue();
        assertThat(proc.hasOpen(10, other)).isFalse();
        assertThat(proc.hasOpen(11, lock)).isFalse();
    }

    @Test
    void the_systems_own_proc_shows_this_process() {
        long self = ProcessHandle.current().pid();
        ProcFs proc = ProcFs.system();

        assertThat(proc.stat(self)).get().satisfies(stat -> {
            assertThat(stat.pid()).isEqualTo(self);
            assertThat(stat.isDead()).isFalse();
            assertThat(stat.startTicks()).isPositive().isLessThanOrEqualTo(proc.uptimeTicks());
        });
        assertThat(proc.processes()).contains(self);
        assertThat(proc.commandLine(self)).contains("java");
    }
}
