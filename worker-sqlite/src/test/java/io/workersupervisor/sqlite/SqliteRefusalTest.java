package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.HostProcess;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.RegistryException;
import io.workersupervisor.Rows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is not a sound registry is refused in words, and nothing beside it or in it is changed. */
class SqliteRefusalTest {
    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @BeforeEach
    void directory() throws IOException {
        directory = Files.createDirectory(temporary.resolve("data"));
        file = directory.resolve("registry.db");
    }

    @Test
    void a_file_that_is_no_database() throws IOException {
        Files.writeString(file, "account,state\n4711,RUNNING\n".repeat(500));

        assertRefused("file is not a database", "choose another place");
    }

    @Test
    void a_registry_that_was_overwritten_is_damaged_and_not_somebody_elses() throws IOException {
        Files.writeString(directory.resolve("node"), "{}");
        Files.writeString(file, "noise".repeat(2_000));

        assertRefused("is damaged", "Stop all hosts", "restore a backup");
    }

    @Test
    void a_short_file_that_is_no_database() throws IOException {
        Files.writeString(file, "hello\n");

        assertRefused("file is not a database");
    }

    @Test
    void an_empty_file() throws IOException {
        Files.createFile(file);

        assertRefused("is empty", "Restore a backup, or delete it");
    }

    @Test
    void a_database_of_another_program() throws SQLException {
        edit(file, "PRAGMA application_id = 252006673", "CREATE TABLE contacts (name)");

        assertRefused("something else", "252006673", "contacts");
    }

    @Test
    void a_database_without_tables() throws SQLException {
        edit(file, "PRAGMA user_version = 1");

        assertRefused("something else", "tables []");
    }

    @Test
    void a_table_of_our_name_that_is_not_ours() throws SQLException {
        edit(file, "CREATE TABLE worker_registry (account_id INTEGER PRIMARY KEY, pid INTEGER)");

        assertRefused("something else", "worker_registry");
    }

    @Test
    void a_registry_that_lost_a_column() throws SQLException {
        filled(1);
        edit(file, "ALTER TABLE worker_registry DROP COLUMN desired");

        assertRefused("without [desired]");
    }

    @Test
    void a_registry_that_lost_its_tables() throws SQLException {
        filled(1);
        edit(file, "DROP TABLE worker_meta");

        assertRefused("no such table: worker_meta");
    }

    @Test
    void a_newer_schema() throws SQLException {
        filled(1);
        edit(file, "UPDATE worker_meta SET value = '3' WHERE name = 'min_reader'");

        assertRefused("newer version", "needs schema 3, this version knows 1");
    }

    @Test
    void a_newer_schema_that_a_crashed_host_wrote_last() throws SQLException, IOException {
        filled(1);
        try (SqliteConnection newer = SqliteConnection.open(file, "mode=rw", Duration.ofSeconds(5))) {
            newer.update("UPDATE worker_meta SET value = '3' WHERE name = 'min_reader'");
            copyAs("crashed");
        }

        assertRefused("newer version");
    }

    @Test
    void a_truncated_file() throws IOException {
        filled(300);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }

        assertRefused("malformed", "restore a backup");
    }

    @Test
    void an_overwritten_page() throws IOException {
        filled(300);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[4096]), channel.size() / 4096 / 2 * 4096);
        }

        assertRefused("is damaged", "restore a backup");
    }

    @Test
    void a_directory() throws IOException {
        Files.createDirectory(file);

        assertRefused("is a directory or device");
    }

    @Test
    void a_missing_directory() {
        file = directory.resolve("missing").resolve("registry.db");

        assertRefused("there is no directory", "Make it");
    }

    @Test
    void a_link_to_nowhere() throws IOException {
        Files.createSymbolicLink(file, directory.resolve("nowhere"));

        assertRefused("cannot be reached");
    }

    /** SQLite would mix the journal of the lost file into a new one. */
    @Test
    void the_journal_of_a_file_that_is_gone() throws IOException {
        Files.write(directory.resolve("registry.db-wal"), new byte[32]);

        assertRefused("is missing but", "registry.db-wal");
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT})
    void a_file_that_cannot_be_written() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(directory)) {
            filled(1);
            disk.makeReadOnly();

            assertRefusedForWriting("cannot be written", "mounted read-only");
            SqliteWorkerRegistry.openReadOnly(file).close();
        }
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT})
    void a_directory_that_cannot_be_written() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(directory)) {
            disk.makeReadOnly();

            assertRefused("cannot be made", "must be writable");
        }
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT})
    void a_disk_too_full_to_make_it() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(directory)) {
            Files.write(disk.path().resolve("ballast"), new byte[1024 * 1024 - 16 * 1024]);

            assertRefused("registry.db: making it failed", "free space");
        }
    }

    @Test
    void a_temporary_directory_from_which_the_native_library_cannot_be_loaded() throws Exception {
        List<String> options = List.of(
                "-Djava.io.tmpdir=" + temporary.resolve("gone"), "-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
        try (HostProcess child = HostProcess.start(options, HoldRegistry.class, file, 0)) {
            assertThat(child.line()).contains("RegistryException", file.toString(), "org.sqlite.tmpdir");
        }
    }

    private void assertRefused(String... words) {
        assertRefusedForWriting(words);
        Map<String, byte[]> before = content();

        assertThatThrownBy(() -> SqliteWorkerRegistry.openReadOnly(file)).isInstanceOf(RegistryException.class);

        assertThat(content()).containsExactlyEntriesOf(before);
    }

    private void assertRefusedForWriting(String... words) {
        Map<String, byte[]> before = content();

        assertThatThrownBy(() -> SqliteWorkerRegistry.open(file))
                .isInstanceOf(RegistryException.class)
                .hasMessageContainingAll(words)
                .hasMessageContaining(file.toString());

        assertThat(content()).containsExactlyEntriesOf(before);
    }

    private Map<String, byte[]> content() {
        Map<String, byte[]> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path found : files.toList()) {
                boolean plain = Files.isRegularFile(found, LinkOption.NOFOLLOW_LINKS);
                content.put(found.toString(), plain ? Files.readAllBytes(found) : new byte[0]);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return content;
    }

    private void filled(long accounts) {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file)) {
            for (long account = 1; account <= accounts; account++) {
                registry.update(Optional.empty(), Rows.first(account));
            }
        }
    }

    private static void edit(Path database, String... statements) throws SQLException {
        try (SqliteConnection session = SqliteConnection.open(database, "mode=rwc", Duration.ofSeconds(5))) {
            for (String statement : statements) {
                session.update(statement);
            }
        }
    }

    /** What a crash at this moment would leave is the file under test from now on. */
    private void copyAs(String name) throws IOException {
        Path copy = Files.createDirectory(temporary.resolve(name));
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.copy(Snapshot.beside(file, suffix), copy.resolve("registry.db" + suffix));
        }
        directory = copy;
        file = copy.resolve("registry.db");
    }
}
