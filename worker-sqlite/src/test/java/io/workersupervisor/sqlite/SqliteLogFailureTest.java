package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.LogSink.Rejected;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P7: a log store that fails says so in words, costs no registry, and takes the same batch when the cause is gone. */
class SqliteLogFailureTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final LogQuery LAST = LogQuery.last(10_000);

    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init")
    private DataDirectory data;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @SuppressWarnings("NullAway.Init")
    private SqliteLogSink sink;

    private final LogLines lines = new LogLines(10, 5, 10);

    @BeforeEach
    void open() {
        use(temporary.resolve("data"));
    }

    private void use(Path directory) {
        data = DataDirectory.open(directory);
        file = directory().resolve("logs.db");
        sink = SqliteLogSink.builder(data).busyTimeout(SHORT).build();
    }

    private Path directory() {
        return data.path().resolve("logs");
    }

    @AfterEach
    void close() {
        sink.close();
    }

    @Test
    void a_lock_that_another_process_holds() throws Exception {
        List<LogEntry> first = lines.next(20);
        List<LogEntry> second = lines.next(20);
        sink.append(first);

        try (HostProcess other = HostProcess.start(HoldWriteLock.class, file)) {
            assertThat(other.line()).isEqualTo("locked");

            long began = System.nanoTime();
            assertAppendFails(second, "SQLITE_BUSY", "Another process");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(SHORT.minusMillis(20), Duration.ofSeconds(10));
            assertThat(sink.find(LAST)).hasSize(20);
            assertThat(SqliteLogSink.openReadOnly(data).find(LAST)).hasSize(20);
            assertRegistryWorks();
            other.finish();
        }

        assertTakes(second, 40);
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT})
    void a_full_disk() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(temporary.resolve("disk"))) {
            sink.close();
            use(disk.path().resolve("data"));
            List<LogEntry> stored = new ArrayList<>(lines.next(50));
            sink.append(stored);
            Path ballast = Files.write(disk.path().resolve("ballast"), new byte[500 * 1024]);

            List<LogEntry> refused = new ArrayList<>();
            LogSinkException full = catchThrowableOfType(LogSinkException.class, () -> {
                while (true) {
                    refused.clear();
                    refused.addAll(lines.next(50));
                    sink.append(refused);
                    stored.addAll(refused);
                }
            });

            assertThat(full).hasMessageContainingAll("log store " + file, "SQLITE_FULL", "free space");
            assertAppendFails(refused, "free space");
            assertThat(sink.find(LAST)).hasSameSizeAs(stored);
            Files.delete(ballast);
            assertTakes(refused, stored.size() + 50);
            assertSound();
        }
    }

    @Test
    void a_file_that_is_no_database() throws IOException {
        place("account,level\n4711,ERROR\n".repeat(500));

        assertBroken("file is not a database", "Move the file", "aside");

        Files.delete(file);
        assertTakes(lines.next(10), 10);
    }

    @Test
    void an_empty_file() throws IOException {
        place("");

        assertBroken("is empty", "delete it to begin anew");
    }

    @Test
    void a_database_of_another_program() throws Exception {
        Files.createDirectories(directory());
        edit("PRAGMA application_id = 252006673", "CREATE TABLE contacts (name)");

        assertBroken("something else", "252006673", "contacts");
    }

    @Test
    void a_registry_in_its_place() throws IOException {
        Files.createDirectories(directory());
        SqliteWorkerRegistry.open(file).close();

        assertBroken("something else", "worker_registry");
    }

    @Test
    void a_newer_schema() throws Exception {
        sink.append(lines.next(10));
        sink.close();
        edit("UPDATE worker_meta SET value = '3' WHERE name = 'min_reader'");
        sink = SqliteLogSink.open(data);

        assertBroken("newer version", "needs schema 3, this version knows 1");
    }

    @Test
    void a_newer_schema_that_another_process_brought_while_it_was_open() throws Exception {
        sink.append(lines.next(10));
        edit("UPDATE worker_meta SET value = '3' WHERE name = 'min_reader'");

        assertThatThrownBy(() -> sink.find(LAST))
                .isInstanceOf(LogSinkException.class)
                .hasMessageContaining("newer version");
    }

    @Test
    void a_truncated_file() throws IOException {
        sink.append(lines.next(5_000));
        sink.close();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2 / 4096 * 4096);
        }
        sink = SqliteLogSink.open(data);

        assertAppendFails(lines.next(1_000), "malformed", "Move the file", ".recover");
        assertThatThrownBy(() -> sink.find(LAST))
                .isInstanceOf(LogSinkException.class)
                .hasMessageContaining("malformed");
        assertRegistryWorks();
    }

    @Test
    void something_else_in_the_place_of_its_directory() throws IOException {
        Files.createFile(directory());

        assertAppendFails(lines.next(1), "its directory cannot be made");
        assertRegistryWorks();

        Files.delete(directory());
        assertTakes(lines.next(1), 1);
    }

    @Test
    void a_directory_in_its_place() throws IOException {
        Files.createDirectories(file);

        assertBroken("is a directory or device");
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT})
    void a_file_system_that_became_read_only() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(temporary.resolve("disk"))) {
            sink.close();
            use(disk.path().resolve("data"));
            sink.append(lines.next(10));
            sink.close();
            sink = SqliteLogSink.open(data);
            disk.makeReadOnly();

            assertAppendFails(lines.next(10), "cannot be written", "mounted read-only");
            assertThat(sink.find(LAST)).hasSize(10);
        }
    }

    @Test
    void a_file_that_was_deleted_while_open_is_told_once_and_made_anew() throws IOException {
        sink.append(lines.next(10));
        List<LogEntry> next = lines.next(7);
        Files.delete(file);

        assertAppendFails(next, "moved or deleted while it was open", "a new file");

        assertTakes(next, 7);
        assertSound();
    }

    @Test
    void a_file_that_was_deleted_with_its_journal_while_open() throws IOException {
        sink.append(lines.next(10));
        List<LogEntry> next = lines.next(7);
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.delete(Snapshot.beside(file, suffix));
        }

        assertAppendFails(next, "moved or deleted while it was open");

        assertTakes(next, 7);
        assertSound();
    }

    @Test
    void a_directory_that_was_deleted_while_open() throws IOException {
        sink.append(lines.next(10));
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.delete(Snapshot.beside(file, suffix));
        }
        Files.delete(directory());

        assertAppendFails(lines.next(7), "moved or deleted while it was open");

        assertTakes(lines.next(7), 7);
    }

    /** P5: an operator who moves the file away has all that was acknowledged, also what was in the journal alone. */
    @Test
    void a_file_that_was_moved_away_while_open_is_whole() throws Exception {
        List<LogEntry> before = lines.next(500);
        sink.append(before);
        Path elsewhere = Files.createDirectories(temporary.resolve("old/logs")).resolve("logs.db");
        Files.move(file, elsewhere);

        assertAppendFails(lines.next(1), "moved or deleted while it was open");
        assertTakes(lines.next(7), 7);

        try (SqliteLogSink old = SqliteLogSink.open(DataDirectory.open(temporary.resolve("old")))) {
            assertThat(old.find(LAST)).containsExactlyElementsOf(before);
        }
    }

    @Test
    void a_file_that_was_replaced_while_open_is_told_once_and_used_then() throws Exception {
        DataDirectory other = DataDirectory.open(temporary.resolve("other"));
        List<LogEntry> there = lines.next(3);
        try (SqliteLogSink filled = SqliteLogSink.open(other)) {
            filled.append(there);
        }
        sink.append(lines.next(10));
        Files.move(other.path().resolve("logs/logs.db"), file, StandardCopyOption.REPLACE_EXISTING);
        List<LogEntry> next = lines.next(7);

        assertAppendFails(next, "was replaced while it was open", "the file that is there now");

        assertTakes(next, 10);
        assertThat(sink.find(LAST)).containsAll(there);
        assertSound();
    }

    @Test
    void an_entry_that_the_table_refuses_is_named_and_the_others_are_stored() throws Exception {
        sink.append(lines.next(1));
        edit("CREATE TRIGGER refuse BEFORE INSERT ON worker_logs WHEN NEW.level = 'ERROR'"
                + " BEGIN SELECT RAISE(ABORT, 'not here'); END");
        List<LogEntry> batch = lines.next(219);
        List<LogEntry> errors =
                batch.stream().filter(entry -> entry.level() == LogLevel.ERROR).toList();

        List<Rejected> rejected = sink.append(batch);

        assertThat(rejected).extracting(Rejected::entry).containsExactlyElementsOf(errors);
        assertThat(errors).isNotEmpty();
        assertThat(rejected)
                .allSatisfy(one -> assertThat(one.why())
                        .contains("not here")
                        .doesNotContain(one.entry().message()));
        assertThat(sink.find(LAST)).hasSize(220 - errors.size());
    }

    @Test
    void an_entry_whose_time_would_not_sort_is_named_and_the_others_are_stored() {
        List<LogEntry> batch = new ArrayList<>(lines.next(2));
        LogEntry sound = batch.get(0);
        LogEntry late = new LogEntry(
                batch.get(1).position(),
                sound.account(),
                Optional.empty(),
                LogLevel.INFO,
                Instant.parse("+10000-01-01T00:00:00Z"),
                false,
                Optional.empty(),
                "late");

        List<Rejected> rejected = sink.append(List.of(late, sound));

        assertThat(rejected).singleElement().satisfies(one -> {
            assertThat(one.entry()).isEqualTo(late);
            assertThat(one.why()).contains("+10000-01-01", "years 0 to 9999");
        });
        assertThat(sink.find(LAST)).containsExactly(sound);
        assertThat(sink.find(LAST.since(Instant.MIN).until(Instant.MAX))).containsExactly(sound);
        assertThat(sink.find(LAST.since(Instant.MAX))).isEmpty();
        assertThat(sink.find(LAST.until(Instant.MIN))).isEmpty();
    }

    @Test
    void a_period_that_begins_or_ends_between_two_milliseconds() {
        LogEntry entry = lines.next(1).get(0);
        sink.append(List.of(entry));

        assertThat(sink.find(LAST.since(entry.timestamp().plusNanos(1)))).isEmpty();
        assertThat(sink.find(LAST.since(entry.timestamp().minusNanos(1)))).containsExactly(entry);
        assertThat(sink.find(LAST.until(entry.timestamp().plusNanos(1)))).containsExactly(entry);
        assertThat(sink.find(LAST.until(entry.timestamp().minusNanos(1)))).isEmpty();
    }

    @Test
    void an_entry_that_was_changed_by_hand_is_named() throws Exception {
        sink.append(lines.next(3));
        edit("UPDATE worker_logs SET inferred = 'bad' WHERE rowid = 2");

        assertThatThrownBy(() -> sink.find(LAST))
                .isInstanceOf(LogSinkException.class)
                .hasMessageContainingAll(Rows.workerId(0), "at byte", "inferred must be", "sqlite3");
        assertThat(sink.find(LogQuery.last(1))).hasSize(1);
    }

    @Test
    void the_files_are_for_the_owner_alone() throws IOException {
        sink.append(lines.next(1));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
        for (String suffix : List.of("", "-wal", "-shm")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Snapshot.beside(file, suffix))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void a_closed_sink_says_so() {
        sink.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> sink.append(lines.next(1)))
                .withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> sink.find(LAST)).withMessageContaining("closed");
    }

    /** Nothing is changed by a refusal, and nobody else is. */
    private void assertBroken(String... words) throws IOException {
        byte[] before = Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];

        assertAppendFails(lines.next(5), words);
        for (SqliteLogSink one : List.of(sink, SqliteLogSink.openReadOnly(data))) {
            assertThatThrownBy(() -> one.find(LAST))
                    .isInstanceOf(LogSinkException.class)
                    .hasMessageContaining("log store " + file)
                    .hasMessageContainingAll(words);
        }

        assertThat(Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0])
                .isEqualTo(before);
        assertRegistryWorks();
    }

    private void assertAppendFails(List<LogEntry> entries, String... words) {
        assertThatThrownBy(() -> sink.append(entries))
                .isInstanceOf(LogSinkException.class)
                .hasMessageContaining("log store " + file)
                .hasMessageContainingAll(words);
    }

    private void assertRegistryWorks() {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data)) {
            assertThat(registry.update(Optional.empty(), Rows.first(1))).isTrue();
            assertThat(registry.find(AccountId.of(1))).isPresent();
        }
    }

    private void assertTakes(List<LogEntry> entries, int sum) {
        assertThat(sink.append(entries)).isEmpty();
        assertThat(sink.find(LAST)).hasSize(sum).containsAll(entries);
    }

    private void assertSound() {
        Database database = new Database(FileKind.LOGS, file);
        Snapshot.read(
                database, "checking it", Snapshot.Unseen.REFUSE, SHORT, session -> Schema.verify(session, database));
    }

    private void place(String content) throws IOException {
        Files.createDirectories(directory());
        Files.writeString(file, content);
    }

    private void edit(String... statements) throws SQLException {
        try (SqliteConnection session = SqliteConnection.open(file, "mode=rwc", Duration.ofSeconds(5))) {
            for (String statement : statements) {
                session.update(statement);
            }
        }
    }
}
