package io.workersupervisor.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {
    private static final String MISSING = "No such file or directory";
    private static final String DENIED = "Permission denied";
    static final int RISC_V = 243;
    private static final int I386 = 3;

    private final Path home;

    ProgramTest(@TempDir Path home) {
        this.home = home;
    }

    private Path file(String name, String modes, byte[] content) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(home.resolve(name.substring(0, name.lastIndexOf('/') + 1)));
        Files.write(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(modes));
    }

    private Path script(String name) throws IOException {
        return file(name, "rwx------", "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] elf(int machine, ByteOrder order) {
        ByteBuffer head = ByteBuffer.allocate(64).order(order);
        head.put(new byte[] {0x7f, 'E', 'L', 'F', 2, (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1), 1});
        return head.putShort(16, (short) 2).putShort(18, (short) machine).array();
    }

    private Program.Found find(String name) {
        return Program.find(name, home, Map.of());
    }

    private Program.Found onPath(String path) {
        return Program.find("worker", home, Map.of("PATH", path));
    }

    private static Program.Found found(Path path) {
        return new Program.Found(path, "");
    }

    @Test
    void a_program_named_by_its_whole_path_is_found() throws IOException {
        Path program = script("worker");

        assertThat(find(program.toString())).isEqualTo(found(program));
    }

    @Test
    void a_relative_path_is_taken_from_the_workers_directory() throws IOException {
        Path program = script("bin/worker");

        assertThat(find("bin/worker")).isEqualTo(found(program));
        assertThat(find("./bin/worker").error()).isEmpty();
    }

    @Test
    void a_program_that_is_missing_is_told_as_the_system_does() {
        assertThat(find("./worker")).isEqualTo(new Program.Found(home.resolve("./worker"), MISSING));
        assertThat(find("worker")).isEqualTo(new Program.Found(Path.of("worker"), MISSING));
    }

    @Test
    void a_link_to_nothing_is_missing() throws IOException {
        Files.createSymbolicLink(home.resolve("worker"), Path.of("gone"));

        assertThat(find("./worker").error()).isEqualTo(MISSING);
    }

    @Test
    void a_directory_is_no_program() throws IOException {
        Files.createDirectory(home.resolve("worker"));

        assertThat(find("./worker").error()).isEqualTo(DENIED);
    }

    @Test
    void a_file_without_the_right_to_run_is_no_program() throws IOException {
        file("worker", "rw-r--r--", new byte[0]);

        assertThat(find("./worker").error()).isEqualTo(DENIED);
    }

    @Test
    void the_first_entry_of_the_path_that_has_the_program_wins() throws IOException {
        Path first = script("a/worker");
        script("b/worker");

        assertThat(onPath("/missing:" + home + "/a:" + home + "/b")).isEqualTo(found(first));
    }

    @Test
    void relative_and_empty_entries_of_the_path_are_taken_from_the_workers_directory() throws IOException {
        Path inner = script("a/worker");
        assertThat(onPath("a")).isEqualTo(found(inner));

        Path own = script("worker");
        assertThat(onPath("/missing:")).isEqualTo(found(own));
    }

    @Test
    void an_entry_where_it_may_not_be_run_is_passed_over() throws IOException {
        file("a/worker", "rw-------", new byte[0]);
        Path program = script("b/worker");

        assertThat(onPath(home + "/a:" + home + "/b")).isEqualTo(found(program));
    }

    @Test
    void a_refusal_is_told_rather_than_a_miss() throws IOException {
        Path denied = file("a/worker", "rw-------", new byte[0]);

        assertThat(onPath(home + "/a:/missing")).isEqualTo(new Program.Found(denied, DENIED));
    }

    @Test
    void without_a_path_the_systems_own_is_searched() {
        assertThat(Program.find("sh", home, Map.of())).isEqualTo(found(Path.of("/usr/bin/sh")));
    }

    /** P8. */
    @Test
    void a_miss_shows_nothing_of_the_environment() {
        Program.Found found = Program.find("worker", home, Map.of("PATH", "/opt/s3cret", "TOKEN", "t0psecret"));

        assertThat(found.toString()).doesNotContain("s3cret").doesNotContain("t0psecret");
    }

    @Test
    @Needs(Need.NO_EMULATOR)
    void a_program_of_another_machine_is_told_before_a_shell_runs_it_as_a_script() throws IOException {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            Path program = file("worker", "rwx------", elf(RISC_V, order));

            assertThat(Program.isForOtherMachine(program)).as("%s", order).isTrue();
        }
    }

    @Test
    void a_program_of_this_machine_or_of_its_32_bits_is_for_no_other() throws IOException {
        assertThat(Program.isForOtherMachine(Path.of("/proc/self/exe"))).isFalse();
        assertThat(Program.isForOtherMachine(file("worker", "rwx------", elf(I386, ByteOrder.LITTLE_ENDIAN))))
                .isFalse();
    }

    @Test
    void a_file_too_short_for_a_program_is_left_to_the_shell() throws IOException {
        Path tiny = file("worker", "rwx------", new byte[] {0x7f, 'E', 'L', 'F'});

        assertThat(find(tiny.toString())).isEqualTo(found(tiny));
        assertThat(Program.isForOtherMachine(tiny)).isFalse();
    }
}
