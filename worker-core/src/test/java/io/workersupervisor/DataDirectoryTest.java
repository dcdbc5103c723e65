package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {
    private final Path home;

    DataDirectoryTest(@TempDir Path home) throws IOException {
        this.home = home.toRealPath();
    }

    private static String modes(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void modes(Path path, String modes) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(modes));
    }

    private static List<Path> tree(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            return all.toList();
        }
    }

    /** P8. */
    @Test
    void a_new_directory_and_its_parts_are_the_owners_only() throws IOException {
        DataDirectory data = DataDirectory.open(home.resolve("a/b/data"));

        assertThat(tree(data.path()))
                .containsExactlyInAnyOrder(data.path(), Layout.locks(data), Layout.records(data), Layout.launcher(data))
                .allSatisfy(directory -> assertThat(modes(directory)).isEqualTo("rwx------"));
    }

    /** P7: a directory that was half made under such a umask would be unusable under every other one, too. */
    @ParameterizedTest
    @ValueSource(strings = {"777", "277", "400", "100"})
    void a_umask_that_takes_rights_from_the_owner_is_refused_before_anything_is_made(String umask) throws Exception {
        Path data = home.resolve("data");
        Path said = home.resolve("said");
        List<String> command = new ArrayList<>(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
        command.addAll(HostProcess.command(List.of(), CommandedHost.class, data, LaunchPath.SH, "sleep", "600"));

        Process host = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();

        assertThat(host.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(host.exitValue()).isEqualTo(1);
        assertThat(said).content().contains("the umask is 0" + umask, "umask 022 or 077");
        assertThat(data).doesNotExist();
    }

    @Test
    void parts_of_a_directory_lie_where_operators_look_for_them() {
        DataDirectory data = DataDirectory.open(home.resolve("data"));
        Path path = home.resolve("data");

        assertThat(data.path()).isEqualTo(path);
        assertThat(data).hasToString(path.toString());
        assertThat(data.registryFile()).isEqualTo(path.resolve("registry.db"));
        assertThat(Layout.nodeFile(data)).isEqualTo(path.resolve("node"));
        assertThat(Layout.eventLog(data)).isEqualTo(path.resolve("worker.log"));
        assertThat(Layout.lockFile(data, AccountId.of("Bot:1"))).isEqualTo(path.resolve("locks/%42ot%3A1.lock"));
        assertThat(Layout.logName(AccountId.of("Bot:1"), "w")).isEqualTo("worker_%42ot%3A1_w.log");
    }

    @Test
    void opening_again_changes_nothing() throws IOException {
        DataDirectory first = DataDirectory.open(home.resolve("data"));
        Files.writeString(Layout.lockFile(first, AccountId.of(1)), "7");
        List<Path> before = tree(first.path());

        DataDirectory second = DataDirectory.open(home.resolve("data"));

        assertThat(second.path()).isEqualTo(first.path());
        assertThat(tree(first.path())).isEqualTo(before);
        assertThat(Layout.lockFile(first, AccountId.of(1))).hasContent("7");
    }

    @Test
    void looking_at_a_directory_makes_nothing() throws IOException {
        DataDirectory data = DataDirectory.existing(home);

        assertThat(tree(data.path())).containsExactly(home);
    }

    @Test
    void looking_at_a_directory_that_is_missing_is_refused() {
        Path missing = home.resolve("missing");

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> DataDirectory.existing(missing))
                .withMessage("data directory " + missing + " does not exist");
        assertThat(missing).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
    void a_directory_that_others_can_write_is_refused(String modes) throws IOException {
        Path path = Files.createDirectory(home.resolve("data"));
        modes(path, modes);

        List<Function<Path, DataDirectory>> ways = List.of(DataDirectory::open, DataDirectory::existing);
        for (Function<Path, DataDirectory> way : ways) {
            assertThatExceptionOfType(DataDirectoryException.class)
                    .isThrownBy(() -> way.apply(path))
                    .withMessageContaining(path.toString())
                    .withMessageContaining(modes)
                    .withMessageContaining("chmod go-w");
        }
        assertThat(tree(path)).containsExactly(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwx------", "rwxr-xr-x"})
    void a_directory_that_others_can_only_read_is_taken(String modes) throws IOException {
        Path path = Files.createDirectory(home.resolve("data"));
        modes(path, modes);

        assertThat(DataDirectory.open(path).path()).isEqualTo(path);
    }

    /** P8: its parts are ours, whatever the directory's own modes. */
    @Test
    void the_parts_of_a_readable_directory_are_the_owners_only() throws IOException {
        Path path = Files.createDirectory(home.resolve("data"));
        modes(path, "rwxr-xr-x");

        DataDirectory data = DataDirectory.open(path);

        assertThat(List.of(Layout.locks(data), Layout.records(data), Layout.launcher(data)))
                .allSatisfy(part -> assertThat(modes(part)).isEqualTo("rwx------"));
    }

    @Test
    @Needs(Need.ROOT)
    void a_directory_of_another_user_is_refused() throws IOException {
        Path path = Files.createDirectory(home.resolve("data"));
        Files.setAttribute(path, "unix:uid", 65_534);

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> DataDirectory.open(path))
                .withMessageContaining(path.toString())
                .withMessageContaining("65534")
                .withMessageContaining("this process runs as 0");
    }

    @Test
    void a_directory_that_cannot_be_made_is_refused_by_name() throws IOException {
        Path file = Files.createFile(home.resolve("file"));

        for (Path path : List.of(file, file.resolve("data"))) {
            assertThatExceptionOfType(DataDirectoryException.class)
                    .isThrownBy(() -> DataDirectory.open(path))
                    .withMessageContaining(path.toString());
        }
    }

    /** A newer JDK takes a file on the way for nothing on the way. */
    @Test
    void a_directory_behind_a_file_is_refused_in_words() throws IOException {
        Path file = Files.createFile(home.resolve("file"));

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> DataDirectory.existing(file.resolve("data")))
                .withMessageMatching(
                        "data directory " + file.resolve("data") + " (cannot be read: Not a directory|does not exist)");
    }

    @Test
    void an_error_of_the_system_is_told_in_words() {
        assertThat(Text.reason(new AccessDeniedException("/a"))).isEqualTo("permission denied");
        assertThat(Text.reason(new NoSuchFileException("/a"))).isEqualTo("no such file or directory");
        assertThat(Text.reason(new FileSystemException("/a", null, "Read-only file system")))
                .isEqualTo("Read-only file system");
        assertThat(Text.reason(new IOException("Broken pipe"))).isEqualTo("Broken pipe");
    }

    /** P1: two names of one directory are one directory. */
    @Test
    void a_symbolic_link_is_resolved() throws IOException {
        Path real = Files.createDirectory(home.resolve("real"));
        Path link = Files.createSymbolicLink(home.resolve("link"), real);

        assertThat(DataDirectory.open(link).path()).isEqualTo(real);
        assertThat(DataDirectory.existing(link.resolve("../link")).path()).isEqualTo(real);
    }

    @Test
    void a_relative_path_is_taken_from_where_the_host_was_started() {
        Path relative = Path.of("").toAbsolutePath().relativize(home);

        assertThat(DataDirectory.existing(relative).path()).isEqualTo(home);
    }
}
