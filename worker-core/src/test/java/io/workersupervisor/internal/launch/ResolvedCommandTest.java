package io.workersupervisor.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolvedCommandTest {
    private static final String MISSING = "No such file or directory";
    private static final String DENIED = "Permission denied";

    private final Path home;

    ResolvedCommandTest(@TempDir Path home) {
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

    private ResolvedCommand.Found find(String name) {
        return ResolvedCommand.find(name, home, Map.of());
    }

    private ResolvedCommand.Found onPath(String path) {
        return ResolvedCommand.find("worker", home, Map.of("PATH", path));
    }

    private static ResolvedCommand.Found found(Path path) {
        return new ResolvedCommand.Found(path, "");
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
        assertThat(find("./worker")).isEqualTo(new ResolvedCommand.Found(home.resolve("./worker"), MISSING));
        assertThat(find("worker")).isEqualTo(new ResolvedCommand.Found(Path.of("worker"), MISSING));
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

        assertThat(onPath(home + "/a:/missing")).isEqualTo(new ResolvedCommand.Found(denied, DENIED));
    }

    @Test
    void without_a_path_the_systems_own_is_searched() {
        assertThat(ResolvedCommand.find("sh", home, Map.of())).isEqualTo(found(Path.of("/usr/bin/sh")));
    }

    /** P8. */
    @Test
    void a_miss_shows_nothing_of_the_environment() {
        ResolvedCommand.Found found =
                ResolvedCommand.find("worker", home, Map.of("PATH", "/opt/s3cret", "TOKEN", "t0psecret"));

        assertThat(found.toString()).doesNotContain("s3cret").doesNotContain("t0psecret");
    }
}
