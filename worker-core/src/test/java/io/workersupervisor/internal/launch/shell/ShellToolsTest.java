package io.workersupervisor.internal.launch.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.workersupervisor.DataDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShellToolsTest {
    private final Path bin;

    ShellToolsTest(@TempDir Path bin) {
        this.bin = bin;
    }

    private Path program(String name) throws IOException {
        return Files.createFile(
                bin.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private ShellTools find() {
        return ShellTools.find(bin.toString(), false);
    }

    @Test
    void programs_are_found_on_the_path() throws IOException {
        Path sh = program("sh");
        Path flock = program("flock");
        Path setsid = program("setsid");

        assertThat(find())
                .isEqualTo(new ShellTools(sh.toString(), flock.toString(), setsid.toString(), ShellTools.NONE));
    }

    @Test
    void signals_are_reset_by_what_knows_both_masks_and_actions_before_what_knows_one() throws IOException {
        program("flock");
        program("setsid");
        String env = program("env").toString();
        String only = find().signals();
        String python = program("python3").toString();
        String better = find().signals();
        String perl = program("perl").toString();

        assertThat(only).isEqualTo(env);
        assertThat(better).isEqualTo(python);
        assertThat(find().signals()).isEqualTo(perl);
    }

    @Test
    void util_linux_goes_before_perl() throws IOException {
        Path flock = program("flock");
        Path setsid = program("setsid");
        program("perl");

        assertThat(find().locker()).isEqualTo(flock.toString());
        assertThat(find().session()).isEqualTo(setsid.toString());
    }

    @Test
    void perl_locks_where_flock_is_missing() throws IOException {
        program("perl");
        Path setsid = program("setsid");

        assertThat(find().locker()).isEqualTo("perl");
        assertThat(find().session()).isEqualTo(setsid.toString());
    }

    @Test
    void perl_makes_the_session_where_setsid_is_missing() throws IOException {
        program("perl");
        Path flock = program("flock");

        assertThat(find().locker()).isEqualTo(flock.toString());
        assertThat(find().session()).isEqualTo("perl");
    }

    /** P1: without a lock nothing keeps two workers apart. */
    @Test
    void without_flock_and_perl_it_is_refused_and_both_are_named() throws IOException {
        program("setsid");

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(this::find)
                .withMessageContaining("neither flock nor perl")
                .withMessageContaining(bin.toString())
                .withMessageContaining("allowWithoutLock()");
    }

    @Test
    void the_user_may_do_without_a_lock() throws IOException {
        Path setsid = program("setsid");

        ShellTools tools = ShellTools.find(bin.toString(), true);

        assertThat(tools.locker()).isEqualTo("none");
        assertThat(tools.session()).isEqualTo(setsid.toString());
    }

    @Test
    void a_lock_that_can_be_had_is_taken_even_where_one_may_do_without() throws IOException {
        program("perl");

        assertThat(ShellTools.find(bin.toString(), true).locker()).isEqualTo("perl");
    }

    @Test
    void without_setsid_and_perl_it_is_refused_and_both_are_named() throws IOException {
        program("flock");

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> ShellTools.find(bin.toString(), true))
                .withMessageContaining("neither setsid nor perl")
                .withMessageContaining(bin.toString());
    }

    @Test
    void the_shell_is_bin_sh_where_the_path_has_none() throws IOException {
        program("perl");

        assertThat(find().shell()).isEqualTo("/bin/sh");
    }

    @Test
    void what_cannot_be_run_is_no_program() throws IOException {
        Files.createFile(bin.resolve("flock"));
        Files.createDirectory(bin.resolve("setsid"));
        program("perl");

        assertThat(find().locker()).isEqualTo("perl");
        assertThat(find().session()).isEqualTo("perl");
    }

    @Test
    void the_first_of_the_path_wins(@TempDir Path later) throws IOException {
        Path first = program("flock");
        program("setsid");
        Files.copy(first, later.resolve("flock"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);

        ShellTools tools = ShellTools.find("/missing:" + bin + ":" + later, false);

        assertThat(tools.locker()).isEqualTo(first.toString());
    }

    @Test
    void the_systems_own_directories_are_looked_at_behind_a_narrow_path() {
        assertThat(ShellTools.systemPath()).endsWith("/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin");
    }
}
